"""Reads tables that others wrote with types: Arrow (feather) and Parquet; columns by their names.

Which columns make a candle, a trade or a quote is not decided here, but how a time and a number
are written is: times as instants, as counts of s, ms, µs or ns, or as text, and numbers as such or
as text. polars reads the bytes, and whatever it says of damaged ones becomes a `DamagedFile`.
"""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

import attrs
import msgspec
import numpy as np

from . import trial
from .columns import Columns, Floats
from .detect import Format
from .errors import BadHeader, BrokenRow, DamagedFile, EmptyTape, Place, quoted
from .extra import polars
from .header import TIMES, VALUES
from .progress import Progress
from .recorded import Recorded
from .spacing import Times
from .times import HINT, epoch_of, time_format

_COPY: Final = "it is damaged or cut short: copy it again, whole"
_PATIENCE: Final = 600  # s; some GB from a slow disk
_REPAIR: Final = "repair the row or remove it"
_LONG: Final = 16  # characters; the shortest text of a float that has more may have 16 digits


@attrs.frozen
class Table:
    """A table of one file; `frame` is a `polars.DataFrame` with names in lower case."""

    path: str
    frame: Any

    @property
    def names(self) -> tuple[str, ...]:
        """What the columns are called, in lower case."""
        return tuple(self.frame.columns)

    def __len__(self) -> int:
        return int(self.frame.height)

    def place(self, index: int) -> Place:
        """Where the row with this index, from 0, stands."""
        return Place(self.path, row=index + 1)

    def column(self, known: Sequence[str]) -> str:
        """The one column that has one of these names. Raises BadHeader."""
        found = [name for name in self.names if name in known]
        if len(found) != 1:
            count = "no column" if not found else "several columns"
            problem = f"the table has {count} {' or '.join(known)} ({', '.join(self.names)})"
            raise BadHeader(Place(self.path), problem, "name the columns so", column=known[0])
        return found[0]

    def times(self, known: Sequence[str] = TIMES) -> Times:
        """The instants of a column, ms UTC. Raises BrokenRow where a row has none."""
        name = self.column(known)
        series = self.frame[name]
        pl = polars("a table")
        if isinstance(series.dtype, pl.Datetime | pl.Date):
            moments = series.cast(pl.Datetime("ms")).to_physical().cast(pl.Int64)
            self._refuse_missing(moments, name)
            return np.array(moments.to_numpy(), np.int64)
        if isinstance(series.dtype, pl.String):
            return self._written(series, name)
        counts = self.numbers((name,))
        form = epoch_of(float(counts[0])) if len(counts) else None
        if form is None:
            raise self._no_time(counts, name, 0)
        return self._counted(counts, name)

    def _counted(self, counts: Floats, name: str) -> Times:
        form = epoch_of(float(counts[0]))
        assert form is not None  # noqa: S101 - looked at before
        try:
            return form.of(counts)
        except ValueError as error:
            bad = (counts < form.least) | (counts >= form.below) | ~np.isfinite(counts)
            index = int(bad.argmax())
            problem = f"{name} {float(counts[index])!r} is not a time {form.describe()}"
            raise BrokenRow(self.place(index), problem, HINT, column=name) from error

    def _no_time(self, counts: Floats, name: str, index: int) -> BrokenRow:
        shown = float(counts[index]) if len(counts) else "nothing"
        return BrokenRow(self.place(index), f"{name} {shown!r} is not a time", HINT, column=name)

    def _written(self, series: Any, name: str) -> Times:
        self._refuse_missing(series, name)
        texts: list[str] = series.to_list()
        form = time_format(texts[0]) if texts else None
        for index, text in enumerate(texts):
            if form is None:
                break
            try:
                form.parse([text])
            except ValueError as error:
                problem = f"{name} {quoted(text)} is not a time {form.describe()}"
                raise BrokenRow(self.place(index), problem, HINT, column=name) from error
        if form is None:
            problem = f"{name} {quoted(texts[0] if texts else '')} is not a time"
            raise BrokenRow(self.place(0), problem, HINT, column=name)
        return form.parse(texts)

    def numbers(self, known: Sequence[str]) -> Floats:
        """The numbers of a column; NaN where a row has none. Raises BrokenRow for other text."""
        name = self.column(known)
        series, pl = self.frame[name], polars("a table")
        if not (series.dtype.is_numeric() or isinstance(series.dtype, pl.String | pl.Null)):
            problem = f"the column {name} holds {series.dtype}, no numbers"
            raise BadHeader(Place(self.path), problem, "store numbers in it", column=name)
        cast = series.cast(pl.Float64, strict=False)
        lost = cast.is_null() & series.is_not_null()
        if lost.any():
            index = int(lost.arg_max())
            problem = f"{name} {quoted(str(series[index]))} is not a number"
            raise BrokenRow(self.place(index), problem, _REPAIR, column=name)
        numbers = np.array(cast.fill_null(float("nan")).to_numpy(), np.float64)
        return numbers if isinstance(series.dtype, pl.String) else _meant(numbers, cast)

    def _refuse_missing(self, series: Any, name: str) -> None:
        if series.null_count():
            index = int(series.is_null().arg_max())
            raise BrokenRow(self.place(index), f"{name} is empty", _REPAIR, column=name)


