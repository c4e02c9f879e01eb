"""The exchange takes an order, and answers that its id is in use: the request had come twice.

That is evidence that the first one is there, and no refusal: the order is looked up, and none is
sent under another id.

Faults: A12
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "A12",
        "status",
        when={"method": "POST", "path": ORDER, "nth": 1},
        status=400,
        code=-2010,
        msg="Duplicate order sent.",
        point="after",
    )
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=60)
    world.expect([each.client_id for each in bot.oracle.orders()] == [order.client_id])
    await world.settle(within=120)
