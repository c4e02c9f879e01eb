"""Desk, store and connector crash just as the bot is told to stop.

It ends all the same, with nothing left open.

Faults: H4
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    for actor in ("desk", "store", "connector"):
        bot.crash(actor, message="Stop", fault="H4")
    await bot.stop()
    world.expect(not bot.is_running and bot.network.open_connections == 0, "nothing is left of it")
    await bot.start()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
