"""Reads quotes, the best bid and ask of a market, from Parquet or feather: books of one level."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....runtime import Millis
from ...market.book import Book, Level
from ...market.symbol import Symbol
from ..tape.detect import Format, detect
from ..tape.errors import EmptyTape, ForeignFile, ImpossibleRecord, Place, UnknownSeries, quoted
from ..tape.header import TIMES
from ..tape.progress import Progress, unseen
from ..tape.table import Table, open_table
from .naming import is_named
from .soundness import REPAIR, positive, time_after

_COLUMNS: Final = (
    ("bid", "bid_price"),
    ("bid_size", "bid_qty", "bid_amount"),
    ("ask", "ask_price"),
    ("ask_size", "ask_qty", "ask_amount"),
)
_BLOCK: Final = 10_000  # rows


def read_quotes(path: str, symbol: Symbol, progress: Progress = unseen) -> Iterator[Book]:
    """The quotes of a file, oldest first. Raises a TapeError when its row is reached."""
    form = detect(path)
    if form not in {Format.ARROW, Format.PARQUET}:
        problem = f"quotes are not read from {form.value}"
        raise ForeignFile(Place(path), problem, "give quotes in Parquet or feather")
    table = open_table(path, form)
    if not len(table):
        raise EmptyTape(Place(path), "there is not one quote", "record it again")
    return _books(table, symbol, progress)


def symbols_in(table: Table) -> list[str]:
    """What the column of symbols says, sorted; empty where there is none."""
    if "symbol" not in table.names:
        return []
    return sorted({str(word) for word in table.frame["symbol"].unique().to_list()})


def _books(table: Table, symbol: Symbol, progress: Progress) -> Iterator[Book]:
    _refuse_others(table, symbol)
    names = [table.column(known) for known in _COLUMNS]
    times = table.times(TIMES)
    before = 0
    for start in range(0, len(table), _BLOCK):
        part = table.frame.slice(start, _BLOCK)
        rows = zip(*(part[name].to_list() for name in names), strict=True)
        for index, row in enumerate(rows, start):
            place = table.place(index)
            before = time_after(place, int(times[index]), before)
            fields = zip(names, row, strict=True)
            bid, bids, ask, asks = (positive(place, *field) for field in fields)
            if bid >= ask:
                problem = f"the bid {bid} is not below the ask {ask}"
                raise ImpossibleRecord(place, problem, REPAIR, column="bid")
            levels = (Level(bid, bids),), (Level(ask, asks),)
            yield Book(str(symbol), *levels, Millis(before))
        progress(start + part.height, len(table))


def _refuse_others(table: Table, symbol: Symbol) -> None:
    there = symbols_in(table)
    if any(not is_named(symbol, word) for word in there):
        problem = f"it has quotes of {', '.join(map(quoted, there[:5]))}, not of {symbol} alone"
        remedy = "give a file of one symbol, and its name"
        raise UnknownSeries(Place(table.path), problem, remedy, available=tuple(there))
