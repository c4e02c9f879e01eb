"""A sync fails. What is durable is only known after a new start, so the process ends.

Faults: K5
"""

from __future__ import annotations

from contextlib import suppress

from ...runtime import AskError, Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    await bot.place("buy", "0.01", "50000")
    bot.disk.fail(at_commit=2)
    with suppress(AskError, Refusal):
        await bot.place("buy", "0.01", "49000")
    await bot.died(within=600)
    world.expect(not bot.is_running, "it did not go on")
    await bot.start()
    await world.settle(within=300)
