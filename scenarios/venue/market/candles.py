"""Candles of every interval, from trades as they come.

A trade touches one bar, that of its second; a second that has ended is taken into its minute, and
a minute into all longer bars. So a longer candle is the sum of the shorter ones by construction,
and a quiet market costs nothing: a stretch without trades is made up when somebody asks for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from ....actors.market.timeframe import TimeFrame
from ....runtime import Millis
from .intervals import FRAMES, SECOND, frame_of
from .past import Past
from .records import Bar, flat

_LONGER: Final = tuple(name for name in FRAMES if name not in ("1s", "1m"))


class _Shelf:
    """The bars of one interval in which something traded: those that ended, and the open one."""

    __slots__ = ("closed", "current", "frame", "until")

    def __init__(self, frame: TimeFrame) -> None:
        self.frame = frame
        self.closed: list[Bar] = []
        self.current: Bar | None = None
        self.until = 0  # when the current one ends

    def take(self, bar: Bar, keep: int) -> None:
        """Take in a shorter bar that has ended."""
        if self.current is not None:
            if bar.open_time < self.until:
                self.current.merge(bar)
                return
            self.close(keep)
        opened = self.frame.open_of(bar.open_time)
        self.until = self.frame.close_of(opened)
        self.current = bar.copy(opened)

    def close(self, keep: int) -> None:
        """The current bar has ended."""
        if self.current is not None:
            self.closed.append(self.current)
            self.current = None
            if len(self.closed) > 2 * keep:
                del self.closed[:-keep]


class Candles:
    """The candles of one market.

    keep: how many that ended are remembered of each interval, at least.
    past: what they begin with; None: with the first trade.
    on_minute: told of each minute that ended and had trades.
    """

    def __init__(
        self,
        *,
        keep: int = 1_500,
        past: Past | None = None,
        on_minute: Callable[[Bar], None] = lambda _: None,
    ) -> None:
        self._keep = keep
        self._past = past
        self._on_minute = on_minute
        self._shelves = {name: _Shelf(frame) for name, frame in FRAMES.items()}
        self._seconds = self._shelves["1s"]
        self._minutes = self._shelves["1m"]
        self._longer = tuple(self._shelves[name] for name in _LONGER)
        self._second: Bar | None = None
        self._second_ends = 0

    def add(
        self, price: int, amount: int, worth: int, trade_id: int, at: Millis, *, bought: int
    ) -> None:
        """Take in a trade, not older than the one before.

        worth: its turnover. bought: `amount` where the buyer was the taker, else 0.
        """
        bar = self._second
        if bar is None or at >= self._second_ends:
            self.advance(at)
            opened = Millis(at - at % SECOND)
            bar = self._second = Bar(opened, price, price, price, price, first_id=trade_id)
            self._second_ends = opened + SECOND
        elif price > bar.high:
            bar.high = price
        elif price < bar.low:
            bar.low = price
        bar.close = price
        bar.volume += amount
        bar.turnover += worth
        bar.trades += 1
        bar.last_id = trade_id
        if bought:
            bar.buy_volume += amount
            bar.buy_turnover += worth

    def advance(self, now: Millis) -> None:
        """It is `now`: what has ended is put away."""
        second = self._second
        if second is not None and now >= self._second_ends:
            self._second = None
            self._seconds.current = second
            self._seconds.close(self._keep)
            minute = self._minutes.current
            if minute is not None and second.open_time >= self._minutes.until:
                self._end_minute(minute)
            self._minutes.take(second, self._keep)
        minute = self._minutes.current
        if minute is not None and now >= self._minutes.until:
            self._end_minute(minute)

    def _end_minute(self, minute: Bar) -> None:
        self._minutes.close(self._keep)
        self._on_minute(minute)
        for shelf in self._longer:
            shelf.take(minute, self._keep)

    def open_parts(self, now: Millis) -> list[Bar]:
        """The open minute's bars: what traded in it before this second, and in this second."""
        self.advance(now)
        return [bar for bar in (self._minutes.current, self._second) if bar is not None]

    def bar(self, interval: str, opened: Millis, now: Millis) -> Bar | None:
        """The candle that began at `opened`; None where none is known."""
        found = self.bars(interval, now, start=opened, end=opened, limit=1)
        return found[0] if found else None

    def bars(
        self,
        interval: str,
        now: Millis,
        *,
        start: int | None = None,
        end: int | None = None,
        limit: int = 500,
    ) -> list[Bar]:
        """Candles that began between `start` and `end`, both included, oldest first; not to write.

        From `start` on where it is given, else the newest; the last one may still be open. A
        stretch without trades is a flat bar.
        """
        frame = frame_of(interval)
        traded = self._traded(interval, now)
        past = self._reachable_past(interval)
        first = past[0] if past else (traded[0] if traded else None)
        if first is None or limit < 1:
            return []
        low = first.open_time if start is None else max(first.open_time, _at_or_after(frame, start))
        high = frame.open_of(now if end is None else Millis(min(now, max(end, 0))))
        opens = _grid(frame, low, high, limit, from_start=start is not None)
        return _filled(opens, past, traded)

    def _traded(self, interval: str, now: Millis) -> list[Bar]:
        """All bars with trades, also those that are still open (copied)."""
        self.advance(now)
        shelf = self._shelves[interval]
        tail: list[Bar] = []
        for part in _parts(interval, shelf.current, self._minutes.current, self._second):
            opened = shelf.frame.open_of(part.open_time)
            if tail and tail[-1].open_time == opened:
                tail[-1].merge(part)
            else:
                tail.append(part.copy(opened))
        return [*shelf.closed, *tail] if tail else shelf.closed

    def _reachable_past(self, interval: str) -> list[Bar]:
        """What was before the start; nothing where a part after it is forgotten already."""
        shelf = self._shelves[interval]
        if self._past is None or len(shelf.closed) >= self._keep:
            return []
        return self._past.bars(interval)


