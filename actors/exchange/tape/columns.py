"""Candles as columns, and the way to collect them while a file is read.

What must hold of the numbers is judged in `checks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ....runtime import UsageError
from .spacing import Times

Floats: TypeAlias = NDArray[np.float64]

_LEAST: Final = 16  # rows of room


class Columns(NamedTuple):
    """Candles as six arrays of one length, oldest first."""

    open_times: Times  # ms since 1970-01-01 UTC, when each candle began
    opens: Floats  # quote currency per unit of base, as highs, lows and closes
    highs: Floats
    lows: Floats
    closes: Floats
    volumes: Floats  # base currency


def cut(columns: Columns, part: slice) -> Columns:
    """Views of some of the candles."""
    return Columns(
        columns.open_times[part],
        columns.opens[part],
        columns.highs[part],
        columns.lows[part],
        columns.closes[part],
        columns.volumes[part],
    )


def joined(parts: Sequence[Columns]) -> Columns:
    """The candles of several, one after the other; copied."""
    return Columns(
        np.concatenate([part.open_times for part in parts]),
        np.concatenate([part.opens for part in parts]),
        np.concatenate([part.highs for part in parts]),
        np.concatenate([part.lows for part in parts]),
        np.concatenate([part.closes for part in parts]),
        np.concatenate([part.volumes for part in parts]),
    )


class Collector:
    """Columns that grow part by part, in place: what was read is never held twice.

    expected: about how many rows there will be; room costs no memory before it is used.
    """

    def __init__(self, expected: int) -> None:
        room = max(expected, _LEAST)
        self._count = 0
        self._columns = Columns(np.empty(room, np.int64), *(np.empty(room) for _ in range(5)))

    def __len__(self) -> int:
        return self._count

    def add(self, part: Columns) -> None:
        """Append rows."""
        start, self._count = self._count, self._count + len(part.open_times)
        room = len(self._columns.open_times)
        for column, values in zip(self._columns, part, strict=True):
            if self._count > room:
                column.resize(max(self._count, room + room // 2), refcheck=False)
            column[start : self._count] = values

    def finish(self) -> Columns:
        """All rows, read-only. Nothing can be added afterwards."""
        for column in self._columns:
            column.resize(self._count, refcheck=False)
            column.setflags(write=False)
        return self._columns


def frozen(columns: Columns) -> Columns:
    """The columns as arrays of one length that nobody can write to; copied where need be."""
    arrays = Columns(
        _frozen_array(columns.open_times, np.int64),
        *(_frozen_array(column, np.float64) for column in columns[1:]),
    )
    lengths = [len(array) for array in arrays]
    if len(set(lengths)) > 1:
        raise UsageError(f"the columns of a tape have one length, not {lengths}: cut them alike")
    return arrays


def _frozen_array(values: ArrayLike, kind: type[np.generic]) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1 or not (np.can_cast(array.dtype, kind, "same_kind") or array.size == 0):
        raise UsageError(
            f"a column of a tape is a row of {kind.__name__}, "
            f"not {array.ndim}-dimensional {array.dtype}: convert it first"
        )
    if array.dtype == kind and array.flags.owndata and not array.flags.writeable:
        return array
    owned = np.array(array, dtype=kind)
    owned.setflags(write=False)
    return owned
