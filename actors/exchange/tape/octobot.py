"""Reads OctoBot's recorded history: SQLite, one table `ohlcv` of all pairs and time frames.

`timestamp` is when the candle closed, in s; `candle` is JSON, [opened in s, open, high, low, close,
volume]. The asked series must come from one exchange.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import quote

import attrs
import msgspec
import numpy as np
from numpy.typing import NDArray

from ...market.timeframe import TimeFrame
from .columns import Collector, Columns
from .detect import READ_HERE
from .errors import (
    BrokenRow,
    DamagedFile,
    EmptyTape,
    ForeignFile,
    Place,
    TapeError,
    UnknownSeries,
    quoted,
)
from .progress import Progress
from .recorded import Recorded
from .spacing import utc_text

_BATCH: Final = 4096  # rows
_PATIENCE: Final = 0.5  # s, for a program that is writing the file
_TABLE: Final = "ohlcv"
_NEEDED: Final = ("timestamp", "exchange_name", "symbol", "time_frame", "candle")
_ROWS: Final = (
    "SELECT rowid, timestamp, exchange_name, candle FROM ohlcv "
    "WHERE symbol = ? AND time_frame = ? ORDER BY timestamp, rowid"
)
_COUNT: Final = "SELECT count(*) FROM ohlcv WHERE symbol = ? AND time_frame = ?"
_SERIES: Final = "SELECT DISTINCT symbol, time_frame FROM ohlcv"
_LATEST: Final = 253_000_000_000  # s, in the year 9987
_MONTH: Final = 30 * 86_400_000  # ms
_FORM: Final = "[opened in s, open, high, low, close, volume]"
_CANDLE: Final = msgspec.json.Decoder(tuple[float, float, float, float, float, float])

Row: TypeAlias = tuple[int, Any, Any, Any]
"""rowid, timestamp, exchange, candle: SQLite holds anything, whatever a column is declared as."""


def read_octobot(path: str, *, symbol: str, frame: TimeFrame, progress: Progress) -> Recorded:
    """The candles of one symbol and time frame of an OctoBot `.data` file."""
    with _opened(path) as database:
        return _Series(path, symbol, frame, database).read(progress)


def octobot_series(path: str) -> tuple[tuple[str, str], ...]:
    """The symbols and time frames that an OctoBot file has, sorted. Raises DamagedFile."""
    with _opened(path) as database:
        _refuse_foreign(path, database)
        found = [(_text(symbol), _text(frame)) for symbol, frame in database.execute(_SERIES)]
    return tuple(sorted(found))


@contextmanager
def _opened(path: str) -> Generator[sqlite3.Connection]:
    address = f"file:{quote(os.path.abspath(path))}?mode=ro"  # noqa: PTH100 - `path` stays text
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE)) as database:
            database.text_factory = bytes  # what is in a file need not be UTF-8
            yield database
    except (sqlite3.Error, UnicodeError) as error:  # its messages quote the file: need not be text
        problem = f"SQLite cannot read it ({error})"
        remedy = "it is damaged, cut short or being written: copy it again, whole"
        raise DamagedFile(Place(path), problem, remedy) from error


def _refuse_foreign(path: str, database: sqlite3.Connection) -> None:
    columns = {row[1] for row in database.execute("PRAGMA table_info(ohlcv)")}
    if not columns.issuperset(name.encode() for name in _NEEDED):
        problem = f"a SQLite file without OctoBot's table {_TABLE} ({', '.join(_NEEDED)})"
        raise ForeignFile(Place(path), problem, READ_HERE)


@attrs.frozen
class _Series:
    """One symbol and time frame of an open file."""

    path: str
    symbol: str
    frame: TimeFrame
    database: sqlite3.Connection

    def read(self, progress: Progress) -> Recorded:
        _refuse_foreign(self.path, self.database)
        total = self._count()
        if total == 0:
            raise self._nothing()
        rowids: list[int] = []
        collected = Collector(total)
        exchanges: set[bytes] = set()
        for rows in self._batches():
            exchanges.update(_bytes(row[2]) for row in rows)
            rowids.extend(row[0] for row in rows)
            collected.add(self._columns(rows))
            progress(len(rowids), max(total, len(rowids)))
        if len(exchanges) > 1:
            raise self._several(exchanges)
        return Recorded(collected.finish(), lambda index: self._place(rowids[index]))

    def _key(self) -> tuple[str, str]:
        """What the series is found by; a symbol that is no text finds nothing."""
        return self.symbol.encode("utf-8", "backslashreplace").decode("utf-8"), str(self.frame)

    def _count(self) -> int:
        return int(self.database.execute(_COUNT, self._key()).fetchone()[0])

    def _batches(self) -> Iterator[list[Row]]:
        cursor = self.database.execute(_ROWS, self._key())
        while rows := cursor.fetchmany(_BATCH):
            yield rows

    def _columns(self, rows: list[Row]) -> Columns:
        """The rows as columns; where that fails, the first row to blame."""
        try:
            candles = np.array([_CANDLE.decode(row[3]) for row in rows])
            closed = _milliseconds(np.array([_number(row[1]) for row in rows]))
            opened = _milliseconds(candles[:, 0])
        except (msgspec.MsgspecError, TypeError, ValueError) as error:
            if len(rows) == 1:
                raise self._broken(rows[0], error) from error
            raise self._first_broken(rows) from error
        off = opened + self._lasting() != closed
        if off.any():
            index = int(off.argmax())
            raise self._off(rows[index][0], int(opened[index]), int(closed[index]))
        return Columns(opened, *candles.T[1:])

    def _lasting(self) -> int:
        """From the time in the candle to the timestamp, ms: to OctoBot, a month has 30 days."""
        return self.frame.length if self.frame.is_fixed else _MONTH

    def _first_broken(self, rows: list[Row]) -> TapeError:
        for row in rows:
            try:
                self._columns([row])
            except TapeError as error:
                return error
        raise AssertionError("a batch breaks only where one of its rows does")

    def _place(self, rowid: int | None = None) -> Place:
        return Place(self.path, table=_TABLE, row=rowid)

    def _broken(self, row: Row, error: Exception) -> BrokenRow:
        rowid, timestamp, _, candle = row
        if isinstance(error, msgspec.MsgspecError | TypeError):
            problem = f"candle {_shown(candle)} is not {_FORM}"
            return BrokenRow(self._place(rowid), problem, "repair the row", column="candle")
        problem = f"timestamp {_shown(timestamp)} or candle {_shown(candle)} has no time in s"
        return BrokenRow(self._place(rowid), problem, "repair the row", column="timestamp")

    def _off(self, rowid: int, opened: int, closed: int) -> BrokenRow:
        problem = (
            f"a {self.frame} candle that began at {utc_text(opened)} "
            f"cannot have timestamp {utc_text(closed)}"
        )
        remedy = "repair the row: timestamp is the time in the candle plus the time frame"
        return BrokenRow(self._place(rowid), problem, remedy, column="timestamp")

    def _nothing(self) -> TapeError:
        there = sorted(
            f"{_text(symbol)} {_text(frame)}" for symbol, frame in self.database.execute(_SERIES)
        )
        if not there:
            return EmptyTape(self._place(), "has no candles", "record the history again")
        problem = f"there is no {quoted(self.symbol)} {self.frame} in it"
        remedy = f"choose one of {', '.join(there)}"
        return UnknownSeries(Place(self.path), problem, remedy, available=tuple(there))

    def _several(self, exchanges: set[bytes]) -> UnknownSeries:
        names = sorted(map(_text, exchanges))
        problem = f"{self.symbol} {self.frame} was recorded at {' and '.join(names)}"
        available = tuple(f"{self.symbol} {self.frame} {name}" for name in names)
        remedy = "record each exchange in a file of its own"
        return UnknownSeries(Place(self.path), problem, remedy, available=available)


def _number(value: object) -> float:
    if not isinstance(value, int | float):
        raise ValueError("not a number")  # noqa: TRY004 - a TypeError says that of the candle
    return value


def _milliseconds(seconds: NDArray[np.float64]) -> NDArray[np.int64]:
    if not ((seconds >= 0) & (seconds < _LATEST)).all():
        raise ValueError("not all between 1970 and 9987")
    return np.rint(seconds * 1000).astype(np.int64)


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _text(value: object) -> str:
    return _bytes(value).decode("utf-8", "backslashreplace")


def _shown(value: object) -> str:
    return quoted(_text(value))
