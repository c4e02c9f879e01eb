"""Trades whose ids only tell them apart: what continues what shows in what two stretches share.

A stretch that shares a trade with what is known continues it. One that shares none continues it
only while a stream brings everything that happens, and was itself joined to what is known: until
then what comes is held. See `trade_joining` for the rules that both have in common.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from ...runtime import Millis
from ..market.trade import Trade, TradeIds
from .trade_joining import CERTAIN, HELD, PATIENCE, CountedTrades, Missed, Step

KNOWN: Final = 10_000  # trades that are remembered by their id

_Key: TypeAlias = str | tuple[object, ...]


class OverlappingTrades:
    """Trades with ids of any kind. Without one, alike trades of one millisecond are the same."""

    def __init__(self, *, held: int = HELD, known: int = KNOWN) -> None:
        self._most = held
        self._remembered = known
        self._known: OrderedDict[_Key, None] = OrderedDict()
        self._held: OrderedDict[_Key, Trade] = OrderedDict()  # one stretch without a gap
        self._last: Trade | None = None
        self._is_live = False  # a stream brings everything that happens now
        self._is_joined = False  # and nothing lies between what is known and what it brings
        self._must_ask = False
        self._vain = 0  # answers in a row that did not help
        self.repeated = 0
        self.overflowed = 0  # dropped: too many were held
        self.unnumbered = 0

    @property
    def since(self) -> Millis | None:
        """From when on trades should be asked for; None: nothing is missing."""
        is_needed = self._last is not None and (self._must_ask or self._held)
        return self._last.at if is_needed and self._last is not None else None

    @property
    def is_in_vain(self) -> bool:
        """Whether the last answer did not help, so that the next question can wait."""
        return self._vain > 0

    def stream_live(self) -> None:
        """A stream brings everything from now on; what it brings is not joined yet."""
        if not self._is_live:
            self._is_live = True
            self._held.clear()  # told by polls: whoever is asked now has it as well
            self._must_ask = self._last is not None

    def stream_down(self) -> None:
        """What happens now may not be heard."""
        self._is_live = self._is_joined = False

    def told(self, trades: Iterable[Trade]) -> tuple[Step, ...]:
        """What to tell, now that a stream or a poll has told this stretch."""
        stretch = tuple(trades)
        last = self._last
        fresh = self._after_known(stretch)
        if fresh is None:
            if last is not None and stretch and stretch[0].at < last.at:
                return ()  # of before what is known, or an answer that came late
            if last is not None and not self._is_joined:
                self._hold(stretch)
                return ()
            fresh = stretch
        return _step(self._chain(fresh))

    def fetched(self, trades: Sequence[Trade], *, limit: int) -> tuple[Step, ...]:
        """What to tell, now that the venue has answered. limit: what it was asked for."""
        self._must_ask = False
        last = self._last
        fresh = self._after_known(trades)
        if last is None:
            return self.told(trades)
        if fresh is None:
            return self._unjoined([trade for trade in trades if trade.at > last.at], last)
        told = self._chain(fresh)
        self._must_ask = bool(told) and len(trades) >= limit
        self._vain = 0 if told or not self._held else self._vain + 1
        steps = _step(told)
        if self._vain >= PATIENCE:
            steps += self._give_up()
        return steps

    def _unjoined(self, newer: list[Trade], last: Trade) -> tuple[Step, ...]:
        """An answer without any trade that is known."""
        self._vain += 1
        if newer and self._vain >= CERTAIN:
            self._vain = 0
            missed = Missed(last.at, newer[0].at, "the venue does not tell trades of so long ago")
            return missed, *_step(self._chain(newer))
        if self._vain < PATIENCE:
            self._must_ask = True
            return ()
        return self._give_up() if self._held else ()

    def _give_up(self) -> tuple[Step, ...]:
        self._vain = 0
        first = next(iter(self._held.values()))
        last = self._last or first
        return Missed(last.at, first.at, "the venue does not tell them"), *_step(self._release())

    def _after_known(self, stretch: Sequence[Trade]) -> tuple[Trade, ...] | None:
        """What comes after the last trade in it that is known; None where none is."""
        for place in range(len(stretch) - 1, -1, -1):
            if _key(stretch[place]) in self._known:
                self.repeated += place + 1
                return tuple(stretch[place + 1 :])
        return None

    def _chain(self, fresh: Iterable[Trade]) -> list[Trade]:
        """Take what continues what is known, and what is held where that goes on from there."""
        told: list[Trade] = []
        meets = False
        for trade in fresh:
            key = _key(trade)
            if key in self._known:
                continue  # twice in one stretch
            meets = self._held.pop(key, None) is not None or meets
            self._note(key, trade)
            told.append(trade)
        return told + self._release() if meets else told

    def _release(self) -> list[Trade]:
        told = list(self._held.values())
        for key, trade in self._held.items():
            self._note(key, trade)
        self._held.clear()
        self._is_joined = self._is_live
        return told

    def _note(self, key: _Key, trade: Trade) -> None:
        self._known[key] = None
        self._last = trade
        if len(self._known) > self._remembered:
            self._known.popitem(last=False)

    def _hold(self, stretch: tuple[Trade, ...]) -> None:
        """Keep one stretch: of two that do not touch, the later."""
        if not stretch:
            return
        new = OrderedDict((_key(trade), trade) for trade in stretch)
        held = self._held
        if not held:
            self._held = new
        elif _key(stretch[0]) in held:
            held.update(new)
        elif any(key in held for key in new):
            self._held = OrderedDict({**new, **held})
        elif stretch[0].at >= next(reversed(held.values())).at:
            if not self._is_live:
                held.clear()  # a poll that does not reach back to it: both will be asked for
            held.update(new)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
            self.overflowed += 1


TradeJoining: TypeAlias = CountedTrades | OverlappingTrades


def joining(ids: TradeIds) -> TradeJoining:
    """What joins the trades of a venue with such ids."""
    return CountedTrades() if ids == "consecutive" else OverlappingTrades()


def _key(trade: Trade) -> _Key:
    return trade.trade_id or (trade.at, trade.side, trade.price, trade.amount)


def _step(told: list[Trade]) -> tuple[Step, ...]:
    return (tuple(told),) if told else ()
