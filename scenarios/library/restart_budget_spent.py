"""The desk crashes at every message, until no restart is left.

The process ends by itself, and a new one takes over.

Faults: H6
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    bot.crash("desk", times=10_000, fault="H6")
    await bot.died(within=600)
    world.expect(not bot.is_running, "it gave up")
    await bot.start()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
