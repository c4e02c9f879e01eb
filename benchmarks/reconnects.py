"""A day of a line that breaks every ten minutes, in virtual time: nothing may grow.

A connector stands before a simulated venue, over streams in memory, with the account's stream and
three streams of the market open. Every ten minutes all sockets break. Once it has warmed up, the
tasks, the open streams and the memory at the same place of each period must stay what they were.
"""

from __future__ import annotations

import gc
import sys
from functools import partial
from pathlib import Path
from typing import Final

import attrs
import trio

from ..actors.exchange.messages import GetLine, Line, Watch
from ..runtime import Millis, System, VirtualClock
from ..scenarios.determinism import run_seeded
from ..scenarios.venue.config import START
from ..scenarios.venue.network import reaching
from .chunks import Chunk, Plan, Report, sweep
from .idle import resident
from .lines import SYMBOL, a_quiet_venue, a_tree
from .progress import Watch as Progress
from .progress import unwatched

PERIOD: Final = 600  # s from one break to the next
WARM_UP: Final = 6  # periods that are not counted
GROWTH: Final = 20.0  # blocks of memory that each reconnect may add, by a line through all
STREAMS: Final = 12  # that may be open at a time, kept connections included


def run_reconnects(
    count: int, *, resume: Path | None = None, watch: Progress = unwatched, seed: int = 0
) -> Report:
    """Break the line for `count` hours of virtual time."""
    del resume  # one run, in which the last hour follows from the first
    found = sweep(
        Plan("reconnects", seed, 1),
        1,
        partial(_trial, seed, count),
        resume=None,
        watch=watch,
        jobs=1,
    )
    return attrs.evolve(found, trials=count)


def _trial(seed: int, hours: int, number: int, trials: int) -> Chunk:
    looks = look_after(hours * 3600 // PERIOD, seed=seed)
    return Chunk(number, trials, tuple(violations_of(looks)), figures_of(looks))


@attrs.frozen
class Look:
    """What there was at the end of one period."""

    tasks: int
    streams: int
    blocks: int  # of memory that Python's objects take; exact, where `resident` is by pages
    resident: int  # bytes of the process
    line: Line


def look_after(periods: int, *, seed: int, period: int = PERIOD) -> list[Look]:
    """Look after each of so many periods of `period` s."""
    return run_seeded(partial(_broken, periods, seed, period), seed=seed, start=START)


async def _broken(periods: int, seed: int, period: int, clock: VirtualClock) -> list[Look]:
    venue, settings = a_quiet_venue(seed)
    looks = list[Look]()
    async with reaching(venue, keep=20) as reached:
        changes = list[tuple[Millis, str]]()
        system = System(a_tree(settings, reached, changes), clock=clock, seed=seed)
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            line = system.lookup("/bot/line")
            for topic in ("trades", "ticker", "book"):
                line.tell(Watch(SYMBOL, topic))
            for _ in range(periods):
                await trio.sleep(period)
                changes.clear()
                gc.collect()
                looks.append(
                    Look(
                        tasks=trio.lowlevel.current_statistics().tasks_living,
                        streams=reached.network.open_streams,
                        blocks=sys.getallocatedblocks(),
                        resident=resident(),
                        line=await line.ask(GetLine()),
                    )
                )
                venue.close_sockets(1001, "every ten minutes")
            await system.stop()
    return looks


def violations_of(looks: list[Look]) -> list[str]:
    """What grew."""
    counted = looks[WARM_UP:]
    tasks = {each.tasks for each in counted}
    slope = slope_of([each.blocks for each in counted])
    found = list[str]()
    if len(tasks) > 1 and counted[-1].tasks > counted[0].tasks:
        found.append(f"tasks grew from {counted[0].tasks} to {counted[-1].tasks}")
    if max(each.streams for each in counted) > STREAMS:
        found.append(f"{max(each.streams for each in counted)} streams were open at a time")
    if slope > GROWTH:
        found.append(f"each reconnect left {slope:,.0f} blocks of memory behind")
    if any(each.line.state != "up" for each in counted):
        found.append("the line was not up ten minutes after a break")
    if counted[-1].line.count != len(looks):
        found.append(f"it came up {counted[-1].line.count} times in {len(looks)} periods")
    return found


def figures_of(looks: list[Look]) -> dict[str, float]:
    """The first and the last look that count."""
    counted = looks[WARM_UP:]
    return {
        "reconnects": float(counted[-1].line.count - 1),
        "tasks at first": float(counted[0].tasks),
        "tasks at last": float(counted[-1].tasks),
        "streams at last": float(counted[-1].streams),
        "blocks at first": float(counted[0].blocks),
        "blocks a reconnect": slope_of([each.blocks for each in counted]),
        "resident bytes a reconnect": slope_of([each.resident for each in counted]),
    }


def slope_of(values: list[int]) -> float:
    """By how much they grow from one to the next, by least squares."""
    count = len(values)
    middle = (count - 1) / 2
    mean = sum(values) / count
    spread = sum((at - middle) ** 2 for at in range(count))
    leaning = sum((at - middle) * (value - mean) for at, value in enumerate(values))
    return leaning / spread if spread else 0.0