def _parts(
    interval: str, current: Bar | None, minute: Bar | None, second: Bar | None
) -> Iterable[Bar]:
    chosen: tuple[Bar | None, ...] = (current, minute, second)
    if interval == "1s":
        chosen = (second,)
    elif interval == "1m":
        chosen = (minute, second)
    return (bar for bar in chosen if bar is not None)


def _at_or_after(frame: TimeFrame, start: int) -> Millis:
    opened = frame.open_of(Millis(max(start, 0)))
    return opened if opened >= start else frame.close_of(opened)


def _grid(
    frame: TimeFrame, low: Millis, high: Millis, limit: int, *, from_start: bool
) -> list[Millis]:
    """When the candles began from `low` to `high`, the first or the last `limit` of them."""
    if frame.is_fixed:
        opens: list[Millis] | range = range(low, high + 1, frame.length)
    else:
        opens = []
        while low <= high:
            opens.append(low)
            low = frame.close_of(low)
    return [Millis(each) for each in (opens[:limit] if from_start else opens[-limit:])]


def _filled(opens: Sequence[Millis], past: list[Bar], traded: list[Bar]) -> list[Bar]:
    """One bar for each: from before the start, traded, both, or flat at the last price."""
    if not opens:
        return []
    place = bisect_left(traded, opens[0], key=_open_time)
    before = bisect_left(past, opens[0], key=_open_time)
    last = 0  # of the first bar there is none: it is one that is known
    if place:
        last = traded[place - 1].close
    elif before:
        last = past[before - 1].close
    found: list[Bar] = []
    for opened in opens:
        bar: Bar | None = None
        if before < len(past) and past[before].open_time == opened:
            bar = past[before]
            before += 1
        if place < len(traded) and traded[place].open_time == opened:
            bar = traded[place] if bar is None else _joined(bar, traded[place])
            place += 1
        elif bar is None:
            bar = flat(opened, last)
        last = bar.close
        found.append(bar)
    return found


def _joined(earlier: Bar, later: Bar) -> Bar:
    both = earlier.copy()
    both.merge(later)
    return both


def _open_time(bar: Bar) -> Millis:
    return bar.open_time
