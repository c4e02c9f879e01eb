"""Reads rates of funding as freqtrade stores them: a table of candles with the rate in `open`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ...market.funding import Funding
from ...market.symbol import Symbol
from ..tape.detect import Format, detect
from ..tape.errors import EmptyTape, ForeignFile, ImpossibleRecord, Place, TimeDisorder
from ..tape.progress import Progress, unseen
from ..tape.table import open_table
from .soundness import REPAIR, decimal, time_after

_RATES: Final = ("open", "funding_rate", "rate")


def read_funding(path: str, symbol: Symbol, progress: Progress = unseen) -> Iterator[Funding]:
    """The rates of a file, oldest first. Raises a TapeError when its row is reached."""
    form = detect(path)
    if form not in {Format.ARROW, Format.PARQUET}:
        problem = f"funding is not read from {form.value}"
        raise ForeignFile(Place(path), problem, "give freqtrade's feather or Parquet")
    table = open_table(path, form)
    if not len(table):
        raise EmptyTape(Place(path), "there is not one rate", "record it again")
    rates = table.frame[table.column(_RATES)].to_list()
    return _rates(path, table.times().tolist(), rates, symbol, progress)


def _rates(
    path: str, times: list[int], rates: list[Any], symbol: Symbol, progress: Progress
) -> Iterator[Funding]:
    before = 0
    for number, (at, value) in enumerate(zip(times, rates, strict=True), start=1):
        place = Place(path, row=number)
        if time_after(place, at, before) == before:
            raise TimeDisorder(place, "a second rate of the same time", "keep one of the two rows")
        rate = decimal(place, "rate", value)
        if abs(rate) >= 1:
            problem = f"a rate of {rate} would take a whole position at once"
            raise ImpossibleRecord(place, problem, REPAIR, column="rate")
        before = time_after(place, at, before)
        yield Funding(str(symbol), rate, before)
    progress(len(times), len(times))
