"""One run of a script: a world of one seed, in virtual time, in a folder of its own.

What a run comes to is an `Outcome`, whatever went wrong: an invariant, a sentence of the script,
an error that it raised, or that it did not end.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Annotated, Any, Final

import msgspec
import outcome
import trio
from msgspec import Meta

from ...runtime import Millis, UsageError
from ..determinism import run_on
from ..invariants import CHECKERS
from ..planted import planting
from ..venue.config import START
from ..world import Armed, Checker, Finding, HostClock, Moment, Setting, World
from ..world.findings import is_interrupt, raised
from ..world.places import waiting_in
from .folder import own_folder
from .script import Script, find_script
from .unawaited import noticed

LONGEST: Final = 3 * 86_400.0  # s of virtual time
ENDING: Final = 900.0  # s of virtual time in which everything must have stopped
SEEDS: Final = 2**32
SHOWN: Final = 3_000  # moments that an outcome keeps
FILES: Final = Path("/proc/self/fd")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a script is run. limit: s of virtual time."""

    seed: Annotated[int, Meta(ge=0, lt=SEEDS)] = 0
    muted: tuple[int, ...] = ()  # faults that are left out, by number
    limit: Annotated[float, Meta(gt=0, le=1e9)] = LONGEST
    expected_hash: str = ""  # what an earlier run of the same seed came to
    planted: str = ""  # a bug that is put into the bots, by name: for tests of the scenarios


class Sometimes(msgspec.Struct, frozen=True):
    """Something that should come true now and then."""

    place: str
    words: str
    seen: bool


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to."""

    script: str
    file: str
    options: Options
    findings: tuple[Finding, ...]
    hash: str  # of turns, journals and bytes
    virtual: float  # s
    wall: float  # s
    cpu: float  # s of this process
    turns: int
    commits: int
    requests: int
    pushes: int  # messages of all streams, as the exchanges sent them
    fills: int
    lives: int  # of all bots together
    fired: dict[str, int]  # how often each fault struck, by its code
    armed: tuple[Armed, ...]
    sometimes: tuple[Sometimes, ...]
    converged: float | None  # s after the last fault
    is_in_order: bool  # at the end every bot was in order again, and nothing was found
    timeline: tuple[Moment, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def run_scenario(name: str, seed: int = 0) -> Outcome:
    """Run a script of the library, or a file, once. Raises BadScenario where it cannot be read."""
    return run_script(find_script(name), Options(seed=seed))


def run_script(
    script: Script, options: Options, *, checkers: Sequence[Checker] = CHECKERS
) -> Outcome:
    """Run a script once. Raises NoSuchBug, and UsageError for an impossible seed or limit."""
    if not 0 <= options.seed < SEEDS:
        raise UsageError(f"seed is {options.seed}; give 0 to {SEEDS - 1}")
    if not options.limit > 0:
        raise UsageError(f"limit is {options.limit:g} s; give more than 0")
    with planting(options.planted):
        return _run(script, options, checkers)


def _run(script: Script, options: Options, checkers: Sequence[Checker]) -> Outcome:
    began = perf_counter(), process_time()
    with own_folder() as folder, noticed(script.file) as unawaited:
        files = _open_files()
        clock = HostClock(START)
        body = partial(_played, script, options, checkers, folder, clock)
        world = run_on(clock, body, seed=options.seed)
        world.findings += (
            Finding("wrong", "", str(place), f"{words}; write await", Millis(clock.time))
            for place, words in unawaited()
        )
        left = _open_files() - files
        if left > 0 and not world.findings:
            words = f"{left} files are open more than before"
            world.findings.append(Finding("violation", "R2", "", words, Millis(clock.time)))
    return _outcome(script, options, world, perf_counter() - began[0], process_time() - began[1])


async def _played(
    script: Script,
    options: Options,
    checkers: Sequence[Checker],
    folder: Path,
    clock: HostClock,
) -> World:
    setting = Setting(
        seed=options.seed,
        folder=folder,
        muted=options.muted,
        checkers=checkers,
        expected_hash=options.expected_hash,
    )
    async with trio.open_nursery() as nursery:
        scope = trio.CancelScope()
        world = World(setting, clock, nursery, scope)
        await world.mover.move()
        nursery.start_soon(world.watch)
        coroutine: Any = script.play(world)
        nursery.start_soon(_limit, world, coroutine, script, options.limit)
        with scope:
            result = await outcome.acapture(_await, coroutine)
            if isinstance(result, outcome.Error):
                if isinstance(result.error, trio.Cancelled) or is_interrupt(result.error):
                    raise result.error
                world.fail(raised(result.error, script.file, Millis(clock.time)))
        await _end(world, clock, script.file)
        await world.mover.rest()
        nursery.cancel_scope.cancel()
    return world


async def _await(coroutine: Any) -> None:
    if not inspect.isawaitable(coroutine):
        raise UsageError("the scenario is no async function; write async def")
    await coroutine


async def _limit(world: World, coroutine: Any, script: Script, limit: float) -> None:
    """End a run that does not end by itself, and say where it waits and who is busy."""
    await trio.sleep(limit)
    place = waiting_in(coroutine, script.file)
    busy: list[str] = []
    for bot in world.bots.values():
        for life in bot.lives[-1:]:
            busy += (f"{path} ({count})" for path, count in life.turns.busiest(3))
    words = f"not over after {limit:,.0f} s of virtual time"
    said = f"{words}; busiest of late, by turns: {', '.join(busy)}" if busy else words
    where = str(place) if place.file else script.file
    world.fail(Finding("hung", "R8", where, said, Millis(world.clock.now)))


async def _end(world: World, clock: HostClock, file: str) -> None:
    """Stop everything, and take the last look."""
    if not world.findings:
        world.look()
    for aim, error in (missed for bot in world.bots.values() for missed in bot.aims.missed()):
        if all(error.problem not in finding.words for finding in world.findings):
            place = error.place if aim.place.file else file
            words = f"{error.problem}; {error.remedy}"
            world.findings.append(Finding("wrong", "", place, words, Millis(clock.time)))
    with trio.move_on_after(ENDING) as scope:
        await world.close()
    if scope.cancelled_caught:
        words = f"the bots had not stopped {ENDING:g} s after they were told to"
        world.findings.append(Finding("violation", "R2", "", words, Millis(clock.time)))
    world.is_over = True
    if not world.findings:
        world.look()


def _open_files() -> int:
    return sum(1 for _ in FILES.iterdir()) if FILES.exists() else 0


def _outcome(script: Script, options: Options, world: World, wall: float, cpu: float) -> Outcome:
    fired: Counter[str] = Counter(each.fault for each in world.faults.struck)
    for venue in world.venues.values():
        fired.update(each.fault for each in venue.fired() if not each.problem)
    bots = world.bots.values()
    return Outcome(
        script=script.name,
        file=script.file,
        options=options,
        findings=tuple(world.findings),
        hash=world.hash,
        virtual=world.clock.elapsed,
        wall=wall,
        cpu=cpu,
        turns=world.turns,
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


def with_muted(options: Options, muted: Collection[int]) -> Options:
    """The same run without these faults."""
    return msgspec.structs.replace(options, muted=tuple(sorted(muted)))
