"""The exchange takes a trade back: the money returns, and what was bought is gone.

Nothing that was booked is changed: both come as entries of their own, and are said aloud.

Faults: C7
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.fill("BTC/USDT")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=60)
    await world.settle(within=120)
    trades = dict(bot.books.trades)
    world.venue.fire("C7", "deposit", asset="USDT", amount="500")
    world.venue.fire("C7", "withdraw", asset="BTC", amount="0.01")
    await world.eventually(lambda: len(bot.said("drift")) > 1, within=300)
    await world.settle(within=300)
    world.expect(bot.books.trades == trades, "history is not rewritten")
    world.expect(bot.order(order.id).status == "filled")
