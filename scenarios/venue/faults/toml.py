"""Reads fault plans from TOML, and single rules from what the control port was sent.

A rule is a table: `verb`, what the verb takes, `when`, and for the record `fault` and `name`.
Whatever cannot be carried out is refused here, with file, key and remedy, before anything runs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from .errors import BadPlan, nearest
from .payload import is_list, is_object
from .plan import Face, FaultPlan, Rule, When, all_verbs, verbs_of
from .push_verbs import Close, Frame
from .request_verbs import RawBytes, Verb
from .span import Span, span
from .state_verbs import Disconnect, EngineRestart, Fill, ServerShutdown, SetFees

CODE: Final = re.compile(r"[ABCMELKHI]\d{1,2}")
OF_A_RULE: Final = ("verb", "when", "fault", "name")
MOST_RULES: Final = 10_000
MOST_BYTES: Final = 8 * 2**20
MOST: Final = 1_000_000
LARGEST: Final = 100_000_000  # bytes
STATUSES: Final = range(200, 600)
BOUNDED: Final = frozenset(("count", "times", "window", "messages", "size"))
POSITIVE: Final = BOUNDED | frozenset(("amount", "tick", "step", "to", "mark", "over"))
CLOSE_CODES: Final = frozenset((*range(1000, 1015), *range(3000, 5000))) - {1004, 1005, 1006}
SIGNED: Final = frozenset(("code", "ppm", "by", "rate", "maker", "taker"))


def read_plan(file: Path) -> FaultPlan:
    """The plan in a TOML file. Raises BadPlan."""
    try:
        with file.open("rb") as source:
            text = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadPlan(
            str(file), f"cannot be read ({error.strerror})", remedy="name a TOML file"
        ) from error
    if len(text) > MOST_BYTES:
        raise BadPlan(str(file), "is larger than 8 MiB", remedy="write fewer, broader rules")
    try:
        return plan_of(text.decode(), place=str(file))
    except UnicodeDecodeError as error:
        raise BadPlan(str(file), f"is not UTF-8 ({error})", remedy="save it as UTF-8") from error


def plan_of(text: str, *, place: str = "plan") -> FaultPlan:
    """The plan in a TOML text. Raises BadPlan."""
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise BadPlan(place, f"is not TOML ({error})", remedy="mend that line") from error
    _known(table, ("seed", "rule"), place)
    seed = table.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**64:
        raise BadPlan(f"{place}: seed", f"{seed!r} is no seed", remedy="write 0 to 2^64 - 1")
    tables = table.get("rule", [])
    if not is_list(tables) or not all(map(is_object, tables)):
        raise BadPlan(f"{place}: rule", "is no list of tables", remedy="begin rules with [[rule]]")
    if len(tables) > MOST_RULES:
        raise BadPlan(
            f"{place}: rule", f"{len(tables)} rules, at most {MOST_RULES}", remedy="write fewer"
        )
    rules = (rule_of(each, place=f"{place}: rule {at}") for at, each in enumerate(tables, 1))
    return FaultPlan(rules=tuple(rules), seed=seed, place=place)


def rule_of(table: Mapping[str, Any], *, place: str = "rule") -> Rule:
    """One rule, as a table of TOML or JSON says it. Raises BadPlan."""
    when = _when(table.get("when", {}), f"{place}: when")
    verb_class = _verb_class(table.get("verb"), when.face, place)
    takes = [field.name for field in msgspec.structs.fields(verb_class)]
    _known(table, (*OF_A_RULE, *takes), place)
    given = {key: value for key, value in table.items() if key in takes}
    verb: Any = _struct(verb_class, given, place)
    _check(verb, place)
    fault = _text(table, "fault", place)
    if fault and CODE.fullmatch(fault) is None:
        raise BadPlan(
            f"{place}: fault", f"{fault!r} is no fault code", remedy='write one as "A2", or none'
        )
    return Rule(verb=verb, when=when, name=_text(table, "name", place), fault=fault)


def _verb_class(name: object, face: Face | None, place: str) -> type[Verb]:
    every = all_verbs()
    if not isinstance(name, str) or name not in every:
        said = "no verb" if name is None else f"there is no verb {name!r}"
        hint = nearest(name if isinstance(name, str) else "", every)
        raise BadPlan(f"{place}: verb", said, remedy=hint)
    if face is None:
        raise BadPlan(
            f"{place}: when",
            f"{name} would never strike",
            remedy='say a path ("/api/v3/order"), a stream ("btcusdt@depth"), or at = "10m"',
        )
    fitting = verbs_of(face)
    if name in fitting:
        return fitting[name]
    if face == "moment":
        raise BadPlan(
            f"{place}: when",
            f"{name} needs something to strike, and there is only a moment",
            remedy="say path or stream, and since in place of at",
        )
    other = "a stream or an event" if face == "request" else "a path or a method"
    raise BadPlan(
        f"{place}: when", f"{name} does not strike a {face}", remedy=f"say {other} in its when"
    )


def _when(table: object, place: str) -> When:
    if not is_object(table):
        raise BadPlan(place, f"{table!r} is no table", remedy='write when = { path = "…" }')
    _known(table, [field.name for field in msgspec.structs.fields(When)], place)
    when: When = _struct(When, table, place)
    if when.face != "moment" and when.at is not None:
        raise BadPlan(
            f"{place}.at", "stands beside a path or a stream", remedy="write since and until"
        )
    if (when.method or when.path) and (when.stream or when.event):
        raise BadPlan(place, "names both a request and a push", remedy="make two rules of it")
    _check_when(when, place)
    return msgspec.structs.replace(when, method=when.method.upper())


def _check_when(when: When, place: str) -> None:
    if sum(count > 0 for count in (when.nth, when.first, when.every)) > 1:
        raise BadPlan(place, "counts in more than one way", remedy="keep nth, first or every")
    for key in ("nth", "first", "every", "at", "since", "until", "again"):
        if (getattr(when, key) or 0) < 0:
            raise BadPlan(f"{place}.{key}", "is negative", remedy="write 0 or more")
    if when.again is not None and (when.at is None or when.again == 0):
        raise BadPlan(f"{place}.again", "repeats nothing", remedy="give at, and more than 0 ms")
    if not 0 <= when.probability <= 1:
        raise BadPlan(f"{place}.probability", "is no probability", remedy="write 0.0 to 1.0")


def _struct(kind: type[Any], table: Mapping[str, Any], place: str) -> Any:
    """A `kind` whose fields are what the table says, each refused by its own key."""
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name not in table:
            if field.required:
                raise BadPlan(place, f"{field.name} is missing", remedy=f"give {field.name}")
            continue
        value = table[field.name]
        if isinstance(value, Decimal) and field.type is float:
            value = float(value)
        try:
            values[field.name] = msgspec.convert(value, field.type, dec_hook=_decode)
        except (msgspec.ValidationError, ValueError) as error:
            raise BadPlan(
                f"{place}: {field.name}", str(error), remedy="see docs/faults.md"
            ) from error
    return kind(**values)


def _decode(kind: type, value: object) -> object:
    if kind is Span:
        return span(value)
    raise ValueError(f"{value!r} is no {kind.__name__}")


def _check(verb: Verb, place: str) -> None:
    """What a type does not say: what is hexadecimal, finite, positive, and not too much."""
    if isinstance(verb, RawBytes | Frame):
        try:
            bytes.fromhex(verb.hex)
        except ValueError as error:
            raise BadPlan(
                f"{place}: hex", "is not hexadecimal", remedy="write two digits a byte"
            ) from error
    if isinstance(verb, Close | Disconnect | ServerShutdown) and verb.code not in CLOSE_CODES:
        raise BadPlan(
            f"{place}: code",
            f"{verb.code} cannot be sent to close a WebSocket",
            remedy="write 1000 to 1014 without 1004, 1005 and 1006, or 3000 to 4999",
        )
    if isinstance(verb, SetFees) and not (abs(verb.maker) < 1 and abs(verb.taker) < 1):
        raise BadPlan(f"{place}: taker", "no rate reaches 1", remedy='write a share, as "0.001"')
    if isinstance(verb, Fill | EngineRestart) and not 0 <= verb.share <= 1:
        raise BadPlan(f"{place}: share", f"{verb.share} is no share", remedy="write up to 1")
    for field in msgspec.structs.fields(verb):
        value = getattr(verb, field.name)
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            _check_number(field.name, value, f"{place}: {field.name}")


def _check_number(key: str, value: int | Decimal, place: str) -> None:
    if isinstance(value, Decimal) and not value.is_finite():
        raise BadPlan(place, f"{value} is no amount", remedy="write a finite number")
    if key in SIGNED:
        return
    if value < 0 or (value == 0 and key in POSITIVE):
        raise BadPlan(place, f"{value} is too little", remedy="write more")
    most = LARGEST if key == "size" else MOST
    if key in BOUNDED and value > most:
        raise BadPlan(place, f"{value} is too much", remedy=f"write at most {most}")
    if key == "status" and value and value not in STATUSES:
        raise BadPlan(place, f"{value} is no status of an answer", remedy="write 200 to 599")


def _text(table: Mapping[str, Any], key: str, place: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise BadPlan(f"{place}: {key}", f"{value!r} is no text", remedy="put it in quotes")
    return value


def _known(table: Mapping[str, Any], keys: Iterable[str], place: str) -> None:
    names = list(keys)
    for key in table:
        if key not in names:
            raise BadPlan(f"{place}: {key}", "unknown key", remedy=nearest(key, names))
