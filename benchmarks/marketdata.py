"""Market data from files: a candle's way to its subscribers, and many series merged from disk.

Ours and the other take turns in one run; the figures are medians of the rounds. The other of the
first is numpy alone, which parses the same file and copies what it got; of the second, the same
replay of one series; of the third, the memory that was allowed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

import msgspec
import numpy as np

from ..actors.exchange.archive import Kind, Series
from ..actors.exchange.replay import replay as replay_tapes
from ..actors.exchange.tape import Tape, read_tape
from ..actors.feeds import SymbolFeed
from ..actors.market.candle import Candle
from ..actors.market.symbol import Symbol
from ..runtime import Actor, Child, Schedule, Supervisor, System, on, run_virtual
from ..storage.marketdata import MarketStore, replay
from .backtest import EngineFailed
from .engines import peak_memory
from .market import FRAME, SYMBOL, candles, tape, write_csv
from .measurement import Measurement, cost, rate
from .progress import Watch, unwatched

ROUNDS: Final = 5
CANDLES: Final = 200_000  # of the file that is parsed
SERIES: Final = 20
LENGTH: Final = 500_000  # candles of each series
PARSE_BAR: Final = 1 / 3
MERGE_BAR: Final = 0.5
MOST: Final = 600  # MiB
PATIENCE: Final = 600  # s for one replay

_MEGABYTE: Final = 1 << 20


class Replayed(msgspec.Struct, frozen=True):
    """What one replay did, and what it took."""

    candles: int
    seconds: float  # of CPU
    peak: int  # bytes of memory at most


def measure(
    *,
    rounds: int = ROUNDS,
    count: int = CANDLES,
    series: int = SERIES,
    length: int = LENGTH,
    watch: Watch = unwatched,
) -> Iterator[Measurement]:
    """All figures. count: candles in the file; series, length: of the store."""
    total = 3 * rounds + series
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix="benthic-bench-") as name:
        path = Path(name) / "candles.csv"
        write_csv(candles(count), path)
        ours, other = list[float](), list[float]()
        for number in range(rounds):
            watch(number, total)
            ours.append(count / _timed_ours(path, count))
            other.append(count / _timed_numpy(path, count))
        yield rate(
            "data.file_to_subscribers", median(ours), median(other), "candles/s", bar=PARSE_BAR
        )
        store = Path(name) / "store"
        for number in range(series):
            watch(rounds + number, total)
            _add(store, number, length)
        many, one = list[Replayed](), list[Replayed]()
        for number in range(rounds):
            watch(rounds + series + 2 * number, total)
            many.append(_run(store, series))
            one.append(_run(store, 1))
        watch(total, total)
        yield from _compare(f"data.replay.{series}x{length // 1000}k", many, one)


def _compare(name: str, many: list[Replayed], one: list[Replayed]) -> Iterator[Measurement]:
    merged, alone = (median(run.candles / run.seconds for run in runs) for runs in (many, one))
    yield rate(name, merged, alone, "candles/s", bar=MERGE_BAR)
    peak = max(run.peak for run in many) / _MEGABYTE
    yield cost(f"{name}.memory", peak, MOST, "MiB", bar=1.0)


class _Subscriber(Actor):
    """Hears the feed."""

    def __init__(self, heard: list[int]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        self.subscribe(self.lookup("feed"), Candle)

    @on(Candle)
    def candle(self, _: Candle) -> None:
        self._heard[0] += 1


def _timed_ours(path: Path, count: int) -> float:
    """Seconds of CPU from the bytes of the file to the last candle that a subscriber heard."""
    heard = [0]

    async def body(system: System) -> None:
        read = read_tape(path, symbol=SYMBOL, frame=FRAME)
        await system.replay(replay_tapes((read, system.lookup("/bot/feed"))))

    feed = Child("feed", partial(SymbolFeed, SYMBOL, (FRAME,)))
    tree = Supervisor("bot", [feed, Child("subscriber", partial(_Subscriber, heard))])
    began = process_time()
    run_virtual(tree, body, schedule=Schedule.DIRECT)
    seconds = process_time() - began
    if heard[0] != count:
        raise EngineFailed("ours", 0, f"{heard[0]} of {count} candles came through")
    return seconds


def _timed_numpy(path: Path, count: int) -> float:
    began = process_time()
    table = np.loadtxt(path, delimiter=",", skiprows=1).copy()
    seconds = process_time() - began
    if len(table) != count:
        raise EngineFailed("numpy", 0, f"it read {len(table)} of {count} rows")
    return seconds


def _add(store: Path, number: int, length: int) -> None:
    drawn = candles(length, seed=number)
    of_coin: Tape = tape(drawn)
    MarketStore(store).add_candles(_series(number), of_coin)


def _series(number: int) -> Series:
    return Series("bench", Symbol(f"COIN{number}", "USDT"), Kind.CANDLES, FRAME)


def _run(store: Path, series: int) -> Replayed:
    program = [sys.executable, "-m", f"{__package__}.marketdata", str(store), str(series)]
    child = subprocess.run(program, capture_output=True, check=False, text=True, timeout=PATIENCE)
    if child.returncode:
        words = child.stderr.strip().rpartition("\n")[2]
        raise EngineFailed("the replay", child.returncode, words)
    return msgspec.json.decode(child.stdout, type=Replayed)


def main(store: str, count: str) -> None:
    """Replay that many series of a store, on one core, and print what came of it."""
    if hasattr(os, "sched_getaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    opened = MarketStore(Path(store))
    asked = [(_series(number), number) for number in range(int(count))]
    rows = sum(opened.held(series).rows for series, _ in asked)
    began = process_time()
    last = deque(replay(opened, asked), maxlen=1)
    seconds = process_time() - began
    if not last:
        raise SystemExit("nothing was replayed")
    sys.stdout.write(msgspec.json.encode(Replayed(rows, seconds, peak_memory())).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
