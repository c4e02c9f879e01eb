"""The power fails in the middle of each commit of an order's life, one after the other.

Of what was not synced any sector may be left; what was acknowledged before is all there.

Faults: K2
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from ...runtime import AskError, NoSuchActor, Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    for commit in (1, 2, 3, 4):
        bot.kill_at(commit=commit, phase="torn", back_after=2)
        with suppress(*NO_ANSWER):
            order = await bot.place("buy", "0.01", "50000")
            await bot.cancel(order.id)
        with suppress(*NO_ANSWER):
            await bot.place("sell", "0.01", "70000")
        await bot.died(within=30)
        await world.settle(within=300)
    world.expect(len(bot.lives) == COMMITS + 1)


COMMITS: Final = 4
NO_ANSWER: Final = (AskError, NoSuchActor, Refusal)
