"""The end of an order is not told, and it is archived: it cannot be looked up any more.

Its trades are still there, and say what became of it.

Faults: A15, B3
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.strike("B3", "drop", when={"event": "executionReport", "first": 1})
    archived = {"method": "GET", "path": ORDER, "first": 6}
    world.venue.strike("A15", "status", when=archived, status=400, code=-2026)
    world.venue.fill("BTC/USDT")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=300)
    world.expect(len(bot.books.trades) == len(bot.oracle.trades()))
    await world.settle(within=180)
