"""Feeds: depth diffs into a book beside ccxt's own order book, and armed prices beside a scan.

Every book gets the same stream of diffs, in a process of its own, decoded beforehand; what counts
is CPU time per level that a diff names. They take turns, the figures are medians, and all books
must be the same in the end. The armed prices are looked at in this process, by turns as well.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

import msgspec

from ..actors.feeds.thresholds import Thresholds
from ..runtime import BenthicError, Millis
from .depth_runs import DepthRun
from .depth_stream import depth_stream
from .measurement import Measurement, cost, rate
from .progress import Watch, unwatched

ROUNDS: Final = 5
DIFFS: Final = 10_000
ARMED: Final = 100_000
BOOK_BAR: Final = 1.5
THRESHOLD_BAR: Final = 1_000.0
PATIENCE: Final = 600  # s for one process

DUELS: Final = (  # what is measured, ours, the other, the bar
    ("feeds.book.diffs", "ours", "ccxt", BOOK_BAR),
    ("feeds.book.diffs_beside_parsed_floats", "ours", "ccxt_floats", BOOK_BAR),
    ("feeds.book.diffs_and_top_20", "ours_read", "ccxt_read", None),
)


class BooksDiffer(BenthicError):
    """Two books of one stream are not the same in the end, so their speeds are no comparison."""

    def __init__(self, name: str, other: str) -> None:
        super().__init__(f"the books of {name} and {other} differ after the same stream")


class BookRunFailed(BenthicError):
    """A process that takes a stream of diffs ended without its answer."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{name}: {words or 'it said nothing'}")


def measure(
    *, rounds: int = ROUNDS, diffs: int = DIFFS, armed: int = ARMED, watch: Watch = unwatched
) -> Iterator[Measurement]:
    """All figures. diffs: of one stream. armed: prices."""
    with tempfile.TemporaryDirectory(prefix="benthic-bench-") as folder:
        path = Path(folder) / "stream.json"
        stream = depth_stream(diffs)
        path.write_bytes(msgspec.json.encode(stream))
        for number, (name, mine, other, bar) in enumerate(DUELS):
            speeds: tuple[list[float], list[float]] = [], []
            for turn in range(rounds):
                watch(number * rounds + turn, len(DUELS) * rounds)
                ours, theirs = book_run(mine, path), book_run(other, path)
                if (ours.bids, ours.asks) != (theirs.bids, theirs.asks):
                    raise BooksDiffer(mine, other)
                speeds[0].append(stream.changes / ours.seconds)
                speeds[1].append(stream.changes / theirs.seconds)
            yield rate(name, median(speeds[0]), median(speeds[1]), "levels/s", bar=bar)
    yield tick_without_crossing(rounds, armed)


def book_run(name: str, path: Path) -> DepthRun:
    """One book over the stream of a file. Raises BookRunFailed."""
    command = [sys.executable, "-m", f"{__package__}.depth_runs", name, str(path)]
    child = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
    if child.returncode:
        raise BookRunFailed(name, child.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return msgspec.json.decode(child.stdout.splitlines()[-1], type=DepthRun)


def tick_without_crossing(rounds: int, armed: int) -> Measurement:
    """A tick that crosses nothing, beside a scan of every level; both are told the same prices."""
    at, thresholds = Millis(0), Thresholds()
    above = [Decimal(20_000) + Decimal(number) / 100 for number in range(1, armed // 2 + 1)]
    below = [Decimal(20_000) - Decimal(number) / 100 for number in range(1, armed // 2 + 1)]
    for level in above:
        thresholds.arm(level, "above", at=at)
    for level in below:
        thresholds.arm(level, "below", at=at)
    ticks = [Decimal(20_000) + Decimal(number) / 1_000 for number in range(-9, 10)]

    def ours() -> object:
        return [thresholds.cross(price, at=at, now=at) for _ in range(1_000) for price in ticks]

    def scan() -> object:
        return [
            [level for level in above if price >= level]
            + [level for level in below if price <= level]
            for price in ticks
        ]

    times: tuple[list[float], list[float]] = [], []
    for _ in range(rounds):
        times[0].append(_micros(ours) / (1_000 * len(ticks)))
        times[1].append(_micros(scan) / len(ticks))
    name = f"feeds.thresholds.tick.{armed}"
    return cost(name, median(times[0]), median(times[1]), "us", bar=THRESHOLD_BAR)


def _micros(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return (process_time() - began) * 1_000_000
