"""The market has moved when an order arrives: one is refused as it would take, another trades.

Faults: A11
"""

from __future__ import annotations

from ...runtime import Refusal
from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    refused = {"method": "POST", "path": ORDER, "nth": 1}
    words = "Order would immediately match and take."
    world.venue.strike("A11", "status", when=refused, status=400, code=-2010, msg=words)
    try:
        order = await bot.place("buy", "0.01", "50000")
    except Refusal as refusal:
        world.expect("immediately match" in str(refusal), "the reason is told")
    else:
        world.expect(order.status == "refused")
    world.expect(bot.books.balances["USDT"].reserved == 0)
    world.expect(bot.oracle.orders() == [])
    world.venue.move("BTC/USDT", "49000")
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=60)
    await world.settle(within=120)
    world.expect(len(bot.books.trades) == len(bot.oracle.trades()) > 0)
