"""Reading all pages of what a venue gives in parts: trades, candles. No I/O of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

from ....runtime import Millis
from ...market.candle import Candle
from ...market.fill import Fill
from ...market.timeframe import TimeFrame
from ...market.trade import Trade
from ..errors import UnsoundAnswer

T = TypeVar("T")
FillPage = Callable[[Millis, Millis | None], Awaitable[Sequence[Fill]]]
"""Our trades of a time, both ends inclusive; of too many the oldest or the newest."""

CandlePage = Callable[[Millis], Awaitable[Sequence[Candle]]]
"""The oldest closed candles since a time; of some venues those alone that a page's time has."""

TradePage = Callable[[Millis], Awaitable[Sequence[Trade]]]
"""Trades of anybody since a time, oldest first."""

TradesById = Callable[[int], Awaitable[Sequence[Trade]]]
"""The oldest trades of anybody with this id or a later one."""


class Pages:
    """What of one question came before an attempt failed: the next attempt goes on from there.

    Without it a question of two pages is never answered by a venue of which every second fails.
    """

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}

    async def once(self, name: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        """The sound page of this name; it is asked for where it did not come yet."""
        if name not in self._known:
            self._known[name] = await ask()
        return self._known[name]  # type: ignore[no-any-return]  # what `ask` gave

    def __len__(self) -> int:
        return len(self._known)

    def forget(self) -> None:
        """Pages that contradict one another are asked for again."""
        self._known.clear()


async def all_fills(
    fetch: FillPage, venue: str, since: Millis, until: Millis | None, *, page: int
) -> dict[str, Fill]:
    """All trades of a stretch of time, by trade id, whichever end of it the venue gives first (C8).

    page: how many trades a full page has. Some venues give the oldest of too many and some the
    newest, so both directions are followed until they bring nothing new.
    """
    found = dict[str, Fill]()

    def has_more(rows: Sequence[Fill]) -> bool:
        fresh = {each.trade_id: each for each in rows if each.trade_id not in found}
        found.update(fresh)
        if not fresh and len(rows) >= page and rows[0].at == rows[-1].at:
            raise UnsoundAnswer(venue, "fills", f"a page of {page} trades is of one ms; some hide")
        return bool(fresh) and len(rows) >= page

    first = await fetch(since, until)
    rows = first
    is_more = has_more(rows)
    is_full = is_more
    while is_more:
        rows = await fetch(rows[-1].at, until)
        is_more = has_more(rows)
    rows, is_more = first, is_full
    while is_more:
        rows = await fetch(since, rows[0].at)
        is_more = has_more(rows)
    return found


async def fills_since(
    fetch: FillPage, venue: str, since: Millis, now: Millis, *, window: int | None, page: int
) -> tuple[Fill, ...]:
    """All trades since a time, oldest first.

    window: ms that one request may span; None: any time.
    """
    found = dict[str, Fill]()
    begin = since
    while True:
        until = None if window is None or begin + window > now else Millis(begin + window)
        found.update(await all_fills(fetch, venue, begin, until, page=page))
        if until is None:
            return tuple(sorted(found.values(), key=_age))
        begin = until


def _age(fill: Fill) -> tuple[Millis, int, str]:
    """The order of trades; those of one ms by their ids, which count up at most venues."""
    return fill.at, len(fill.trade_id), fill.trade_id


async def candles_from(
    fetch: CandlePage,
    resumed: Callable[[Millis], Awaitable[Millis]],
    frame: TimeFrame,
    *,
    span: tuple[Millis, Millis],
    limit: int,
) -> tuple[Candle, ...]:
    """The oldest candles that begin and end in a time, oldest first, by as many pages as it takes.

    resumed: where to go on after a page since then had no candle.
    """
    begin, now = span
    found = dict[Millis, Candle]()
    while len(found) < limit and frame.close_of(begin) <= now:
        rows = await fetch(begin)
        fresh = {each.at: each for each in rows if each.at >= begin}
        found.update(fresh)
        if fresh:
            begin = frame.close_of(max(fresh))
        else:
            begin = max(frame.close_of(begin), frame.open_of(await resumed(begin)))
    return tuple(found[at] for at in sorted(found) if frame.close_of(at) <= now)[:limit]


async def trades_from(
    fetch: TradePage, venue: str, since: Millis, limit: int, *, page: int
) -> tuple[Trade, ...]:
    """The oldest trades since a time, as far as the venue tells them, oldest first.

    page: how many a full page has at least. The last trade's time is where the next page begins,
    since others may be of the same ms. No more pages are read than it takes: a venue that gives
    its newest trades whatever it is asked would go on for ever.
    """
    found = dict[str | Trade, Trade]()
    begin = since
    for _ in range(limit // page + 2):
        rows = await fetch(begin)
        fresh = {_name(each): each for each in rows if each.at >= since}
        fresh = {name: each for name, each in fresh.items() if name not in found}
        found.update(fresh)
        if not fresh and len(rows) >= page and rows[0].at == rows[-1].at == begin:
            raise UnsoundAnswer(venue, "trades", f"a page of {page} trades is of one ms; some hide")
        if not fresh or len(rows) < page or len(found) >= limit:
            break
        begin = rows[-1].at
    return tuple(sorted(found.values(), key=_trade_age))[:limit]


def _trade_age(trade: Trade) -> tuple[Millis, int, str]:
    return trade.at, len(trade.trade_id), trade.trade_id


def _name(trade: Trade) -> str | Trade:
    """What tells a trade from others."""
    return trade.trade_id or trade


async def first_id_since(fetch: TradesById, newest: Trade, since: Millis) -> int | None:
    """From which id on to ask for trades since a time, where ids count up; None: there are none.

    For whoever is not told by time, as where the next trade may lie years later.
    """
    if newest.at < since:
        return None
    before, known = -1, int(newest.trade_id)  # ids: too old, and old enough
    while known - before > 1:
        middle = (before + known) // 2
        rows = await fetch(middle)
        found = [int(each.trade_id) for each in rows if each.at >= since]
        if len(found) == len(rows):
            known = middle
        elif found:
            return min(found)
        else:
            before = max(int(each.trade_id) for each in rows)
    return known


def earlier(frame: TimeFrame, begin: Millis, count: int) -> Millis:
    """When the candle began that lies so many before the one that began at `begin`; at least 0."""
    if frame.is_fixed:
        return Millis(max(0, begin - count * frame.length))
    for _ in range(count):
        if begin <= 0:
            break
        begin = frame.open_of(Millis(begin - 1))
    return begin


def later(frame: TimeFrame, begin: Millis, count: int) -> Millis:
    """When the candle begins that lies so many after the one that began at `begin`."""
    if frame.is_fixed:
        return Millis(begin + count * frame.length)
    for _ in range(count):
        begin = frame.close_of(begin)
    return begin
