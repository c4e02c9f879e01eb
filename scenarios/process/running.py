"""One run of a script with real processes, in a folder of its own, in real time.

What it comes to is an `Outcome`, as that of a run in virtual time; it is no run that a seed
repeats. The invariants of a world need what only a simulated process tells: here books and exchange
must agree where the script settles, and every store must add up in the end.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import outcome
import trio

from ..errors import BadScenario
from ..running.run import SHOWN, Options, Outcome, Sometimes
from ..running.script import LIBRARY, Script
from ..world import Finding
from ..world.places import waiting_in
from .clock import PacedClock
from .plays import LEFT_OUT, PACES
from .world import RealSetting, RealWorld

LONGEST: Final = 600.0  # s of the host


def run_for_real(script: Script, options: Options, folder: Path) -> Outcome:
    """Run a script once. folder: for bot file, store and logs; there, and of this run alone.

    Raises BadScenario where the script is one of those that need virtual time.
    """
    is_ours = Path(script.file).parent == LIBRARY  # and not somebody's of the same name
    if is_ours and script.name in LEFT_OUT:
        raise BadScenario(
            script.name,
            f"is not played with a real process: {LEFT_OUT[script.name]}",
            remedy="run it without --real",
        )
    began = perf_counter(), process_time()
    setting = RealSetting(
        seed=options.seed,
        folder=folder,
        file=script.file,
        pace=PACES[script.name] if is_ours else 1.0,
    )
    world, seconds = trio.run(_played, script, setting, clock=PacedClock(setting.pace))
    return _outcome(
        script, options, world, seconds, (perf_counter() - began[0], process_time() - began[1])
    )


async def _played(script: Script, setting: RealSetting) -> tuple[RealWorld, float]:
    async with trio.open_nursery() as nursery:
        scope = trio.CancelScope()
        world = RealWorld(setting, nursery, scope)
        nursery.start_soon(world.watch)
        play: Any = script.play
        coroutine: Any = play(world)
        nursery.start_soon(_limit, world, coroutine, script)
        with scope:
            result = await outcome.acapture(_await, coroutine)
            if isinstance(result, outcome.Error):
                if isinstance(result.error, trio.Cancelled):
                    raise result.error
                world.fail(world.finding(result.error))
        seconds = world.clock.elapsed
        await _end(world)
        nursery.cancel_scope.cancel()
    return world, seconds


async def _await(coroutine: Any) -> None:
    await coroutine


async def _limit(world: RealWorld, coroutine: Any, script: Script) -> None:
    """End a run that does not end by itself, and say where it waits."""
    await trio.sleep(LONGEST * world.pace)
    place = waiting_in(coroutine, script.file)
    where = str(place) if place.file else script.file
    words = f"not over after {LONGEST:g} s of the host"
    world.fail(Finding("hung", "R8", where, words, world.now()))


async def _end(world: RealWorld) -> None:
    """Stop everything, and take the last look."""
    if not world.findings:
        world.look()
    result = await outcome.acapture(world.close)
    if isinstance(result, outcome.Error):
        if isinstance(result.error, trio.Cancelled):
            raise result.error
        world.fail(world.finding(result.error))
    for bot in world.bots.values():
        for life in bot.lives:
            if (life.code or 0) > 0 and life.number not in bot.accounted:
                words = f"{bot.name}, life {life.number}, ended with code {life.code}"
                world.fail(Finding("violation", "R2", "", words, world.now()))
        for words in bot.shelf.audit():
            world.fail(Finding("violation", "P1", "", f"{bot.name}: {words}", world.now()))


def _outcome(
    script: Script,
    options: Options,
    world: RealWorld,
    seconds: float,
    took: tuple[float, float],
) -> Outcome:
    fired: Counter[str] = Counter(each.fault for each in world.faults.struck)
    for venue in world.venues.values():
        fired.update(each.fault for each in venue.fired() if not each.problem)
    bots = world.bots.values()
    return Outcome(
        script=script.name,
        file=script.file,
        options=options,
        findings=tuple(world.findings),
        hash=" ".join(bot.books.hash for bot in bots),
        virtual=seconds,
        wall=took[0],
        cpu=took[1],
        turns=0,
        commits=sum(bot.books.commits for bot in bots),
        requests=sum(venue.tap.requests for venue in world.venues.values()),
        pushes=sum(venue.tap.pushes for venue in world.venues.values()),
        fills=sum(sum(bot.books.trades.values()) for bot in bots),
        lives=sum(len(bot.lives) for bot in bots),
        fired={code: count for code, count in sorted(fired.items()) if code},
        armed=tuple(world.faults.armed),
        sometimes=tuple(
            Sometimes(str(each.place), each.words, each.seen)
            for each in world.expectations.all
            if each.kind == "sometimes"
        ),
        converged=world.converged_within,
        is_in_order=(world.is_settled or world.is_at_rest) and not world.findings,
        timeline=world.timeline.newest(SHOWN),
    )
