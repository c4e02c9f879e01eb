"""An order is lost before the exchange has seen it.

It is unknown until silence is proof: past the fence, and asked twice. Then the money is free again,
once, and nothing is sent a second time.

Faults: A1
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike("A1", "drop_request", when={"method": "POST", "path": ORDER, "nth": 1})
    order = await bot.place("buy", "0.01", "50000")
    world.expect(order.status in {"unknown", "refused"})
    await world.eventually(lambda: bot.order(order.id).status == "refused", within=180)
    world.expect(bot.order(order.id).evidence != "")
    world.expect(bot.oracle.orders() == [])
    world.expect(bot.books.balances["USDT"].reserved == 0)
    await world.settle(within=120)
