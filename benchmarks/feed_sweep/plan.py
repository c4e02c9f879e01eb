"""When each fault strikes: one after the other, drawn from the seed, with quiet in between.

What is left of a run after the last of them is quiet too: by its end all must be well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

import attrs

from ...runtime import Millis, UsageError
from ...scenarios.venue.faults.plan import FaultPlan, Rule
from ...scenarios.venue.faults.toml import rule_of
from .cards import ANSWERS, EVENTS, Card, Table, cards

WARM_UP: Final = 180_000  # ms before the first fault
QUIET: Final = 900_000  # ms after the last one
EARLIEST: Final = 5_000  # ms into its slot; the topic comes the right way by then
SPREAD: Final = 15_000  # ms by which that is drawn
CLOSEST: Final = 240_000  # ms from one fault to the next, at least
FARTHEST: Final = 600_000
WHOLE: Final = 0.5  # of the faults strike every market


@attrs.frozen
class Blow:
    """One fault at one time. Times in ms from the start of the venue."""

    card: Card
    at: Millis
    ceased: Millis  # it strikes nothing new from here on
    symbol: str  # the venue's; empty: of every market

    @property
    def name(self) -> str:
        """Unique within a run."""
        return f"{self.card.name} at {self.at / 60_000:,.1f} min"


def blows(seed: int, symbols: Sequence[str], length: int, slot: int) -> tuple[Blow, ...]:
    """One in each slot of so many ms, of a run of `length` ms: each card before any comes again."""
    count = (length - WARM_UP - QUIET) // slot
    if count < 1:
        raise UsageError(f"{length} ms have no room for a fault in each {slot} ms: run it longer")
    chance = Random(f"feeds/{seed}/plan")  # noqa: S311 - must be the same each time
    found, deck = list[Blow](), list[Card]()
    for number in range(count):
        if not deck:
            deck = list(cards())
            chance.shuffle(deck)
        card = deck.pop()
        at = WARM_UP + number * slot + EARLIEST + int(chance.random() * SPREAD)
        symbol = "" if card.topic is None or chance.random() < WHOLE else chance.choice(symbols)
        found.append(Blow(card, Millis(at), Millis(at + card.lasts), symbol))
    return tuple(found)


def slot_of(length: int) -> int:
    """How far faults lie apart in a run of so many ms: close enough for each to strike, if it can.

    >>> slot_of(72 * 3_600_000)
    600000
    """
    return min(max((length - WARM_UP - QUIET) // len(cards()), CLOSEST), FARTHEST)


def plan(seed: int, struck: Sequence[Blow]) -> FaultPlan:
    """As the venue takes it. What strikes the client's own network is not in it."""
    return FaultPlan(
        rules=tuple(rule for blow in struck for rule in _rules(blow)), seed=seed, place="feeds"
    )


def _rules(blow: Blow) -> Iterator[Rule]:
    card = blow.card
    if card.face == "network":
        return
    yield rule_of({**card.verb, "fault": card.code, "name": blow.name, "when": _when(blow)})
    if card.then is not None:
        yield rule_of({**card.then, "name": f"{blow.name}, then", "when": {"at": blow.at + 1_000}})


def _when(blow: Blow) -> Table:
    card = blow.card
    if card.face == "venue":
        return {"at": blow.at}
    when: dict[str, Any] = {"since": blow.at, "until": blow.ceased, "first": card.first}
    if blow.symbol:
        when["symbol"] = blow.symbol
    if card.face == "user":
        return {**when, "stream": "user"}
    if card.topic is None:
        return {**when, "path": "/ws*"}
    if card.face == "push":
        return {**when, "event": EVENTS[card.topic]}
    return {**when, "method": "GET", "path": f"/api/v3/{ANSWERS[card.topic]}"}
