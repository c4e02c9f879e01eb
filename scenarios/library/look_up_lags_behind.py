"""A look-up does not know an order that was taken a moment ago, as it reads what lags behind.

Before the fence that it is not known says nothing.

Faults: A2, A7, A14
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike("A7", "drop", when={"event": "executionReport", "first": 2})
    lost = {"method": "POST", "path": ORDER, "nth": 1}
    world.venue.strike("A2", "execute_then_drop_response", when=lost)
    world.venue.strike(
        "A14", "query_lag", when={"method": "GET", "path": ORDER, "first": 3}, time="3m"
    )
    world.never(
        lambda: any(each.status == "refused" for each in bot.orders), "none ended by silence"
    )
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=180)
    await world.settle(within=120)
