"""`benthic data check`: all that is wrong with files and with what the store has.

Candles are looked at one by one and beside each other: two sources of one series that overlap must
say the same. Everything else is read to its end.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final

import attrs
import numpy as np

from ...actors.exchange.archive import Asked, BookBuilder, Depth, Found, Series, survey
from ...actors.exchange.archive.read import Record, read_raw, read_records
from ...actors.exchange.archive.trade_ids import IdHole, id_holes
from ...actors.exchange.tape import Columns, Finding, Place, Recorded, TapeError, findings
from ...actors.exchange.tape.findings import SHOWN
from ...actors.exchange.tape.spacing import utc_text
from ...actors.market.trade import Trade
from ...runtime import Millis
from ...runtime.clock import LiveClock
from ...storage.marketdata import MarketDataError, MarketStore
from ..exits import ExitCode
from ..output import console, grouped, print_json, table
from ..progress import progress
from .listing import require
from .options import Where, unit_of

DIGITS: Final = 18  # of an id that is a number
_BOOKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "broken sequence": "changes follow no snapshot, or not the change before them",
        "crossed": "a bid was not below an ask",
    }
)


@attrs.frozen
class Fault:
    """One sort of fault in one source."""

    source: str
    series: str
    sort: str
    count: int
    places: tuple[tuple[str, str], ...]  # where, and what is wrong there


@attrs.frozen
class Source:
    """One series in one place, with its candles where it has any."""

    name: str
    series: Series
    rows: int
    candles: Recorded | None = None


class _Ids:
    """The ids of trades, as small as they can be kept."""

    def __init__(self) -> None:
        self._known = array("q")
        self._are_numbers = True

    def add(self, name: str) -> None:
        """One more."""
        if not self._are_numbers or not name.isdecimal() or len(name) > DIGITS:
            self._are_numbers = False
        else:
            self._known.append(int(name))

    def holes(self) -> list[IdHole]:
        """What is missing between them, as far as they tell."""
        return (id_holes(np.array(self._known, np.int64)) or []) if self._are_numbers else []


class Checked:
    """What was looked at and what was found."""

    def __init__(self, now: Millis) -> None:
        self.sources: list[Source] = []
        self.faults: list[Fault] = []
        self._now = now

    def file(self, path: str, asked: Asked) -> None:
        """Look at all series of a file."""
        try:
            for found in survey(path, venue="file", asked=asked):
                with progress(f"checking {path}", unit_of(found.form)) as told:
                    self._found(found, told)
        except TapeError as error:
            self._error(path, "", error.place, error)

    def stored(self, store: MarketStore, series: Series) -> None:
        """Look at a series of a store."""
        name = f"{store.root}"
        try:
            if series.kind.is_candles:
                candles = store.recorded(series)
                self._candles(Source(name, series, len(candles.columns.open_times), candles))
            else:
                self._records(name, series, store.records(series))
        except MarketDataError as error:
            self._error(name, str(series), Place(str(error.path)), error)

    def overlaps(self) -> None:
        """Hold those that overlap beside each other."""
        for one, other in combinations(self.sources, 2):
            same = one.series.symbol == other.series.symbol and one.series.name == other.series.name
            if same and one.candles and other.candles:
                self.faults.extend(_disagreement(one, other))

    def _found(self, found: Found, told: Any) -> None:
        if found.series.kind.is_candles:
            candles = read_raw(found, told)
            rows = len(candles.columns.open_times)
            self._candles(Source(found.path, found.series, rows, candles))
        else:
            records = read_records(found, now=self._now, progress=told)
            self._records(found.path, found.series, records)

    def _records(self, name: str, series: Series, records: Iterator[Record]) -> None:
        """Read to the end: whether the changes of a book follow each other, and the trades."""
        builder, rows, ids = BookBuilder(1), 0, _Ids()
        for record in records:
            rows += 1
            if isinstance(record, Depth):
                builder.apply(record)
            elif isinstance(record, Trade):
                ids.add(record.trade_id)
        self.sources.append(Source(name, series, rows))
        self.faults.extend(_lacking(name, series, ids.holes()))
        counts = (("broken sequence", builder.skipped), ("crossed", builder.crossed))
        for sort, count in counts:
            if count:
                words = _BOOKS[sort]
                self.faults.append(Fault(name, str(series), sort, count, ((name, words),)))

    def _candles(self, source: Source) -> None:
        self.sources.append(source)
        frame, candles = source.series.frame, source.candles
        if frame is not None and candles is not None:
            for each in findings(candles.columns, frame, candles.locate, now=self._now):
                self.faults.append(_fault(source, each))

    def _error(self, source: str, series: str, place: Place, error: Exception) -> None:
        sort, words = type(error).__name__, ((str(place), str(error)),)
        self.faults.append(Fault(source, series, sort, 1, words))


def check(paths: Sequence[str], asked: Asked, where: Where, *, json: bool) -> int:
    """Look at files and series; all of the store where none is named. 1 where a fault was found."""
    checked = Checked(LiveClock().now())
    for path in paths:
        named = where.series(path)
        if named is None:
            checked.file(path, asked)
        else:
            checked.stored(*named)
    if not paths:
        store = where.open()
        require(store)
        for series in store.series():
            checked.stored(store, series)
    checked.overlaps()
    if json:
        print_json(_as_json(checked))
    else:
        _print(checked)
    return ExitCode.DIFFERS if checked.faults else ExitCode.OK


def _fault(source: Source, found: Finding) -> Fault:
    places = tuple((str(place), words) for place, words in found.places)
    return Fault(source.name, str(source.series), found.sort, found.count, places)


def _lacking(name: str, series: Series, holes: Sequence[IdHole]) -> Iterator[Fault]:
    if holes:
        places = tuple((name, f"{each} missing, by the ids") for each in holes[:SHOWN])
        yield Fault(name, str(series), "gap", sum(each.missing for each in holes), places)


def _disagreement(one: Source, other: Source) -> Iterator[Fault]:
    assert one.candles is not None  # noqa: S101 - the caller looked
    assert other.candles is not None  # noqa: S101 - as above
    left, right = one.candles.columns, other.candles.columns
    left_place, right_place = one.candles.locate, other.candles.locate
    _, mine, theirs = np.intersect1d(left.open_times, right.open_times, return_indices=True)
    differs = np.zeros(len(mine), np.bool_)
    for a, b in zip(left[1:], right[1:], strict=True):
        differs |= a[mine] != b[theirs]
    rows = np.flatnonzero(differs)
    if len(rows):
        places = tuple(
            (
                f"{left_place(int(mine[row]))} and {right_place(int(theirs[row]))}",
                _told(left, right, int(mine[row]), int(theirs[row])),
            )
            for row in rows[:SHOWN].tolist()
        )
        name = f"{one.name} and {other.name}"
        yield Fault(name, str(one.series), "disagreement", len(rows), places)


def _told(left: Columns, right: Columns, mine: int, theirs: int) -> str:
    apart = [
        f"{name} {float(a[mine])!r} and {float(b[theirs])!r}"
        for name, a, b in zip(Columns._fields[1:], left[1:], right[1:], strict=True)
        if a[mine] != b[theirs]
    ]
    return f"candle of {utc_text(int(left.open_times[mine]))}: {', '.join(apart)}"


def _as_json(checked: Checked) -> dict[str, Any]:
    return {
        "ok": not checked.faults,
        "checked": [
            {"source": each.name, "series": str(each.series), "rows": each.rows}
            for each in checked.sources
        ],
        "findings": [
            {
                "source": each.source,
                "series": each.series,
                "sort": each.sort,
                "count": each.count,
                "places": [{"place": place, "words": words} for place, words in each.places],
            }
            for each in checked.faults
        ],
    }


def _print(checked: Checked) -> None:
    terminal = console()
    rows = sum(each.rows for each in checked.sources)
    terminal.print(f"{len(checked.sources)} series, {grouped(rows)} rows looked at")
    if not checked.faults:
        terminal.print("nothing is wrong")
        return
    drawn = table("found", "count", "where", "what", numbers=(1,))
    for each in checked.faults:
        for number, (place, words) in enumerate(each.places):
            first = (each.sort, grouped(each.count)) if number == 0 else ("", "")
            drawn.add_row(*first, place, words)
    terminal.print(drawn)
