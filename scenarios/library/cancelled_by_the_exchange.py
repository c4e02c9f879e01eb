"""The exchange cancels an order by itself.

Faults: A26
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.fire("A26", "venue_cancel", symbol="BTCUSDT")
    await world.eventually(lambda: bot.order(order.id).status == "cancelled", within=120)
    world.expect(bot.books.balances["USDT"].reserved == 0)
    await world.settle(within=120)
