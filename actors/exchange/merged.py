"""Candles of many series in the order of their closes, a block at a time: pure.

Merging them one by one costs more than all else that is done with a candle. So the closes of some
blocks are sorted together, as far as every series is known, and candles are made of the columns in
that order. What a series has ahead is never more than its block, however long it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, TypeVar, cast

import attrs
import numpy as np

from ...runtime import Millis
from ..market.candle import Candle
from ..market.timeframe import TimeFrame
from .tape.columns import Columns, cut, joined
from .tape.spacing import Times, close_times

T = TypeVar("T")

_MOST: Final = 4_096  # candles that are sorted together, about


@attrs.frozen
class Stream(Generic[T]):
    """One series: its blocks, oldest first, and whom its candles are for."""

    frame: TimeFrame
    blocks: Iterable[Columns]
    to: T


def merged(streams: Sequence[Stream[T]]) -> Iterator[tuple[Millis, T, Candle]]:
    """Each candle at its close; what closes together comes in the order of the streams."""
    heads = [_Head(stream) for stream in streams]
    targets = [stream.to for stream in streams]
    share = max(_MOST // max(len(heads), 1), 1)
    while live := [number for number, head in enumerate(heads) if head.fill()]:
        until = min(heads[number].horizon(share) for number in live)
        parts = [(number, *heads[number].take(until)) for number in live]
        yield from _sorted([part for part in parts if len(part[1])], targets)


def _sorted(
    parts: list[tuple[int, Times, Columns]], targets: list[T]
) -> Iterator[tuple[Millis, T, Candle]]:
    if len(parts) == 1:
        ((number, closes, columns),) = parts
        target = targets[number]
        views = (column.data for column in columns)
        for at, candle in zip(closes.data, map(Candle, *views), strict=True):
            yield cast("Millis", at), target, candle
        return
    closes = np.concatenate([part[1] for part in parts])
    order = closes.argsort(kind="stable")
    columns = joined([part[2] for part in parts])
    numbers = np.repeat([part[0] for part in parts], [len(part[1]) for part in parts])[order]
    whom = map(targets.__getitem__, numbers.tolist())
    candles = map(Candle, *(column[order].data for column in columns))
    ends = cast("Iterable[Millis]", closes[order].data)
    yield from zip(ends, whom, candles, strict=True)


class _Head(Generic[T]):
    """Where one stream stands."""

    def __init__(self, stream: Stream[T]) -> None:
        self._frame = stream.frame
        self._blocks = iter(stream.blocks)
        self._columns: Columns | None = None
        self._closes: Times = np.empty(0, np.int64)
        self._next = 0  # the first candle of the block that was not taken

    def fill(self) -> bool:
        """Have a candle ready; False where there is none left."""
        while self._next >= len(self._closes):
            columns = next(self._blocks, None)
            if columns is None:
                return False
            self._columns, self._next = columns, 0
            self._closes = close_times(columns.open_times, self._frame)
        return True

    def horizon(self, share: int) -> int:
        """When the candle closes up to which this stream lets others go on."""
        return int(self._closes[min(self._next + share, len(self._closes)) - 1])

    def take(self, until: int) -> tuple[Times, Columns]:
        """The candles that close by then."""
        assert self._columns is not None  # noqa: S101 - `fill` said so
        stop = int(self._closes.searchsorted(until, side="right"))
        part = slice(self._next, stop)
        self._next = stop
        return self._closes[part], cut(self._columns, part)
