"""What must be known before a strategy may run, and what of it is not (R4).

The rule behind a gate: it is open when every requirement has been met and is still fresh, and
closed otherwise, with all reasons. Facts come in any order, each with the time at which it was
true; of two the newer counts. A loss has a time too, and is made good only by a fact of after it,
so that what was under way when a line broke opens nothing. Of the same millisecond the one that
was told last counts: each requirement has one owner, who tells in the order of events.

No clock and no actor here: the gate feeds it facts, asks it `verdict`, and sets its timer to
`next_change`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from ....runtime import Millis
from ...market.listing import Family

Part = Literal[
    "balance",
    "markets",
    "orders",
    "trades",
    "price",
    "positions",
    "contracts",
    "funding",
    "candles",
]

SPOT: Final[tuple[Part, ...]] = ("balance", "markets", "orders", "trades", "price", "candles")
OPTIONS: Final[tuple[Part, ...]] = (*SPOT, "positions", "contracts")
FUTURES: Final[tuple[Part, ...]] = (*OPTIONS, "funding")

PARTS: Final[Mapping[Family, tuple[Part, ...]]] = MappingProxyType(
    {"spot": SPOT, "linear": FUTURES, "inverse": FUTURES, "option": OPTIONS}
)

OF_ACCOUNT: Final[frozenset[Part]] = frozenset({"balance", "markets"})
OF_FRAME: Final[frozenset[Part]] = frozenset({"candles"})  # the others are of a symbol


@attrs.frozen(order=True)
class Requirement:
    """One thing that must be known. Empty: of the whole account, of every frame."""

    part: str  # a `Part`, or a name of one's own, such as "store"
    symbol: str = ""
    frame: str = ""

    def __str__(self) -> str:
        return " ".join(word for word in (self.part, self.symbol, self.frame) if word)


def requirements(
    family: Family, symbols: Iterable[str], frames: Iterable[str]
) -> tuple[Requirement, ...]:
    """All that must be known to trade these symbols on candles of these frames."""
    symbols, frames = tuple(symbols), tuple(frames)
    found: list[Requirement] = []
    for part in PARTS[family]:
        if part in OF_ACCOUNT:
            found.append(Requirement(part))
        elif part in OF_FRAME:
            found += [Requirement(part, symbol, frame) for symbol in symbols for frame in frames]
        else:
            found += [Requirement(part, symbol) for symbol in symbols]
    return tuple(found)


UnmetKind = Literal["never", "lost", "stale", "future"]


@attrs.frozen
class Unmet:
    """Why one requirement is not met."""

    requirement: Requirement
    kind: UnmetKind
    detail: str
    why: str = ""  # what was said when it was lost

    def __str__(self) -> str:
        return f"{self.requirement}: {self.detail}"


@attrs.frozen
class Ready:
    """All is known and fresh."""

    until: Millis | None  # when the first of it goes stale, unless it is told anew; None: never


@attrs.frozen
class NotReady:
    """Something is not: every reason, in the order of the requirements."""

    reasons: tuple[Unmet, ...]

    def __str__(self) -> str:
        return "; ".join(str(reason) for reason in self.reasons)


@attrs.define
class _Known:
    """What has been told of one requirement."""

    max_age: Millis | None
    at: Millis | None = None  # the newest fact
    lost_at: Millis | None = None  # the newest loss
    why: str = ""
    is_lost: bool = False  # whether the loss counts

    @property
    def ends(self) -> Millis | None:
        """Until when the fact is fresh; None: for ever."""
        return None if self.at is None or self.max_age is None else Millis(self.at + self.max_age)

    def is_met(self, now: Millis) -> bool:
        """Whether it is known and fresh."""
        at, ends = self.at, self.ends
        return at is not None and not self.is_lost and at <= now and (ends is None or now <= ends)


class Readiness:
    """Facts on one side, a verdict on the other.

    required: all that must be met.
    max_ages: how old a fact of each part may be, ms, as "price", or "candles 1h" for one frame of
    it, which goes before; what is left out never goes stale.
    """

    def __init__(
        self,
        required: Iterable[Requirement],
        *,
        max_ages: Mapping[str, Millis] = MappingProxyType({}),
    ) -> None:
        self._known = {each: _Known(_max_age(each, max_ages)) for each in required}

    @property
    def required(self) -> tuple[Requirement, ...]:
        """All that must be met."""
        return tuple(self._known)

    def tell(self, requirement: Requirement, *, at: Millis, now: Millis | None = None) -> bool:
        """It was known at that time. What is not required is heard and forgotten.

        Gives whether that may change a verdict; it does not where it was met `now` already.
        """
        known = self._known.get(requirement)
        if known is None:
            return False
        was_met = now is not None and known.is_met(now)
        if known.at is None or at > known.at:
            known.at = at
        if known.lost_at is None or at >= known.lost_at:
            known.is_lost = False
        return not (was_met and now is not None and known.is_met(now))

    def lose(self, requirement: Requirement, *, at: Millis, why: str) -> None:
        """It is not known any more, from that time on; only a fact of later makes it good."""
        known = self._known.get(requirement)
        if known is None or (known.lost_at is not None and at < known.lost_at):
            return
        known.lost_at, known.why = at, why
        if known.at is None or at >= known.at:
            known.is_lost = True

    def verdict(self, *, now: Millis, symbol: str = "", frame: str = "") -> Ready | NotReady:
        """Whether all is there; with a symbol or a frame, all that concerns it.

        What belongs to the whole account concerns every symbol.
        """
        reasons: list[Unmet] = []
        until: Millis | None = None
        for requirement, known in self._known.items():
            if not _concerns(requirement, symbol, frame):
                continue
            if not known.is_met(now):
                reasons.append(_unmet(requirement, known, now))
            elif (ends := known.ends) is not None:
                until = ends if until is None else min(until, ends)
        return NotReady(tuple(reasons)) if reasons else Ready(until)

    def next_change(self, *, now: Millis) -> Millis | None:
        """When time alone changes what is met, if nothing is told before; None: never."""
        changes: list[int] = []
        for known in self._known.values():
            if known.at is None or known.is_lost:
                continue
            if known.at > now:
                changes.append(known.at)
            elif (ends := known.ends) is not None and ends >= now:
                changes.append(ends + 1)
        return Millis(min(changes)) if changes else None


def _max_age(requirement: Requirement, max_ages: Mapping[str, Millis]) -> Millis | None:
    of_frame = f"{requirement.part} {requirement.frame}"
    return max_ages.get(of_frame, max_ages.get(requirement.part))


def _unmet(requirement: Requirement, known: _Known, now: Millis) -> Unmet:
    at, lost_at = known.at, known.lost_at
    if known.is_lost and lost_at is not None:
        detail = f"lost {now - lost_at} ms ago: {known.why}"
        return Unmet(requirement, "lost", detail, known.why)
    if at is None:
        return Unmet(requirement, "never", "not heard yet")
    if at > now:
        return Unmet(requirement, "future", f"known only from {at - now} ms on")
    return Unmet(requirement, "stale", f"{now - at} ms old")


def _concerns(requirement: Requirement, symbol: str, frame: str) -> bool:
    return (not symbol or requirement.symbol in ("", symbol)) and (
        not frame or requirement.frame in ("", frame)
    )
