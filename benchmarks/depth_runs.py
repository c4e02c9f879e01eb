"""One order book over a stream of diffs, in a process of its own: prints one JSON object.

    python -m benthic.benchmarks.depth_runs ours|ours_read|ccxt|ccxt_read|ccxt_floats STREAM.json

ours: our book state, with all its checks, from the text of the venue.
ccxt: ccxt's order book, fed as ccxt's own binance class feeds it, from the same text.
ccxt_floats: the same book, with all numbers parsed before the watch is started.
..._read: after each diff the best levels of both sides are copied out as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from time import process_time
from types import MappingProxyType
from typing import Any, Final

import msgspec

from ..actors.feeds.book_state import BookState
from ..actors.market.book import Book, Level
from ..actors.market.book_diff import BookDiff
from ..runtime import Millis
from .depth_stream import Depth, DepthStream

READ: Final = 20  # levels of each side
ALL: Final = 1_000_000  # levels: as many as there are

Sides = tuple[list[tuple[float, float]], list[tuple[float, float]]]


class DepthRun(msgspec.Struct, frozen=True):
    """What one book took for a stream, and what it was in the end."""

    seconds: float  # of CPU
    bids: list[tuple[float, float]]
    asks: list[tuple[float, float]]


def ours(stream: DepthStream) -> DepthRun:
    """Into our book."""
    return _ours(stream, lambda _: None)


def ours_read(stream: DepthStream) -> DepthRun:
    """Into our book, which is read after each diff."""
    return _ours(stream, lambda state: state.book(READ))


def _ours(stream: DepthStream, read: Callable[[BookState], object]) -> DepthRun:
    state = BookState("BTC/USDT", numbering="ranges")
    at = Millis(0)
    first = stream.snapshot
    state.load(Book("BTC/USDT", _levels(first.bids), _levels(first.asks), at, first.last))
    diffs = [BookDiff(diff.bids, diff.asks, at, diff.last, diff.first) for diff in stream.diffs]
    apply = state.apply
    began = process_time()
    for diff in diffs:
        apply(diff)
        read(state)
    seconds = process_time() - began
    book = state.book(ALL)
    if book is None:
        raise SystemExit(str(state.fault))
    return DepthRun(seconds, _floats(book.bids), _floats(book.asks))


def ccxt(stream: DepthStream) -> DepthRun:
    """Into ccxt's book, as its binance class does it."""
    from ccxt import Exchange

    book, safe_float = _ccxt_book(stream.snapshot), Exchange.safe_float

    def apply(diff: Depth) -> None:
        for side, deltas in ((book["asks"], diff.asks), (book["bids"], diff.bids)):
            for delta in deltas:
                side.store(safe_float(delta, 0), safe_float(delta, 1))

    return _timed(book, stream.diffs, apply)


def ccxt_read(stream: DepthStream) -> DepthRun:
    """Into ccxt's book, of which the best levels are copied after each diff."""
    from ccxt import Exchange

    book, safe_float = _ccxt_book(stream.snapshot), Exchange.safe_float

    def apply(diff: Depth) -> object:
        for side, deltas in ((book["asks"], diff.asks), (book["bids"], diff.bids)):
            for delta in deltas:
                side.store(safe_float(delta, 0), safe_float(delta, 1))
        return [level[:] for side in (book["bids"], book["asks"]) for level in side[:READ]]

    return _timed(book, stream.diffs, apply)


def ccxt_floats(stream: DepthStream) -> DepthRun:
    """Into ccxt's book, with nothing left to parse."""
    book = _ccxt_book(stream.snapshot)
    diffs = [(_parsed(diff.asks), _parsed(diff.bids)) for diff in stream.diffs]
    asks, bids = book["asks"].storeArray, book["bids"].storeArray

    def apply(diff: tuple[list[list[float]], list[list[float]]]) -> None:
        for delta in diff[0]:
            asks(delta)
        for delta in diff[1]:
            bids(delta)

    return _timed(book, diffs, apply)


def _ccxt_book(snapshot: Depth) -> Any:
    from ccxt.async_support.base.ws.order_book import OrderBook

    return OrderBook({"bids": _parsed(snapshot.bids), "asks": _parsed(snapshot.asks)})


def _timed(book: Any, diffs: list[Any], apply: Callable[[Any], object]) -> DepthRun:
    began = process_time()
    for diff in diffs:
        apply(diff)
    seconds = process_time() - began
    bids, asks = ([(price, amount) for price, amount in book[side]] for side in ("bids", "asks"))
    return DepthRun(seconds, bids, asks)


def _parsed(levels: list[tuple[str, str]]) -> list[list[float]]:
    return [[float(price), float(amount)] for price, amount in levels]


def _levels(levels: list[tuple[str, str]]) -> tuple[Level, ...]:
    return tuple(Level(Decimal(price), Decimal(amount)) for price, amount in levels)


def _floats(levels: tuple[Level, ...]) -> list[tuple[float, float]]:
    return [(float(level.price), float(level.amount)) for level in levels]


RUNS: Final[Mapping[str, Callable[[DepthStream], DepthRun]]] = MappingProxyType(
    {
        "ours": ours,
        "ours_read": ours_read,
        "ccxt": ccxt,
        "ccxt_read": ccxt_read,
        "ccxt_floats": ccxt_floats,
    }
)


def main(name: str, path: str) -> None:
    """Run a stream, and print what it took."""
    stream = msgspec.json.decode(Path(path).read_bytes(), type=DepthStream)
    sys.stdout.write(msgspec.json.encode(RUNS[name](stream)).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
