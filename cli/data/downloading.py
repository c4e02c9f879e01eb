"""`benthic data download`: candles and trades of a venue's past into the store.

What is asked for is what the store lacks, so that a download which was ended in the middle goes on
where it was. Each part that is written is whole up to its last candle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import attrs
import numpy as np

from ...actors.exchange.archive.series import Series
from ...actors.exchange.messages import FetchCandles, FetchTrades
from ...actors.exchange.tape import Columns, Gaps, Tape
from ...actors.exchange.tape.progress import unseen
from ...actors.exchange.tape.spacing import Times
from ...actors.market.candle import Candle
from ...actors.market.timeframe import TimeFrame
from ...actors.market.trade import Trade
from ...runtime import Millis, UsageError
from ...storage.marketdata import Added, MarketStore, NoMarketData, Prefer
from .stretches import missing, whole
from .venues import Place

Told: TypeAlias = Callable[[int, int], None]  # done, and of how many

TRADES: Final = 250  # of a page, where it is not known
HOUR: Final = 3_600_000  # ms: stretches of trades that lie closer are one
DAY: Final = 86_400_000  # ms, before a time: what is known of then shows what it lacks
BATCH: Final = 10_000  # candles or trades that are written together


@attrs.frozen
class Span:
    """From when to when; what has begun and ended in it is wanted.

    prefer: which holds where the venue says something else than the store.
    """

    since: Millis
    until: Millis
    prefer: Prefer = Prefer.NEITHER

    @classmethod
    def of(
        cls,
        since: Millis,
        until: Millis | None,
        now: Millis,
        prefer: Prefer = Prefer.NEITHER,
    ) -> Span:
        """Up to now where no end is given, and never further. Raises UsageError."""
        until = now if until is None else min(until, now)
        if since >= until:
            what = "now" if until == now else "--until"
            raise UsageError(f"--since is not before {what}; give an earlier time")
        return cls(since, until, prefer)


async def download_candles(
    place: Place, store: MarketStore, series: Series, span: Span, told: Told = unseen
) -> Added:
    """All candles of a time that the store lacks. Raises what the venue and the store say."""
    frame = _frame(series)
    most = place.capabilities.max_candles
    begin, end = whole(frame, span.since, span.until)
    stretches = missing(_times(store, series), frame, (begin, end), page=most)
    total = sum(_count(frame, *stretch) for stretch in stretches)
    batch = _CandleBatch(store, series, span.prefer)
    done = 0
    try:
        for since, until in stretches:
            at, ahead = since, done
            while at < until:
                limit = min(most, _count(frame, at, until))  # one page: what came is kept
                question = FetchCandles(str(series.symbol), str(frame), limit, at)
                found = [each for each in await place.ask(question) if each.at < until]
                if not found:
                    break
                batch.add(found)
                at = frame.close_of(found[-1].at)
                told(ahead + _count(frame, since, at), total)
            done = ahead + _count(frame, since, until)
            told(done, total)
    finally:
        batch.write()
    return batch.added


async def download_trades(
    place: Place, store: MarketStore, series: Series, span: Span, told: Told = unseen
) -> Added:
    """All trades of a time that the store lacks, as far as the venue tells them."""
    batch = _TradeBatch(store, series, span.prefer)
    total = span.until - span.since
    page = place.capabilities.most_trades or TRADES
    try:
        for since, until in _lacking(store, series, span):
            at, limit = since, page
            while at < until:
                found = await place.ask(FetchTrades(str(series.symbol), limit, at))
                fresh = batch.add([each for each in found if each.at < until])
                if fresh:
                    at, limit = fresh[-1].at, page
                elif len(found) < limit or found[-1].at > at:
                    break
                else:
                    limit *= 2  # more are of one ms than a page has
                told(at - span.since, total)
        told(total, total)
    finally:
        batch.write()
    return batch.added


def _lacking(store: MarketStore, series: Series, span: Span) -> list[tuple[Millis, Millis]]:
    """What lies before the trades that are there, between them by their numbers, and after them."""
    holes = list[tuple[Millis, Millis]]()
    last: Trade | None = None
    for each in _trades(store, series, Millis(span.since - DAY)):
        if last is None and span.since < each.at:
            holes.append((span.since, Millis(each.at + 1)))
        elif last is not None and _is_broken(last.trade_id, each.trade_id):
            holes.append((last.at, Millis(each.at + 1)))
        last = each
    holes.append((span.since if last is None else last.at, span.until))
    found = list[tuple[Millis, Millis]]()
    for begin, end in holes:
        since, until = max(begin, span.since), min(end, span.until)
        if since >= until:
            continue
        if found and since - found[-1][1] < HOUR:
            found[-1] = found[-1][0], until
        else:
            found.append((since, until))
    return found


def _trades(store: MarketStore, series: Series, since: Millis) -> Iterator[Trade]:
    try:
        found = store.records(series, since=max(since, Millis(0)))
        yield from (each for each in found if isinstance(each, Trade))
    except NoMarketData:
        return


def _is_broken(before: str, after: str) -> bool:
    """Whether trades are missing between two, as far as their ids tell."""
    return before.isdecimal() and after.isdecimal() and int(after) - int(before) > 1


def _times(store: MarketStore, series: Series) -> Times:
    try:
        return np.concatenate([part.open_times for part in store.blocks(series)])
    except NoMarketData:
        return np.empty(0, np.int64)


def _frame(series: Series) -> TimeFrame:
    if series.frame is None:
        raise UsageError(f"{series} has no candles")
    return series.frame


def _count(frame: TimeFrame, begin: Millis, end: Millis) -> int:
    """How many candles there can be."""
    return max(frame.steps_between(begin, end) or 0, 0)


class _Batch:
    """What came and is not written yet."""

    def __init__(self, store: MarketStore, series: Series, prefer: Prefer) -> None:
        self._store = store
        self._series = series
        self._prefer = prefer
        self.added = Added(series, 0, 0, 0, 0)

    def _count_in(self, added: Added) -> None:
        self.added = self.added.plus(added)


class _CandleBatch(_Batch):
    def __init__(self, store: MarketStore, series: Series, prefer: Prefer) -> None:
        super().__init__(store, series, prefer)
        self._rows: list[Candle] = []

    def add(self, rows: Sequence[Candle]) -> None:
        """Take candles, later ones than before."""
        self._rows.extend(rows)
        if len(self._rows) >= BATCH:
            self.write()

    def write(self) -> None:
        """Write what came so far."""
        rows, self._rows = self._rows, []
        if rows:
            tape = tape_of(self._series, rows)
            self._count_in(self._store.add_candles(self._series, tape, prefer=self._prefer))


class _TradeBatch(_Batch):
    def __init__(self, store: MarketStore, series: Series, prefer: Prefer) -> None:
        super().__init__(store, series, prefer)
        self._rows: list[Trade] = []
        self._last: set[Trade] = set()  # of the newest ms: the next page begins with it

    def add(self, rows: Sequence[Trade]) -> list[Trade]:
        """Take trades; those that did not come before."""
        fresh = [each for each in rows if each not in self._last]
        if fresh:
            newest = fresh[-1].at
            kept = {each for each in self._last if each.at == newest}
            self._last = kept | {each for each in fresh if each.at == newest}
        self._rows.extend(fresh)
        if len(self._rows) >= BATCH:
            self.write()
        return fresh

    def write(self) -> None:
        """Write what came so far."""
        rows, self._rows = self._rows, []
        if rows:
            self._count_in(self._store.add_records(self._series, rows, prefer=self._prefer))


def tape_of(series: Series, candles: Sequence[Candle]) -> Tape:
    """Candles as the store takes them. Raises a TapeError where one cannot be."""
    columns = Columns(
        np.array([each.at for each in candles], np.int64),
        *(
            np.array([getattr(each, name) for each in candles])
            for name in ("open", "high", "low", "close", "volume")
        ),
    )
    return Tape(str(series.symbol), _frame(series), columns, gaps=Gaps.ALLOW)
