"""Runs an async function as a scenario, or a whole bot without one."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping

import trio

from ...runtime import UsageError
from ..running.run import Options, Outcome, run_script
from ..running.script import Script
from ..world import LIVELY, World


def try_scenario(
    play: Callable[[World], Awaitable[None]], *, seed: int = 0, limit: float = 86_400
) -> Outcome:
    """Run `play(world)` once, with every invariant looked at; what came of it.

    limit: s of virtual time. Raises AssertionError where anything did not hold.
    """
    file = inspect.getsourcefile(inspect.unwrap(play)) or "scenario"
    name = getattr(play, "__name__", "scenario")
    script = Script(name=name, file=file, story=play.__doc__ or "", faults=(), play=play)
    outcome = run_script(script, Options(seed=seed, limit=limit))
    if not outcome.ok:
        raise AssertionError(words_of(outcome))
    return outcome


def simulate(*, minutes: float = 60, seed: int = 0, mode: Mapping[str, object] = LIVELY) -> Outcome:
    """Let a whole bot with this mode trade at a lively exchange; what came of it.

    mode: as in a bot file. Raises AssertionError where an invariant did not hold.
    """
    if not minutes > 0:
        raise UsageError(f"minutes is {minutes:g}; give more than 0")

    async def play(world: World) -> None:
        await world.open_venue()
        await world.start_bot(mode=mode)
        await trio.sleep(minutes * 60)
        await world.settle()

    return try_scenario(play, seed=seed, limit=minutes * 60 + 3_600)


def words_of(outcome: Outcome) -> str:
    """Why a run failed, for whoever reads the output of a test."""
    lines = [f"seed {outcome.options.seed}: {finding}" for finding in outcome.findings]
    lines.append("the last that happened:")
    lines += (f"  {each.kind} {each.who}: {each.text}" for each in outcome.timeline[-12:])
    return "\n".join(lines)
