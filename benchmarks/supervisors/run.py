"""Many trials, each in the runtime and by the model; nothing may differ."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Final

from ..chunks import Chunk, Plan, Report, sweep
from ..progress import Watch, unwatched
from .draw import draw
from .model import foretell
from .plan import Course, Trial
from .trial import undergo

CHUNK: Final = 100  # trials
COUNTED: Final = ("start", "refuse", "stop", "clean")


def run_supervisors(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
) -> Report:
    """Make the trials of `count` seeds, from `seed` on, one after the other."""
    plan = Plan("supervisors", seed, CHUNK)
    return sweep(plan, count, partial(try_chunk, seed), resume=resume, watch=watch, jobs=1)


def try_chunk(first: int, number: int, count: int) -> Chunk:
    """Make the trials of a chunk; each that differs is a violation."""
    violations: list[str] = []
    figures = dict.fromkeys(("events", *(f"{deed}s" for deed in COUNTED), "failed trees"), 0.0)
    start = first + number * CHUNK
    for trial in map(draw, range(start, start + count)):
        right, found = foretell(trial), undergo(trial)
        if right != found:
            violations.append(f"seed {trial.seed}: {difference(trial, right, found)}")
        figures["events"] += len(trial.events)
        figures["failed trees"] += right.end != "stopped"
        for deed in (deed for step in right.steps for deed in step.deeds):
            figures[f"{deed.split()[0]}s"] += 1
    return Chunk(number, count, tuple(violations), figures)


def difference(trial: Trial, right: Course, found: Course) -> str:
    """The first thing in which two courses of a trial differ, in words."""
    return next(_differences(trial, right, found), "none")


def _differences(trial: Trial, right: Course, found: Course) -> Iterator[str]:
    happenings = ("start", *trial.events, "stop")
    for number, (one, other) in enumerate(zip_longest(right.steps, found.steps)):
        where = f"{trial.schedule}, event {number}, {happenings[min(number, len(happenings) - 1)]}"
        if one is None or other is None:
            yield f"{where}: the {'runtime' if one is None else 'model'} goes on alone"
            return
        if one.deeds != other.deeds:
            yield f"{where}: the rules want {one.deeds}, the runtime did {other.deeds}"
        if one.tree != other.tree:
            yield f"{where}: the rules want {one.tree}, the runtime has {other.tree}"
    if right.end != found.end:
        yield f"{trial.schedule}: the rules want it to end {right.end!r}, it did {found.end!r}"
