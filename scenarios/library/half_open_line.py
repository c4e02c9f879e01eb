"""The other end of every connection is gone, and nothing says so; a minute later the way is back.

Faults: M5
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    await bot.place("buy", "0.01", "50000")
    bot.network.partition()
    await world.eventually(lambda: not bot.is_open, within=120)
    await trio.sleep(60)
    bot.network.heal()
    await world.settle(within=180)
