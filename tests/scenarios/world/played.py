"""Runs a function as a scenario."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from benthic.scenarios.running.run import Options, Outcome, run_script
from benthic.scenarios.running.script import Script
from benthic.scenarios.world import World


def played(
    play: Callable[[World], Awaitable[None]], *, seed: int = 7, limit: float = 86_400
) -> Outcome:
    """What a run of it comes to."""
    file = play.__code__.co_filename
    script = Script(name="played", file=file, story="", faults=(), play=play)
    return run_script(script, Options(seed=seed, limit=limit))
