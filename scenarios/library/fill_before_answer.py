"""The order fills, and the account's stream tells of it two seconds before the answer does.

Faults: A6
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.venue.strike("A6", "delay", when={"method": "POST", "path": ORDER, "nth": 1}, time="2s")
    order = await bot.place("buy", "0.01")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=60)
    world.expect(len(bot.books.trades) == len(bot.oracle.trades()))
    await world.settle(within=120)