def meant(value: float) -> float:
    """The number of 15 digits that a float was, where it is off it in its last two bits.

    Whoever wrote the table may have read its text carelessly, or have summed: 0.0016200000000000001
    was 0.00162. What the same candles say in text is what they say here.

    >>> meant(0.0016200000000000001), meant(1 / 3)
    (0.00162, 0.3333333333333333)
    """
    short = float(f"{value:.15g}")
    return short if abs(short - value) <= 2 * math.ulp(value) else value


def _meant(numbers: Floats, series: Any) -> Floats:
    texts = series.cast(polars("a table").String)
    long = (texts.str.len_chars() > _LONG).fill_null(value=False).to_numpy()
    for index in np.flatnonzero(long).tolist():
        numbers[index] = meant(float(numbers[index]))
    return numbers


class Head(msgspec.Struct, frozen=True):
    """What a process that went first found in a table."""

    names: tuple[str, ...] = ()  # of the columns, in lower case
    symbols: tuple[str, ...] = ()  # some of those in the column of symbols; none: there is none
    unsound: str = ""  # why it cannot be read


def head_of(path: str, form: Format) -> Head:
    """What is in a table, seen by a process of its own. Raises DamagedFile or ExtraMissing.

    What is spoilt may end whoever decodes it, and here that is a child.
    """
    polars(form.value)
    kind = "arrow" if form is Format.ARROW else "parquet"
    program = [sys.executable, "-I", trial.__file__, kind, path]
    try:
        child = subprocess.run(  # noqa: S603 - this interpreter and a file of ours
            program, capture_output=True, check=False, timeout=_PATIENCE
        )
    except subprocess.TimeoutExpired as error:
        raise _damaged(path, form, f"reading it took more than {_PATIENCE} s") from error
    if child.returncode:
        raise _damaged(path, form, "decoding it ends the process that does")
    head = msgspec.json.decode(child.stdout, type=Head)
    if head.unsound:
        raise _damaged(path, form, head.unsound)
    return head


def _damaged(path: str, form: Format, reason: str) -> DamagedFile:
    return DamagedFile(Place(path), f"{form.value} that cannot be read ({reason})", _COPY)


def open_table(path: str, form: Format) -> Table:
    """The table in an Arrow or Parquet file. Raises DamagedFile, BadHeader or ExtraMissing."""
    head_of(path, form)
    pl = polars(form.value)
    read = pl.read_ipc if form is Format.ARROW else pl.read_parquet
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - the name as it was given, and no pattern
            frame = read(file.read())  # not the file: a map of one that is cut meanwhile is fatal
    except (OSError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise _damaged(path, form, reason[:200]) from error
    names = [name.strip().lower() for name in frame.columns]
    if len(set(names)) < len(names):
        problem = f"the table has columns of one name ({', '.join(names)})"
        raise BadHeader(Place(path), problem, "name the columns apart")
    frame.columns = names
    return Table(path, frame)


def read_table(path: str, form: Format, progress: Progress) -> Recorded:
    """The candles in an Arrow or Parquet file; volumes that are all missing count as 0."""
    table = open_table(path, form)
    if not len(table):
        raise EmptyTape(Place(path), "the table has no rows", "record it again")
    values = [table.numbers((name,)) for name in VALUES]
    if table.frame["volume"].null_count() == len(table):
        values[-1] = np.zeros(len(table))  # of mark and index prices nothing is traded
    columns = Columns(table.times(), *values)
    progress(len(table), len(table))
    return Recorded(columns, table.place)
