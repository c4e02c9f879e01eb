"""The positions of an account in contracts, as the venue says: read, and told to the gate (R4).

Positions are the venue's own reckoning, so they are read and not kept by adding up trades. They are
read when the line comes up, after each trade of the account, and every so often; while the venue
does not tell them they are not known, and no new risk is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ...runtime import Actor, Ask, AskError, Millis, Outcome, Refusal, Tell, Timer, on
from ..market.position import Position
from .backoff import Backoff
from .gate.messages import TopicHeld, TopicLost
from .gate.requirements import Requirement
from .messages import FetchPositions, FillReported, LineChanged

EVERY: Final = Millis(60_000)
LEAST: Final = Millis(1_000)  # until a venue that did not answer is asked again
MOST: Final = Millis(60_000)


class GetPositions(msgspec.Struct, Ask[tuple[Position, ...] | None], frozen=True, gc=False):
    """The open positions, as they were read last; None: they are not known."""


class PositionsChanged(msgspec.Struct, Tell, frozen=True, gc=False):
    """The venue tells other positions than the last time. Published."""

    positions: tuple[Position, ...]


class _Look(msgspec.Struct, Tell, frozen=True):
    """Time to read them again."""


class Positions(Actor):
    """Answers `GetPositions`; publishes `PositionsChanged`.

    symbols: the contracts whose gate waits for them. connector, gate: where these are.
    every: how often they are read where nothing happens.
    """

    def __init__(
        self, symbols: Iterable[str], *, connector: str, gate: str, every: Millis = EVERY
    ) -> None:
        self._required = [Requirement("positions", symbol) for symbol in symbols]
        self._paths = connector, gate
        self._every = every
        self._known: tuple[Position, ...] | None = None
        self._is_asked = False
        self._has_moved = False  # something has traded since they were asked for
        self._timer: Timer | None = None

    def on_start(self) -> None:
        self._connector, self._gate = map(self.lookup, self._paths)
        self._backoff = Backoff(self.chance, least=LEAST, most=MOST)
        self.subscribe(self._connector, LineChanged)
        self.subscribe(self._connector, FillReported)
        self._lose("not heard yet")
        self._read()

    @on(GetPositions)
    def get(self, _: GetPositions) -> tuple[Position, ...] | None:
        return self._known

    @on(LineChanged)
    def line_changed(self, message: LineChanged) -> None:
        if message.line.state == "up":
            self._read()
        else:
            self._lose(f"the line is {message.line.state}")

    @on(FillReported)
    def traded(self, _: FillReported) -> None:
        self._read()

    @on(_Look)
    def look(self, _: _Look) -> None:
        self._timer = None
        self._read()

    @on(Outcome)
    def came(self, message: Outcome) -> None:
        self._is_asked = False
        try:
            found: tuple[Position, ...] = message.get()
        except (Refusal, AskError) as error:
            self._lose(str(error))
            self._look_after(self._backoff.next())
            return
        self._backoff.succeed()
        changed, self._known = found != self._known, found
        for each in self._required:
            self._gate.tell(TopicHeld(each, self.elapsed))
        if changed:
            self.publish(PositionsChanged(found))
        if self._has_moved:
            self._read()
        else:
            self._look_after(self._every)

    def _read(self) -> None:
        self._has_moved = self._is_asked
        if self._is_asked:
            return
        self._is_asked = True
        outcome = self.request(self._connector, FetchPositions())
        if outcome is not None:
            self.came(outcome)

    def _lose(self, why: str) -> None:
        self._known = None
        for each in self._required:
            self._gate.tell(TopicLost(each, self.elapsed, why))

    def _look_after(self, pause: Millis) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.after(pause, _Look())
