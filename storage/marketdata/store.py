"""The store of market data: what was imported, in Parquet, by venue, symbol and series.

Adding is idempotent, and all or nothing as far as it is refused: every file that would change is
compared before the first is written. A crash in the middle leaves whole files, some of them new;
the same import again adds the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import attrs
import numpy as np

from ...actors.exchange.archive.read import Record
from ...actors.exchange.archive.series import Kind, Series
from ...actors.exchange.archive.trade_ids import IdHole, id_holes
from ...actors.exchange.tape import Columns, Gaps, Place, Progress, Recorded, Tape
from ...actors.exchange.tape.columns import cut, joined
from ...actors.exchange.tape.progress import unseen
from ...actors.exchange.tape.spacing import close_times
from ...actors.market.errors import BadValue
from ...actors.market.timeframe import TimeFrame
from ...runtime import Millis
from .errors import Disagreement, MarketDataError, NoMarketData, NotMarketData
from .layout import LOCK, MARKER, SUFFIX, folder_of, require_venue, series_at, stretch_of
from .merging import Difference, Merged, Prefer, merge
from .parts import one_writer, parts_in, read_part, write_part
from .rows import (
    IDS,
    NAMES,
    Table,
    library,
    of_columns,
    of_records,
    to_columns,
    to_ids,
    to_records,
)

LAYOUT: Final = 1
_BLOCK: Final = 16_384  # candles of a file that are handed out together


@attrs.frozen
class Added:
    """What came of an import."""

    series: Series
    rows: int  # that came
    added: int
    replaced: int  # that said something else and were overruled
    known: int  # that were there already, or were not preferred

    def plus(self, other: Added) -> Added:
        """Both together, of one series."""
        return Added(
            self.series,
            self.rows + other.rows,
            self.added + other.added,
            self.replaced + other.replaced,
            self.known + other.known,
        )


@attrs.frozen
class Held:
    """What the store has of one series."""

    series: Series
    first: Millis
    last: Millis  # of candles: when the last one begins
    rows: int
    gaps: int | None  # runs of missing candles, or trades; None: nothing tells
    missing: int | None  # candles, or trades, in those runs


class MarketStore:
    """The store in a folder. Reading makes nothing; the first import makes the folder.

    Raises NotMarketData where something else lies there.
    """

    def __init__(self, root: Path) -> None:
        self.root: Final = root
        marker = root / MARKER
        if marker.is_file():
            self._require_layout(marker)
        elif root.exists() and (not root.is_dir() or _strangers(root)):
            found = "a folder with other files" if root.is_dir() else "a file"
            raise NotMarketData(
                root, f"this is {found}, no store of market data; give another path"
            )

    @property
    def exists(self) -> bool:
        """Whether anything was ever imported."""
        return (self.root / MARKER).is_file()

    # -- writing

    def add_candles(
        self,
        series: Series,
        tape: Tape,
        *,
        prefer: Prefer = Prefer.NEITHER,
        progress: Progress = unseen,
    ) -> Added:
        """Add candles. Raises Disagreement, MarketDataBusy, PartDamaged or ExtraMissing."""
        return self._add(series, of_columns(tape.columns), prefer, progress)

    def add_records(
        self,
        series: Series,
        records: Iterable[Record],
        *,
        prefer: Prefer = Prefer.NEITHER,
        progress: Progress = unseen,
    ) -> Added:
        """Add what is no candle, in order of time. Raises as `add_candles` does."""
        return self._add(series, of_records(series.kind, records), prefer, progress)

    def _add(self, series: Series, table: Table, prefer: Prefer, progress: Progress) -> Added:
        require_venue(series.venue)
        folder = self.root / folder_of(series)
        parts = [(folder / name, part) for name, part in _split(series, table)]
        self._make()
        with one_writer(self.root):
            if prefer is Prefer.NEITHER and len(parts) > 1:
                self._refuse_difference(series, folder, parts)
            added = replaced = 0
            for number, (path, part) in enumerate(parts, start=1):
                merged = _merged(series.kind, path, part, prefer)
                if prefer is Prefer.NEITHER and merged.difference is not None:
                    raise _disagreement(folder, [merged.difference])
                if merged.is_changed:
                    write_part(path, merged.table)
                added += merged.added
                replaced += merged.replaced
                progress(number, len(parts))
        return Added(series, table.height, added, replaced, table.height - added - replaced)

    def _refuse_difference(
        self, series: Series, folder: Path, parts: list[tuple[Path, Table]]
    ) -> None:
        found: list[Difference] = []
        for path, part in parts:
            difference = _merged(series.kind, path, part, Prefer.NEITHER).difference
            if difference is not None:
                found.append(difference)
        if found:
            raise _disagreement(folder, found)

    def _make(self) -> None:
        if not self.exists:
            self.root.mkdir(parents=True, exist_ok=True)
            written = self.root / f".{MARKER}"
            written.write_text(json.dumps({"layout": LAYOUT}) + "\n", "ascii")
            written.replace(self.root / MARKER)

    # -- reading

    def series(self) -> list[Series]:
        """What there is something of, sorted by venue, symbol and name."""
        found: list[Series] = []
        for folder in sorted(self.root.glob("*/*/*/")) if self.exists else ():
            if parts_in(folder):
                try:
                    found.append(series_at(*folder.parts[-3:]))
                except BadValue as error:
                    raise NotMarketData(folder, f"no series has such a name ({error})") from error
        return found

    def held(self, series: Series) -> Held:
        """What there is of a series. Raises NoMarketData."""
        times = np.concatenate([self._times(path) for path in self._parts(series)])
        gaps = missing = None
        if series.frame is not None:
            gaps = int((times[1:] != close_times(times[:-1], series.frame)).sum())
            missing = _missing(times, series.frame)
        elif series.kind is Kind.TRADES:
            holes = self.id_holes(series)
            if holes is not None:
                gaps, missing = len(holes), sum(each.missing for each in holes)
        first, last = Millis(int(times[0])), Millis(int(times[-1]))
        return Held(series, first, last, len(times), gaps, missing)

    def blocks(self, series: Series, *, since: Millis | None = None) -> Iterator[Columns]:
        """The candles of a series, oldest first, never more than a file at a time."""
        for path in self._parts(series):
            columns = to_columns(read_part(path))
            if since is not None:
                start = int(columns.open_times.searchsorted(since))
                columns = cut(columns, slice(start, None))
            for start in range(0, len(columns.open_times), _BLOCK):
                yield cut(columns, slice(start, start + _BLOCK))

    def tape(self, series: Series, *, gaps: Gaps = Gaps.REFUSE) -> Tape:
        """All candles of a series as a tape. Raises NoMarketData, or a TapeError."""
        columns, places = self._whole(series)
        frame = _frame(series)
        return Tape(str(series.symbol), frame, columns, gaps=gaps, locate=places)

    def records(self, series: Series, *, since: Millis | None = None) -> Iterator[Record]:
        """What is no candle, oldest first, never more than a file at a time.

        since: leave out the files that end before.
        """
        for path in self._parts(series, since=since):
            yield from to_records(series.kind, str(series.symbol), read_part(path))

    def id_holes(self, series: Series) -> list[IdHole] | None:
        """Which trades are missing; None: their ids do not tell. Raises NoMarketData."""
        numbers = [to_ids(read_part(path, list(IDS))) for path in self._parts(series)]
        known = [each for each in numbers if each is not None]
        return id_holes(np.concatenate(known)) if known and len(known) == len(numbers) else None

    def recorded(self, series: Series) -> Recorded:
        """All candles of a series as they stand in its files."""
        return Recorded(*self._whole(series))

    def _whole(self, series: Series) -> tuple[Columns, _Places]:
        paths = self._parts(series)
        parts = [to_columns(read_part(path)) for path in paths]
        lengths = [len(part.open_times) for part in parts]
        return joined(parts), _Places(paths, lengths)

    def _parts(self, series: Series, *, since: Millis | None = None) -> list[Path]:
        folder = self.root / folder_of(series)
        parts = parts_in(folder)
        if not parts:
            there = ", ".join(map(str, self.series()[:8])) or "nothing"
            raise NoMarketData(self.root, f"there is no {series} here; there is {there}")
        if since is None:
            return parts
        moment = datetime.fromtimestamp(since / 1000, UTC)
        earliest = moment.strftime(stretch_of(series)) + SUFFIX
        return [path for path in parts if path.name >= earliest]

    def _times(self, path: Path) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array(read_part(path, [NAMES[0]])[NAMES[0]].to_numpy(), np.int64)

    def _require_layout(self, marker: Path) -> None:
        try:
            layout = json.loads(marker.read_text("utf-8"))["layout"]
        except (ValueError, KeyError, TypeError) as error:
            raise NotMarketData(marker, "it does not say what this store is; restore it") from error
        if layout != LAYOUT:
            raise NotMarketData(self.root, f"a store of layout {layout}, of a newer benthic")


@attrs.frozen
class _Places:
    """Where each candle of some files stands."""

    paths: list[Path]
    lengths: list[int]

    def __call__(self, index: int) -> Place:
        for path, length in zip(self.paths, self.lengths, strict=True):
            if index < length:
                return Place(str(path), row=index + 1)
            index -= length
        return Place(str(self.paths[-1]))


def _disagreement(folder: Path, found: list[Difference]) -> Disagreement:
    first, count = found[0], sum(each.count for each in found)
    return Disagreement(folder, count=count, at=first.at, old=first.old, new=first.new)


def _merged(kind: Kind, path: Path, part: Table, prefer: Prefer) -> Merged:
    old = read_part(path) if path.exists() else part.clear()
    return merge(kind, old, part, prefer)


def _split(series: Series, table: Table) -> Iterator[tuple[str, Table]]:
    """The file of each stretch of time, and what belongs there, in order."""
    pl = library()
    moments = pl.from_epoch(pl.col("at"), time_unit="ms")
    named = table.with_columns(moments.dt.strftime(stretch_of(series)).alias("_part"))
    for (name,), part in named.partition_by("_part", as_dict=True, include_key=False).items():
        yield f"{name}{SUFFIX}", part


def _missing(times: np.ndarray[tuple[int], np.dtype[np.int64]], frame: TimeFrame) -> int:
    if frame.is_fixed:
        return int((times[-1] - times[0]) // frame.length + 1 - len(times))
    steps = frame.steps_between(Millis(int(times[0])), Millis(int(times[-1])))
    return 0 if steps is None else steps + 1 - len(times)


def _frame(series: Series) -> TimeFrame:
    if series.frame is None:
        raise MarketDataError(Path(str(folder_of(series))), f"{series.kind.value} are no candles")
    return series.frame


def _strangers(root: Path) -> bool:
    return any(path.name not in {LOCK, f".{MARKER}"} for path in root.iterdir())
