"""Reading all pages of what a venue gives in parts: trades of ours, candles. No I/O of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ....runtime import Millis
from ...market.candle import Candle
from ...market.fill import Fill
from ...market.timeframe import TimeFrame
from ..errors import UnsoundAnswer

FillPage = Callable[[Millis, Millis | None], Awaitable[Sequence[Fill]]]
"""Our trades of a time, both ends inclusive; of too many the oldest or the newest."""

CandlePage = Callable[[Millis], Awaitable[Sequence[Candle]]]
"""The oldest candles since a time."""


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


async def newest_candles(
    fetch: CandlePage, frame: TimeFrame, now: Millis, limit: int
) -> tuple[Candle, ...]:
    """The newest closed candles, oldest first, by as many pages as it takes."""
    found = dict[Millis, Candle]()
    begin = frame.open_of(now)
    since = earlier(frame, begin, limit)
    while since < begin:
        rows = await fetch(since)
        fresh = [each for each in rows if each.at >= since and each.at not in found]
        if not fresh:
            break
        found.update({each.at: each for each in fresh})
        since = frame.close_of(max(each.at for each in fresh))
    closed = [found[at] for at in sorted(found) if frame.close_of(at) <= now]
    return tuple(closed[-limit:])


def earlier(frame: TimeFrame, begin: Millis, count: int) -> Millis:
    """When the candle began that lies so many before the one that began at `begin`; at least 0."""
    if frame.is_fixed:
        return Millis(max(0, begin - count * frame.length))
    for _ in range(count):
        if begin <= 0:
            break
        begin = frame.open_of(Millis(begin - 1))
    return begin
