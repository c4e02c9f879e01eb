"""The exchange takes an order; neither its answer nor any word on the account's stream arrives.

Only a look-up can tell. Until then the order is unknown, and keeps its reservation.

Faults: A2, A7
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike("A7", "drop", when={"event": "executionReport", "first": 2})
    world.venue.strike(
        "A2", "execute_then_drop_response", when={"method": "POST", "path": ORDER, "nth": 1}
    )
    world.always(
        lambda: all(order.held > 0 for order in bot.books.live.values()), "live orders hold money"
    )
    order = await bot.place("buy", "0.01", "50000")
    world.expect(order.status in {"unknown", "accepted"})
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=120)
    await world.settle(within=120)
