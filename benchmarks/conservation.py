"""Nothing is won and nothing is lost: seeded days of random orders, looked at after every step.

    python -m benthic.benchmarks.conservation FIRST COUNT      (a line of JSON for each day)

What a day is and what must hold in it stands in `trading_days`.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from ..actors.matching.refusals import BooksBroken
from .chunks import Chunk, Plan, Report, sweep
from .progress import Watch, unwatched
from .seeds import RunFailed
from .trading_days import MINUTES, DayBroken, days

CHUNK: Final = 5  # days of one process
PATIENCE: Final = 1_200  # s for one process


class DayRun(msgspec.Struct, frozen=True):
    """What one day came to."""

    seed: int
    steps: int
    trades: int
    liquidations: int
    violation: str  # "": none


def run_conservation(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
    jobs: int = 2,
) -> Report:
    """Run `count` days, from the one of `seed` on, `jobs` processes at a time."""
    plan = Plan("conservation", seed, CHUNK)
    return sweep(plan, count, partial(_in_child, seed), resume=resume, watch=watch, jobs=jobs)


def _in_child(first: int, number: int, count: int) -> Chunk:
    start = first + number * CHUNK
    child = subprocess.run(
        [sys.executable, "-m", f"{__package__}.conservation", str(start), str(count)],
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    if child.returncode:
        words = child.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise RunFailed(start, child.returncode, words or "it said nothing")
    runs = [msgspec.json.decode(line, type=DayRun) for line in child.stdout.splitlines()]
    figures = {
        name: float(sum(getattr(run, name) for run in runs))
        for name in ("steps", "trades", "liquidations")
    }
    violations = tuple(f"day {run.seed}: {run.violation}" for run in runs if run.violation)
    return Chunk(number, count, violations, figures)


# -- in the child


def run_day(seed: int, *, minutes: int = MINUTES) -> DayRun:
    """One day, in this process."""
    violation, steps = "", 0
    markets = days(seed)
    try:
        for minute in range(minutes):
            for market in markets:
                market.step(minute)
                steps += 1
    except (DayBroken, BooksBroken) as broken:
        violation = str(broken)
    trades = sum(market.counts[0] for market in markets)
    liquidations = sum(market.counts[1] for market in markets)
    return DayRun(seed, steps, trades, liquidations, violation)


def main(first: str, count: str) -> None:
    """Run days one after the other, a line for each."""
    for seed in range(int(first), int(first) + int(count)):
        sys.stdout.write(msgspec.json.encode(run_day(seed)).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
