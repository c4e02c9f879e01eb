"""The exchange takes an order and answers 502: a server error says nothing of what was done.

Faults: A3
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "A3", "status", when={"method": "POST", "path": ORDER, "nth": 1}, status=502, point="after"
    )
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=120)
    await world.settle(within=120)
