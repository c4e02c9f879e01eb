"""`benthic data convert` and `resample`: the same market in another format or frame."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import attrs

from ...actors.exchange.archive import Asked, Kind, Series, survey
from ...actors.exchange.archive.read import Record, read_candles, read_records
from ...actors.exchange.tape import Gaps, Tape
from ...actors.exchange.tape.columns import Columns
from ...actors.feeds.resampling import resample
from ...actors.market.timeframe import TimeFrame
from ...actors.market.trade import Trade
from ...runtime import UsageError
from ...storage.marketdata import Added, MarketStore
from ...storage.marketdata.export import write_candles, write_trades
from ..exits import ExitCode
from ..output import console, grouped, print_json
from ..progress import progress
from .options import Where, unit_of


def convert(source: str, out: Path, asked: Asked, where: Where, *, json: bool) -> int:
    """Write what a file or a series of the store holds into a file of another format."""
    series, content = _read(source, asked, where)
    if isinstance(content, Tape):
        write_candles(out, content)
    elif series.kind is Kind.TRADES:
        write_trades(out, (each for each in content if isinstance(each, Trade)))
    else:
        raise UsageError(f"{source}: {series.kind.value} are not converted; candles and trades are")
    return _tell({"file": str(out), "series": series.name, "rows": len(content)}, json=json)


@attrs.frozen
class Target:
    """What is to be made, and where it goes; out: a file; None: the store of the source."""

    frames: tuple[TimeFrame, ...]
    out: Path | None
    partial: bool  # whether bars that lack a candle are kept


def resample_to(source: str, target: Target, asked: Asked, where: Where, *, json: bool) -> int:
    """Make candles of higher frames."""
    series, tape = _read(source, asked, where)
    if not isinstance(tape, Tape):
        raise UsageError(f"{source} holds {series.kind.value}; only candles are resampled")
    named = where.series(source)
    if target.out is None and named is None:
        raise UsageError(f"{source} is a file: say where the candles go, with --out FILE")
    if target.out is not None and len(target.frames) > 1:
        raise UsageError("one file has one frame: give --to one frame, or import the file first")
    made = [_made(tape, frame, target) for frame in target.frames]
    rows: list[dict[str, Any]] = []
    for frame, (bars, left_out) in zip(target.frames, made, strict=True):
        added: Added | None = None
        if target.out is not None:
            write_candles(target.out, bars)
        elif named is not None:
            store: MarketStore = named[0]
            added = store.add_candles(attrs.evolve(series, frame=frame), bars)
        rows.append(
            {
                "frame": str(frame),
                "rows": len(bars),
                "added": None if added is None else added.added,
                "incomplete": left_out,
            }
        )
    return _tell({"from": str(series), "made": rows}, json=json)


def _made(tape: Tape, frame: TimeFrame, target: Target) -> tuple[Tape, int]:
    """The bars, and how many lack a candle."""
    bars = resample(tape.columns, tape.frame, frame)
    columns, whole = bars.columns, bars.is_complete
    lacking = int((~whole).sum())
    if not target.partial:
        columns = Columns(columns.open_times[whole], *(each[whole] for each in columns[1:]))
    if not len(columns.open_times):
        raise UsageError(f"no {frame} candle is complete; --partial keeps those that lack some")
    return Tape(tape.symbol, frame, columns, gaps=Gaps.ALLOW), lacking


def _read(source: str, asked: Asked, where: Where) -> tuple[Series, Tape | list[Record]]:
    named = where.series(source)
    if named is not None:
        store, series = named
        if series.kind.is_candles:
            return series, store.tape(series, gaps=Gaps.ALLOW)
        return series, list(store.records(series))
    found, *others = survey(source, venue="file", asked=asked)
    if others:
        there = ", ".join(f"{each.series.symbol} {each.series.name}" for each in (found, *others))
        raise UsageError(f"{source} has several series ({there}): choose with --symbol and --frame")
    with progress(f"reading {source}", unit_of(found.form)) as told:
        if found.series.kind.is_candles:
            return found.series, read_candles(found, progress=told)
        return found.series, list(read_records(found, progress=told))


def _tell(told: dict[str, Any], *, json: bool) -> int:
    if json:
        print_json(told)
        return ExitCode.OK
    terminal = console()
    if "made" not in told:
        terminal.print(f"{told['file']}: {grouped(told['rows'])} rows of {told['series']}")
        return ExitCode.OK
    for row in told["made"]:
        lacking = f", {grouped(row['incomplete'])} lacked candles" if row["incomplete"] else ""
        terminal.print(f"{row['frame']}: {grouped(row['rows'])} candles{lacking}")
    return ExitCode.OK
