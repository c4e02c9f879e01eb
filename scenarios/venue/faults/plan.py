"""A fault plan: which fault strikes what, and when. An immutable value; `toml` reads one.

A plan holds no state: how often a rule has matched, and what chance said, is `strike`'s affair,
so that one plan can be run any number of times and does the same each time.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import msgspec

from .push_verbs import PushVerb
from .request_verbs import RequestVerb, Verb
from .span import Span
from .state_verbs import StateVerb

AnyVerb: TypeAlias = RequestVerb | PushVerb | StateVerb
Face = Literal["request", "push", "moment"]


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule strikes, and which of all the matches.

    An empty text matches all; `*` stands for any characters in path, stream and event. The counts
    are of what matched everything else: `nth` is the only match that is struck, `first` how many
    from the beginning on, `every` strikes each so-manieth. Times are from the start of the venue.
    """

    method: str = ""
    path: str = ""
    stream: str = ""  # "btcusdt@depth*", or "user" for what is told to an account alone
    event: str = ""  # the `e` of a push: "executionReport"
    symbol: str = ""
    account: int | None = None
    at: Span | None = None  # by itself, at this moment
    again: Span | None = None  # and each so-many ms after `at`
    since: Span | None = None
    until: Span | None = None  # not at this moment any more
    nth: int = 0
    first: int = 0
    every: int = 0
    probability: float = 1.0

    @property
    def face(self) -> Face | None:
        """Where it looks for something to strike; None: nowhere, and at no moment."""
        if self.method or self.path:
            return "request"
        if self.stream or self.event:
            return "push"
        return "moment" if self.at is not None else None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a plan: when `when` matches, `verb` strikes.

    fault: its code in the catalogue ("A2"), for the record alone.
    """

    verb: AnyVerb
    when: When = When()
    name: str = ""
    fault: str = ""

    @property
    def title(self) -> str:
        """How the record calls it."""
        return self.name or " ".join(filter(None, (self.fault, verb_name(self.verb))))


class FaultPlan(msgspec.Struct, frozen=True, kw_only=True):
    """All rules, in the order in which they strike, and the seed of all chance in them.

    place: where it was read from, for errors.
    """

    rules: tuple[Rule, ...] = ()
    seed: int = 0
    place: str = "plan"


def verb_name(verb: Verb) -> str:
    """The name that a plan calls the verb by."""
    return str(type(verb).__struct_config__.tag)


def verbs_of(face: Face) -> dict[str, type[Verb]]:
    """The verbs that can strike there, by name; those of the venue's state strike anywhere."""
    union = get_args(StateVerb)
    if face == "request":
        union = get_args(RequestVerb) + union
    elif face == "push":
        union = get_args(PushVerb) + union
    return {str(verb.__struct_config__.tag): verb for verb in union}


def all_verbs() -> dict[str, type[Verb]]:
    """Every verb, by name."""
    return verbs_of("request") | verbs_of("push")
