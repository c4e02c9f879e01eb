"""The lid of the laptop is shut for eight hours.

The sockets are dead, an order has filled: all of it must be noticed before anything is done.

Faults: L5
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.strike("A17", "fill", when={"at": "4h"}, symbol="BTCUSDT", share="1")
    world.clock.suspend(8 * 3_600)
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=300)
    await world.settle(within=300)
