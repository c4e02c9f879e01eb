"""`benthic demo`: plays the story, sums it up, and leaves nothing behind."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path
from typing import Annotated, Final

import trio
from cyclopts import Parameter
from cyclopts.validators import Number

from ...runtime import BenthicError
from ..exits import ExitCode
from ..output import console, table
from .play import FAST, UNHURRIED, Check, Story
from .screen import screen

LONGEST: Final = 110.0  # s for all of it
MOST: Final = 2**32


class DemoStuck(BenthicError):
    """The demo did not come to its end in time."""

    def __init__(self) -> None:
        super().__init__(
            f"the demo was not over after {LONGEST:g} s: something hangs, or this machine is very "
            "busy; try again with --fast"
        )


def command(
    *,
    seed: Annotated[
        int, Parameter(help="Of the market and of all chance.", validator=Number(gte=0, lt=MOST))
    ] = 7,
    fast: Annotated[bool, Parameter(help="Hurry: a few seconds, for checks.")] = False,
) -> int:
    """Watch a bot on a failing exchange being crashed, killed and restored (no network)."""
    with tempfile.TemporaryDirectory(prefix="benthic-demo-") as name, screen() as shown:
        story = Story(Path(name), seed, FAST if fast else UNHURRIED, shown)
        trio.run(_play, story)
    return _sum_up(story.checks)


async def _play(story: Story) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(_end_on_sigterm)
        with trio.move_on_after(LONGEST) as scope:
            await story.play()
        if scope.cancelled_caught:
            raise DemoStuck
        nursery.cancel_scope.cancel()


async def _end_on_sigterm() -> None:
    with trio.open_signal_receiver(signal.SIGTERM) as signals:
        async for _ in signals:
            raise SystemExit(ExitCode.TERMINATED)


def _sum_up(checks: list[Check]) -> int:
    shown = table("", "promise", "what was seen", title="Summary")
    for check in checks:
        shown.add_row("ok" if check.ok else "NOT", check.promise, check.found)
    console().print(shown)
    missed = sum(not check.ok for check in checks)
    words = "every check held" if not missed else f"{missed} of {len(checks)} checks did not hold"
    console().print(words, markup=False)
    return ExitCode.OK if not missed else ExitCode.DIFFERS
