"""The answer to an order is lost, the stream is silent, and the order fills meanwhile.

Its id is free again by then: sent once more it would be taken a second time. So it is looked up.

Faults: A2, A7, A13
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike("A7", "drop", when={"event": "executionReport", "first": 2})
    lost = {"method": "POST", "path": ORDER, "nth": 1}
    world.venue.strike("A2", "execute_then_drop_response", when=lost)
    order = await bot.place("buy", "0.01", "50000")
    world.venue.fire("A13", "fill", symbol="BTCUSDT")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=120)
    world.expect(len(bot.oracle.orders()) == 1, "it was sent once")
    world.expect(bot.books.balances["BTC"].total > 2)
    await world.settle(within=120)
