"""The sweep itself: several deaths to each venue and store, several venues at a time.

A folder whose trials found something is kept, with store, logs and bot file.
"""

from __future__ import annotations

import shutil
import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

import attrs
import trio

from ...scenarios.process.clock import PacedClock
from ...scenarios.process.world import RealSetting, RealWorld
from ..chunks import Chunk, Plan, Report, sweep
from ..progress import Watch, unwatched
from .draw import death
from .held import KINDS
from .lives import Lives
from .trial import Trial, victim_of

PER_VENUE: Final = 10  # deaths
SEEDS: Final = 1_000  # between the seeds of two sweeps
OPENED: Final = "opened"
TRIED: Final = "bots with stops, take profits and chains"
SUMS: Final = ("orders", "placed", "freed", "renewed")
"""Of a store and its exchange, by the last death there."""


@attrs.frozen
class Deaths:
    """What came of all deaths of one kind."""

    kills: int
    missed: int  # named instants that did not come in time
    unsettled: int  # kills at which store and exchange differed, or an order was in doubt
    doubled: int  # orders, as the next two
    lost: int
    disagreeing: int
    positions: int  # kills at which one was open, as the next six
    stops: int
    profits: int
    chains: int
    groups: int
    trailing: int
    triggers: int
    opened_median: float  # s from the restart to an open gate
    opened_longest: float


@attrs.frozen
class DeathReport:
    """What a sweep of deaths found."""

    sweep: str
    trials: int
    orders: int  # of ours that all exchanges had at the end
    placed: int  # orders in all stores then
    freed: int  # of these, set free by others that filled
    renewed: int  # how often one went on under another name: edited, moved, or turned back
    deaths: dict[str, Deaths]  # by kind, and "all"
    violations: tuple[str, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether store and exchange agreed after each restart."""
        return not self.violations


def run_deaths(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
    jobs: int = 2,
) -> DeathReport:
    """Kill a real bot `count` times, and compare its store with the exchange after each restart."""
    plan = Plan("deaths", seed, PER_VENUE, TRIED)
    lives = Lives()
    run = partial(_one_venue, lives, seed)
    report = sweep(plan, count, run, resume=resume, watch=watch, jobs=jobs, stop=lives.end)
    return _told(report)


def _one_venue(lives: Lives, seed: int, number: int, kills: int) -> Chunk:
    folder = Path(tempfile.mkdtemp(prefix="benthic-deaths-"))
    body = partial(_life, folder, seed, number * PER_VENUE, kills)
    trials = trio.run(lives.live, body, clock=PacedClock()) or []
    found = [
        f"seed {seed}, kill {trial.number} ({trial.death}, {trial.instant}): {words} [{folder}]"
        for trial in trials
        for words in trial.found
    ]
    if not found:
        shutil.rmtree(folder)
    return Chunk(number, kills, tuple(found), _figures(trials), kills - len(trials))


async def _life(folder: Path, seed: int, first: int, kills: int) -> list[Trial]:
    async with trio.open_nursery() as nursery:
        setting = RealSetting(seed=seed * SEEDS + first, folder=folder)
        world = RealWorld(setting, nursery, nursery.cancel_scope)
        victim = await victim_of(world, folder)
        nursery.start_soon(victim.stir)
        trials = await victim.die_of_all(
            (number, death(seed, number)) for number in range(first, first + kills)
        )
        nursery.cancel_scope.cancel()
    return trials


def _figures(trials: list[Trial]) -> dict[str, float]:
    """Sums by kind; how long each took under a name of its own, since medians do not add up."""
    figures = {name: float(getattr(trials[-1], name) if trials else 0) for name in SUMS}
    for trial in trials:
        told = {
            "kills": 1.0,
            "missed": float(not trial.struck),
            "unsettled": float(trial.open_ends > 0),
            "doubled": float(len(trial.doubled)),
            "lost": float(len(trial.lost)),
            "disagreeing": float(len(trial.disagreeing)),
            f"{OPENED} {trial.number}": trial.opened,
            **{name: float(getattr(trial.held, name) > 0) for name in KINDS},
        }
        for name, value in told.items():
            key = f"{trial.death}/{name}"
            figures[key] = figures.get(key, 0.0) + value
    return figures


def _told(report: Report) -> DeathReport:
    figures = report.figures
    kinds = sorted({key.rpartition("/")[0] for key in figures if "/" in key})
    deaths = {kind: _deaths(figures, f"{kind}/") for kind in kinds}
    if kinds:
        deaths["all"] = _deaths(figures, "")
    return DeathReport(
        report.sweep,
        report.trials,
        deaths=deaths,
        violations=report.violations,
        seconds=report.seconds,
        **{name: int(figures.get(name, 0)) for name in SUMS},
    )


def _deaths(figures: dict[str, float], kind: str) -> Deaths:
    """What the figures tell of one kind, given with its slash; of all where it is empty."""
    own = [
        (key.rpartition("/")[2], value)
        for key, value in figures.items()
        if "/" in key and key.startswith(kind)
    ]
    opened = [value for name, value in own if name.startswith(OPENED)]

    def total(wanted: str) -> int:
        return int(sum(value for name, value in own if name == wanted))

    return Deaths(
        kills=total("kills"),
        missed=total("missed"),
        unsettled=total("unsettled"),
        doubled=total("doubled"),
        lost=total("lost"),
        disagreeing=total("disagreeing"),
        **{name: total(name) for name in KINDS},
        opened_median=median(opened) if opened else 0.0,
        opened_longest=max(opened, default=0.0),
    )
