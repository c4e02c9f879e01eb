"""The answer to an order comes once nobody waits for it any more.

Faults: A5
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike("A5", "delay", when={"method": "POST", "path": ORDER, "nth": 1}, time="15s")
    order = await bot.place("buy", "0.01", "50000")
    again = await bot.place("buy", "0.02", "49000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=120)
    world.expect(bot.order(again.id).amount != bot.order(order.id).amount)
    await world.settle(within=120)
