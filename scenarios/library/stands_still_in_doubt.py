"""The process stands still while the outcome of an order is unknown, and for longer than it may be.

Nobody can close the gate meanwhile. It is closed as soon as the process runs again.

Faults: A1, K11
"""

from __future__ import annotations

import trio

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike("A1", "drop_request", when={"method": "POST", "path": ORDER, "nth": 1})
    order = await bot.place("buy", "0.01", "50000")
    await trio.sleep(2)
    world.clock.stall(120)
    world.look()  # it runs again, and nothing of it has had a turn yet
    await world.eventually(lambda: not bot.is_open, within=1)
    await world.eventually(lambda: bot.order(order.id).status == "refused", within=60)
    await world.settle(within=300)
