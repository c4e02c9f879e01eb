"""The exchange takes an order, and its answer breaks off in the middle of its JSON.

Faults: A8
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "A8", "truncate", when={"method": "POST", "path": ORDER, "nth": 1}, missing=12, whole=True
    )
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=120)
    await world.settle(within=120)
