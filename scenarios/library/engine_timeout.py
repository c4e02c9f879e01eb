"""The exchange says that its engine did not answer in time (-1007), and the order was taken.

Faults: A4
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "A4",
        "status",
        when={"method": "POST", "path": ORDER, "nth": 1},
        status=408,
        code=-1007,
        point="after",
    )
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=120)
    await world.settle(within=120)
