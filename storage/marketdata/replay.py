"""Many series of a store in one order of time, from disk, in bounded memory.

Candles come at their close, everything else at its time. What comes at the same instant is in the
order in which the series were asked for, candles first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import TypeAlias, TypeVar

from ...actors.exchange.archive.books import books
from ...actors.exchange.archive.depth import Depth
from ...actors.exchange.archive.read import Record
from ...actors.exchange.archive.series import Kind, Series
from ...actors.exchange.merged import Stream, merged
from ...actors.market.book import Book
from ...actors.market.candle import Candle
from ...actors.market.funding import Funding
from ...actors.market.ticker import Ticker
from ...actors.market.trade import Trade
from ...runtime import Millis
from .store import MarketStore

T = TypeVar("T")

Value: TypeAlias = Candle | Trade | Book | Funding | Ticker


def replay(
    store: MarketStore, asked: Sequence[tuple[Series, T]]
) -> Iterator[tuple[Millis, T, Value]]:
    """The values of each series, with what was given beside it: whom they are for.

    A series of kind BOOK gives each valid book, one of QUOTES books of one level.
    """
    streams = [
        Stream(series.frame, store.blocks(series), to)
        for series, to in asked
        if series.frame is not None
    ]
    others = [_told(store, series, to) for series, to in asked if series.frame is None]
    candles: Iterator[tuple[Millis, T, Value]] = merged(streams)
    if not others:
        return candles
    return (
        merge(candles, *others, key=itemgetter(0)) if streams else merge(*others, key=itemgetter(0))
    )


def _told(
    store: MarketStore, series: Series, to: T
) -> Iterator[tuple[Millis, T, Trade | Book | Funding | Ticker]]:
    records = store.records(series)
    values = books(_changes(records)) if series.kind is Kind.BOOK else _plain(records)
    for value in values:
        yield value.at, to, value


def _changes(records: Iterable[Record]) -> Iterator[Depth]:
    return (record for record in records if isinstance(record, Depth))


def _plain(records: Iterable[Record]) -> Iterator[Trade | Book | Funding | Ticker]:
    return (record for record in records if not isinstance(record, Depth))
