"""The common backtest: our bars per second and memory beside those of a peer, same bars, same core.

Ours and the peer run alternately, each in a process of its own, pinned to one core; the figures
are medians of the rounds. Whoever does not come to the right fills and equity is not compared.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Final, Literal

import attrs
import msgspec

from ..runtime.errors import BenthicError
from .engines import EngineRun
from .measurement import Measurement, cost, rate
from .progress import Watch, unwatched

Peer = Literal["backtesting", "loop"]

ROUNDS: Final = 5
SPEED_BAR: Final = 2.5
MEMORY_BAR: Final = 1.0
PATIENCE: Final = 600  # s for one engine over one file

_PRECISE: Final = 1e-6  # of the equity; floats that are rounded at every order come this close
_MEGABYTE: Final = 1 << 20


@attrs.frozen
class Course:
    """One length of the common data, and the right answer over it."""

    name: str
    bars: int
    fills: int
    equity: float  # USDT
    bar: float | None  # the least ratio of speeds


COURSES: Final = (
    Course("100k", 100_000, 3_620, 24_981_922.713803, SPEED_BAR),
    Course("500k", 500_000, 18_150, 22.676094, SPEED_BAR),
)


class WrongAnswer(BenthicError):
    """An engine came to other fills or another equity than it should; nothing was compared."""

    def __init__(self, engine: str, course: Course, run: EngineRun) -> None:
        super().__init__(
            f"{engine} over {course.bars} bars made {run.fills} fills and ended at {run.equity}; "
            f"right are {course.fills} and {course.equity}: its rate says nothing"
        )


class PeerMissing(BenthicError):
    """The peer is not installed."""

    def __init__(self, peer: str) -> None:
        super().__init__(f"{peer} is not installed; install it: pip install 'benthic[bench]'")


class EngineFailed(BenthicError):
    """The process of an engine ended without an answer."""

    def __init__(self, engine: str, code: int, words: str) -> None:
        super().__init__(f"the process of {engine} ended with code {code}: {words}")


def measure(
    *,
    peer: Peer = "loop",
    rounds: int = ROUNDS,
    courses: Sequence[Course] = COURSES,
    watch: Watch = unwatched,
) -> Iterator[Measurement]:
    """All figures. A bar is set for backtesting.py only: the loop has no orders to place."""
    if peer == "backtesting" and find_spec("backtesting") is None:
        raise PeerMissing("backtesting.py")
    with tempfile.TemporaryDirectory(prefix="benthic-bench-") as name:
        done, total = 0, 2 * rounds * len(courses)
        for course in courses:
            data = Path(name) / f"{course.name}.npz"
            _run(["-m", f"{__package__}.market", str(course.bars), str(data)], "the market")
            ours: list[EngineRun] = []
            other: list[EngineRun] = []
            for _ in range(rounds):
                for engine, runs in (("ours", ours), (peer, other)):
                    watch(done, total)
                    runs.append(_race(engine, course, data))
                    done += 1
            yield from _compare(course, ours, other, peer)
        watch(total, total)


def _compare(
    course: Course, ours: list[EngineRun], other: list[EngineRun], peer: Peer
) -> Iterator[Measurement]:
    bars = course.bars
    speed = bars / median(run.seconds for run in ours)
    name = f"backtest.bars.{course.name}"
    strict = peer == "backtesting"
    theirs = bars / median(run.seconds for run in other)
    yield rate(name, speed, theirs, "bars/s", bar=course.bar if strict else None)
    if strict:
        bare = bars / median(run.seconds - run.statistics for run in other)
        yield rate(f"{name}.without_statistics", speed, bare, "bars/s", bar=None)
    yield cost(
        f"backtest.memory.{course.name}",
        median(run.peak for run in ours) / _MEGABYTE,
        median(run.peak for run in other) / _MEGABYTE,
        "MiB",
        bar=MEMORY_BAR if strict else None,
    )


def _race(engine: str, course: Course, data: Path) -> EngineRun:
    line = _run(["-m", f"{__package__}.engines", engine, str(data), str(_core())], engine)
    run = msgspec.json.decode(line, type=EngineRun)
    right = math.isclose(run.equity, course.equity, rel_tol=_PRECISE)
    if run.fills != course.fills or not right:
        raise WrongAnswer(engine, course, run)
    return run


def _run(program: list[str], name: str) -> str:
    child = subprocess.run(
        [sys.executable, *program], capture_output=True, check=False, text=True, timeout=PATIENCE
    )
    if child.returncode:
        words = child.stderr.strip().rpartition("\n")[2] or "it said nothing"
        raise EngineFailed(name, child.returncode, words)
    return child.stdout


def _core() -> int:
    """The core that all engines run on; -1 where processes cannot be pinned."""
    return max(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else -1
