"""Decides which rules of a plan strike: matching, counting, chance. It strikes nothing itself.

The same plan asked about the same subjects in the same order gives the same answers: each rule
draws from a source of its own, seeded by the plan's seed and the rule's number, so that a rule
that is added or removed leaves the chance of all others as it was.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any, Final, get_args

import msgspec

from ....runtime.clock import Millis
from .log import FaultLog, Fired
from .plan import FaultPlan, Rule, verb_name
from .request_verbs import Verb
from .state_verbs import StateVerb

STATE_VERBS: Final = get_args(StateVerb)
NOTHING_FITS: Final = "nothing in it is of the kind that the verb changes"  # and it went out as is


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a rule may strike: a request or a push, as the rules look at it."""

    is_push: bool
    method: str = ""
    path: str = ""
    stream: str = ""
    event: str = ""
    symbol: str = ""
    account: int | None = None
    number: int = 0  # of a request
    target: str = ""  # whom it goes to

    @property
    def cause(self) -> str:
        """What it is, for the record."""
        if self.is_push:
            return f"push {self.stream} {self.event}"
        return f"request {self.number}: {self.method} {self.path}"


class Struck(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that strikes a subject now."""

    number: int
    rule: Rule
    chance: random.Random
    entry: Fired


class Armed:
    """A rule that is in force, with what it has seen so far."""

    def __init__(self, number: int, rule: Rule, seed: object) -> None:
        self.number = number
        self.rule = rule
        self.matched = 0
        self.fired = 0
        self.face = rule.when.face
        self.strikes_venue = isinstance(rule.verb, STATE_VERBS)
        self.chance = random.Random(f"{seed}/{number}")  # noqa: S311 - must be repeatable
        when = rule.when
        self._path = glob(when.path) if when.path else None
        self._stream = glob(when.stream) if when.stream else None
        self._event = glob(when.event) if when.event else None

    def matches(self, subject: Subject, since_start: int) -> bool:
        """Whether everything but counts and chance fits; counts it, if so."""
        fits = self.fits(subject, since_start)
        self.matched += fits
        return fits

    def fits(self, subject: Subject, since_start: int) -> bool:
        """Whether everything but counts and chance fits."""
        when = self.rule.when
        return (
            when.method in ("", subject.method)
            and (when.symbol == "" or when.symbol.upper() == subject.symbol.upper())
            and (when.account is None or when.account == subject.account)
            and (when.since is None or since_start >= when.since)
            and (when.until is None or since_start < when.until)
            and _fits(self._path, subject.path)
            and _fits(self._stream, subject.stream)
            and _fits(self._event, subject.event)
        )

    def is_due(self) -> bool:
        """Whether the match that was counted last is one to strike."""
        when = self.rule.when
        if when.nth and self.matched != when.nth:
            return False
        if when.first and self.matched > when.first:
            return False
        if when.every and self.matched % when.every:
            return False
        return self.has_chance()

    def has_chance(self) -> bool:
        """What chance says; it is asked only where it can say no."""
        probability = self.rule.when.probability
        return probability >= 1 or self.chance.random() < probability


class Strike:
    """The rules in force, and what they strike.

    now: the moment on the agenda, which no clock fault moves.
    """

    def __init__(self, plan: FaultPlan, now: Callable[[], Millis], log: FaultLog) -> None:
        self.seed = plan.seed
        self.log = log
        self.start = now()
        self._now = now
        self._armed: dict[int, Armed] = {}
        self._pushes: tuple[Armed, ...] = ()
        self._requests: tuple[Armed, ...] = ()
        self._kinds: frozenset[type] = frozenset()
        self._added = 0
        self.is_striking = False  # a venue verb: what it makes the venue say calls no other
        for rule in plan.rules:
            self.add(rule)

    @property
    def rules(self) -> list[Armed]:
        """The rules in force, in the order in which they strike."""
        return list(self._armed.values())

    @property
    def has_push_rules(self) -> bool:
        """Whether any rule looks at pushes."""
        return bool(self._pushes)

    def fits(self, number: int, subject: Subject) -> bool:
        """Whether a subject is one of those that a rule in force is about, counts aside."""
        armed = self._armed.get(number)
        return armed is not None and armed.fits(subject, self._now() - self.start)

    def has_verb(self, *kinds: type[Verb]) -> bool:
        """Whether a rule in force has a verb of one of these kinds."""
        return not self._kinds.isdisjoint(kinds)

    def add(self, rule: Rule) -> Armed:
        """Put a rule in force, after all others."""
        self._added += 1
        armed = Armed(self._added, rule, self.seed)
        self._armed[self._added] = armed
        self._sort()
        return armed

    def remove(self, number: int) -> bool:
        """Take a rule out of force; False: there is none of this number."""
        removed = self._armed.pop(number, None)
        self._sort()
        return removed is not None

    def struck(self, subject: Subject) -> list[Struck]:
        """The rules that strike the subject, in order; each is on record from here on."""
        since_start = self._now() - self.start
        return [
            self.fire(armed, cause=subject.cause, target=subject.target)
            for armed in (self._pushes if subject.is_push else self._requests)
            if not (self.is_striking and subject.is_push and armed.strikes_venue)
            and armed.matches(subject, since_start)
            and armed.is_due()
        ]

    def fire(self, armed: Armed, *, cause: str, target: str) -> Struck:
        """Put on record that a rule fires now."""
        armed.fired += 1
        rule = armed.rule
        entry = self.log.record(
            self._now(),
            rule=armed.number,
            title=rule.title,
            fault=rule.fault,
            verb=verb_name(rule.verb),
            cause=f"{cause}, match {armed.matched}" if armed.matched else cause,
            target=target,
        )
        return Struck(number=armed.number, rule=rule, chance=armed.chance, entry=entry)

    def _sort(self) -> None:
        """By what the rules look at: most of what happens concerns none of them."""
        rules = self._armed.values()
        self._pushes = tuple(armed for armed in rules if armed.face == "push")
        self._requests = tuple(armed for armed in rules if armed.face == "request")
        self._kinds = frozenset(type(armed.rule.verb) for armed in rules)


def describe(armed: Armed) -> dict[str, Any]:
    """A rule in force, as the control port shows it."""
    return {
        "number": armed.number,
        "title": armed.rule.title,
        "fault": armed.rule.fault,
        "verb": verb_name(armed.rule.verb),
        "matched": armed.matched,
        "fired": armed.fired,
    }


def glob(pattern: str) -> re.Pattern[str]:
    """A pattern of a plan, in which `*` stands for any characters."""
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.DOTALL)


def _fits(pattern: re.Pattern[str] | None, text: str) -> bool:
    return pattern is None or pattern.fullmatch(text) is not None
