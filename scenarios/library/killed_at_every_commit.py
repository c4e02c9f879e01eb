"""The process is killed before and after each commit of an order's life, one after the other.

Whatever instant it dies at, it comes back to what was acknowledged and finds out the rest.

Faults: K1
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final, Literal

from ...runtime import AskError, NoSuchActor, Refusal
from ..world import World

PHASES: Final[tuple[Literal["before", "after"], ...]] = ("before", "after")
NO_ANSWER: Final = (AskError, NoSuchActor, Refusal)


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    for commit in (1, 2, 3, 4):
        for phase in PHASES:
            bot.kill_at(commit=commit, phase=phase, back_after=2)
            with suppress(*NO_ANSWER):
                order = await bot.place("buy", "0.01", "50000")
                await bot.cancel(order.id)
            with suppress(*NO_ANSWER):
                await bot.place("sell", "0.01", "70000")
            await bot.died(within=30)
            await world.settle(within=300)
    world.expect(len(bot.lives) > len(PHASES) * 3, "it was killed again and again")
