"""A message makes the desk crash whenever it comes: that an order has filled.

It is not run again; what it would have said is read from the exchange.

Faults: H2
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    bot.crash("desk", message="FillReported", times=2, fault="H2")
    for price in ("50000", "49000"):
        order = await bot.place("buy", "0.01", price)
        world.venue.fill("BTC/USDT")
        await world.eventually(lambda: bot.order(order.id).status == "filled", within=120)  # noqa: B023
    await world.settle(within=120)
    world.expect(len(bot.books.loads) == 1 + 2, "each time it was started anew, once")
    world.expect(all(times == 1 for times in bot.books.trades.values()))
