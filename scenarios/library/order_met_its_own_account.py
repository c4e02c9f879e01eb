"""An order ends without being cancelled: it would have traded with another of the same account.

Faults: A24
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.fire(
        "A24",
        "manual_order",
        symbol="BTCUSDT",
        side="sell",
        amount="0.01",
        price="50000",
        self_trade="expire_maker",
    )
    await world.eventually(lambda: not bot.order(order.id).is_live, within=120)
    world.expect(bot.order(order.id).status == "cancelled")
    world.expect(bot.order(order.id).filled == 0)
    world.expect(bot.books.balances["USDT"].reserved == 0)
    await world.settle(within=120)
