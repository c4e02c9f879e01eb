"""Plays a function with real processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benthic.scenarios.process.running import run_for_real
from benthic.scenarios.running.run import Options, Outcome
from benthic.scenarios.running.script import Script


def played(play: Callable[[Any], Awaitable[None]], folder: Path) -> Outcome:
    """What a run of it comes to."""
    file = play.__code__.co_filename
    script = Script(name="played", file=file, story="", faults=(), play=play)
    return run_for_real(script, Options(seed=7), folder)
