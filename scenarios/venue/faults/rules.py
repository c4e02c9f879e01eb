"""Reads one rule of a plan from a table of TOML or JSON, and says all that is wrong with it.

A rule is a table: `verb`, what the verb takes, `when`, and for the record `fault` and `name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

import msgspec

from .bounds import flaws_of
from .errors import Flaw, Report, nearest
from .payload import is_list, is_object
from .plan import Face, Rule, When, all_verbs, verbs_of
from .request_verbs import Verb
from .span import Span, span

CODE: Final = re.compile(r"[ABCMELKHI]\d{1,2}")
OF_A_RULE: Final = ("verb", "when", "fault", "name")
METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
COUNTS: Final = ("nth", "first", "every")


class Inspector(Protocol):
    """A venue, as the reader of a plan asks it: whether what a rule names is there."""

    def of_when(self, when: When, place: str, /) -> Iterable[Flaw]:
        """What can never be met there."""
        ...

    def of_verb(self, verb: Verb, place: str, /) -> Iterable[Flaw]:
        """What cannot be struck there."""
        ...


def rule_of(
    table: Mapping[str, Any], *, place: str = "rule", inspector: Inspector | None = None
) -> Rule:
    """One rule, as a table of TOML or JSON says it. Raises BadPlan."""
    report = Report()
    rule = rule_in(table, place, report, inspector)
    report.require_none()
    assert rule is not None  # noqa: S101 - without a flaw there is one
    return rule


def rule_in(
    table: Mapping[str, Any], place: str, report: Report, inspector: Inspector | None = None
) -> Rule | None:
    """The same; what is wrong goes into the report, and then there is no rule."""
    before = len(report.flaws)
    when = _when(table.get("when", {}), f"{place}: when", report)
    kind = _kind(table.get("verb"), place, report)
    if kind is not None and when is not None:
        _check_face(kind, when.face, place, report)
    verb = None if kind is None else _verb(kind, table, place, report)
    fault, name = _text(table, "fault", place, report), _text(table, "name", place, report)
    if fault and CODE.fullmatch(fault) is None:
        report.note(
            f"{place}: fault", f"{fault!r} is no fault code", remedy='write one as "A2", or none'
        )
    if inspector is not None and when is not None:
        report.flaws.extend(inspector.of_when(when, f"{place}: when"))
    if inspector is not None and verb is not None:
        report.flaws.extend(inspector.of_verb(verb, place))
    if verb is None or when is None or len(report.flaws) > before:
        return None
    return Rule(verb=verb, when=when, name=name, fault=fault)


def unknown_keys(table: Mapping[str, Any], keys: Iterable[str], place: str, report: Report) -> None:
    """Note each key that means nothing there."""
    names = list(keys)
    for key in table:
        if key not in names:
            report.note(f"{place}: {key}", "unknown key", remedy=nearest(key, names))


# -- the verb


def _kind(name: object, place: str, report: Report) -> type[Verb] | None:
    every = all_verbs()
    if isinstance(name, str) and name in every:
        return every[name]
    said = "no verb" if name is None else f"there is no verb {name!r}"
    hint = nearest(name if isinstance(name, str) else "", every)
    report.note(f"{place}: verb", said, remedy=hint)
    return None


def _check_face(kind: type[Verb], face: Face | None, place: str, report: Report) -> None:
    """Whether the verb can strike where the rule looks."""
    name = str(kind.__struct_config__.tag)
    if face is None:
        report.note(
            f"{place}: when",
            f"{name} would never strike",
            remedy='say a path ("/api/v3/order"), a stream ("btcusdt@depth"), or at = "10m"',
        )
    elif name in verbs_of(face):
        return
    elif face == "moment":
        report.note(
            f"{place}: when",
            f"{name} needs something to strike, and there is only a moment",
            remedy="say path or stream, and since in place of at",
        )
    else:
        other = "a stream or an event" if face == "request" else "a path or a method"
        report.note(
            f"{place}: when", f"{name} does not strike a {face}", remedy=f"say {other} in its when"
        )


def _verb(kind: type[Verb], table: Mapping[str, Any], place: str, report: Report) -> Any:
    """The verb with what the table gives it; None where something is wrong with that."""
    takes = [field.name for field in msgspec.structs.fields(kind)]
    unknown_keys(table, (*OF_A_RULE, *takes), place, report)
    given = {key: value for key, value in table.items() if key in takes}
    verb: Any = _struct(kind, given, place, report)
    if verb is not None:
        report.flaws.extend(flaws_of(verb, place))
    return verb


# -- when


def _when(table: object, place: str, report: Report) -> When | None:
    if not is_object(table):
        report.note(place, f"{table!r} is no table", remedy='write when = { path = "…" }')
        return None
    unknown_keys(table, [field.name for field in msgspec.structs.fields(When)], place, report)
    when: When | None = _struct(When, table, place, report)
    if when is None:
        return None
    if (when.method or when.path) and (when.stream or when.event):
        report.note(place, "names both a request and a push", remedy="make two rules of it")
    _check_counts(when, place, report)
    _check_moment(when, place, report)
    _check_whom(when, place, report)
    return msgspec.structs.replace(when, method=when.method.upper())


def _check_counts(when: When, place: str, report: Report) -> None:
    if sum(getattr(when, key) > 0 for key in COUNTS) > 1:
        report.note(place, "counts in more than one way", remedy="keep nth, first or every")
    for key in (*COUNTS, "at", "since", "until", "again"):
        if (getattr(when, key) or 0) < 0:
            report.note(f"{place}.{key}", "is negative", remedy="write 0 or more")
    if not 0 <= when.probability <= 1:
        report.note(f"{place}.probability", "is no probability", remedy="write 0.0 to 1.0")


def _check_moment(when: When, place: str, report: Report) -> None:
    if when.again is not None and (when.at is None or when.again == 0):
        report.note(f"{place}.again", "repeats nothing", remedy="give at, and more than 0 ms")
    begin = when.since if when.at is None else when.at
    if when.until is not None and when.until <= (begin or 0):
        report.note(f"{place}.until", "is over before it begins", remedy="write a later moment")
    if when.at is None:
        return
    if when.face != "moment":
        report.note(
            f"{place}.at", "stands beside a path or a stream", remedy="write since and until"
        )
        return
    idle = [key for key in ("symbol", "account", "since", *COUNTS) if getattr(when, key)]
    for key in idle:
        report.note(
            f"{place}.{key}",
            "means nothing beside at, which strikes once and the venue",
            remedy="leave it out, or say what the verb strikes beside the verb",
        )


def _check_whom(when: When, place: str, report: Report) -> None:
    """What nothing can ever match, on whichever venue."""
    if when.method and when.method.upper() not in METHODS:
        hint = nearest(when.method.upper(), METHODS)
        report.note(f"{place}.method", f"there is no {when.method!r}", remedy=hint)
    if when.path and not when.path.startswith(("/", "*")):
        report.note(f"{place}.path", "does not begin with /", remedy=f'write "/{when.path}"')
    if when.account is not None and when.face == "push":
        report.note(
            f"{place}.account",
            "a push bears no account",
            remedy='leave it out, or name a request; stream = "user" is an account\'s own',
        )


# -- values


def _struct(kind: type[Any], table: Mapping[str, Any], place: str, report: Report) -> Any:
    """A `kind` whose fields are what the table says; None where one of them cannot be."""
    before = len(report.flaws)
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name not in table:
            if field.required:
                report.note(place, f"{field.name} is missing", remedy=f"give {field.name}")
            continue
        value = table[field.name]
        if isinstance(value, Decimal) and field.type is float:
            value = float(value)
        try:
            read = msgspec.convert(value, field.type, dec_hook=_decode)
            values[field.name] = _plain(read) if is_object(read) else read
        except (msgspec.ValidationError, ValueError, RecursionError) as error:
            report.note(f"{place}: {field.name}", str(error), remedy="see docs/faults.md")
    return kind(**values) if len(report.flaws) == before else None


def _decode(kind: type, value: object) -> object:
    if kind is Span:
        return span(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")


def _plain(value: Any) -> Any:
    """The same as JSON can say it. Raises ValueError where that has no word for it."""
    if is_object(value):
        return {key: _plain(each) for key, each in value.items()}
    if is_list(value):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal | float):
        number = float(value)
        if number - number == 0:  # neither infinite nor a NaN
            return number
    elif value is None or isinstance(value, str | int):
        return value
    raise ValueError(f"{value} cannot be said in JSON")


def _text(table: Mapping[str, Any], key: str, place: str, report: Report) -> str:
    value = table.get(key, "")
    if isinstance(value, str):
        return value
    report.note(f"{place}: {key}", f"{value!r} is no text", remedy="put it in quotes")
    return ""
