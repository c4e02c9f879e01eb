"""The process is killed again and again while it recovers from the kill before.

Faults: C5
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    orders = [await bot.place("buy", "0.01", str(price)) for price in (50_000, 49_000)]
    for pause in (0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 4.0, 0.0):
        await bot.kill(fault="C5")
        await bot.start()
        await trio.sleep(pause)
    await world.settle(within=300)
    world.expect([bot.order(order.id).status for order in orders] == ["accepted"] * 2)
