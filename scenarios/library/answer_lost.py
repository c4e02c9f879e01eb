"""The exchange takes an order, and its answer is lost on the way.

The order lives there. The bot must find it by its client id or hear of it on the account's stream,
and must not send it again.

Faults: A2
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    when = {"method": "POST", "path": ORDER, "nth": 1}
    world.venue.strike("A2", "execute_then_drop_response", when=when)
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=60)
    world.expect([each.client_id for each in bot.oracle.orders()] == [order.client_id])
    await world.settle(within=120)
