"""The whole library over many seeds, `run all`: which scripts hold, which faults have been seen.

A fault that a world can fire must have struck, and in some run in which it did every bot must have
been in order again at the end. What nothing can fire is told with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Final

import attrs

from ...benchmarks.children import Children
from ...benchmarks.chunks import Chunk, Plan, Report, sweep_chunks
from ...benchmarks.progress import Watch
from ...scenarios.running.catalog import FAULTS, Fault
from ...scenarios.running.script import SWARMS, digest_of, find_script, library_names, told_of
from .sweeping import CHUNK, Coverage, Sweep, covered, figures_of, lines_of, violations_in

ALL: Final = "all"
SEEDS: Final = 5  # of each script where nobody says how many
RUN, FAILED, SPENT, CLAIMED = "run ", "failed ", "cpu of ", "claimed "


@attrs.frozen
class Row:
    """What a sweep has seen of one script."""

    name: str
    seeds: int
    failed: int
    cpu: float  # s of all seeds
    unfired: tuple[str, ...]  # codes that it claims, and that struck in no seed

    @property
    def cost(self) -> float:
        """Seconds of a processor for a seed."""
        return self.cpu / max(self.seeds, 1)


@attrs.frozen
class Seen:
    """What a sweep has seen of one fault."""

    fault: Fault
    coverage: Coverage

    @property
    def verdict(self) -> str:
        """What is to be said of it; "seen" where all is well."""
        if not self.coverage.times:
            return self.fault.not_here or "NOT SEEN"
        return "seen" if self.coverage.in_order else "NO RECOVERY SEEN"

    @property
    def is_seen(self) -> bool:
        """Whether it has struck, and been got over."""
        return self.verdict == "seen"

    @property
    def is_missing(self) -> bool:
        """Whether it should have been seen, and was not."""
        return not self.is_seen and not (self.fault.not_here and not self.coverage.times)


def swept_names() -> list[str]:
    """The scripts of the library that such a sweep runs."""
    return [name for name in library_names() if name not in SWARMS]


def run_library(
    chosen: Sweep,
    names: Sequence[str],
    seeds: int,
    *,
    jobs: int,
    resume: Path | None,
    watch: Watch,
) -> Report:
    """Run so many seeds of each script, `jobs` processes at a time. chosen: without a name."""
    digests = [digest_of(find_script(name)) for name in names]
    digest = blake2b(" ".join(digests).encode(), digest_size=8).hexdigest()
    plan = Plan(f"library of {len(names)} scenarios", chosen.first, CHUNK, digest)
    sizes = {
        block * len(names) + number: min(CHUNK, seeds - block * CHUNK)
        for block in range(-(-seeds // CHUNK))
        for number in range(len(names))
    }
    children = Children()
    run = partial(_chunk, chosen, children, names)
    return sweep_chunks(plan, sizes, run, resume=resume, watch=watch, jobs=jobs, stop=children.end)


def _chunk(
    chosen: Sweep, children: Children, names: Sequence[str], number: int, count: int
) -> Chunk:
    block, place = divmod(number, len(names))
    name, first = names[place], chosen.first + block * CHUNK
    lines = lines_of(attrs.evolve(chosen, name=name), children, first, count)
    violations = tuple(f"{name}, {words}" for words in violations_in(lines))
    figures = figures_of(lines)
    told = {
        RUN + name: float(count),
        FAILED + name: float(len(violations)),
        SPENT + name: figures.get("cpu", 0.0),
        **{
            f"{CLAIMED}{name} {code}": float(sum(code in line.fired for line in lines))
            for code in told_of(name)[1]
        },
    }
    return Chunk(number, count, violations, {**figures, **told})


def rows(report: Report) -> list[Row]:
    """The scripts, by name."""
    figures = report.figures
    return [
        Row(
            name,
            int(figures[RUN + name]),
            int(figures[FAILED + name]),
            figures[SPENT + name],
            _unfired(name, figures),
        )
        for name in swept_names()
        if RUN + name in figures
    ]


def _unfired(name: str, figures: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(code for code in told_of(name)[1] if not figures.get(f"{CLAIMED}{name} {code}"))


def seen(report: Report) -> list[Seen]:
    """All faults, by code."""
    known = covered(report)
    nothing = Coverage(0, 0, 0)
    return [Seen(each, known.get(each.code, nothing)) for each in FAULTS]


def counts(found: Sequence[Seen]) -> tuple[int, int]:
    """How many faults have been seen: on the wire, and of the runtime and its host."""
    whole = [each for each in found if each.is_seen]
    of_runtime = sum(each.fault.is_of_runtime for each in whole)
    return len(whole) - of_runtime, of_runtime


def holds(report: Report) -> bool:
    """Whether every script held, each fired what it claims, and no fault is missing."""
    return (
        report.ok
        and not any(row.unfired for row in rows(report))
        and not any(each.is_missing for each in seen(report))
    )
