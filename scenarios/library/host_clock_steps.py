"""Somebody sets the clock of the host an hour ahead, and later back.

Faults: L5
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    await bot.place("buy", "0.01", "50000")
    world.clock.step(3_600)
    await trio.sleep(120)
    await bot.place("buy", "0.01", "49000")
    world.clock.step(-3_600)
    await trio.sleep(120)
    await bot.place("buy", "0.01", "48000")
    await world.settle(within=300)
