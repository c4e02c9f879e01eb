"""After 24 hours the exchange closes every socket, as it says that it does.

Faults: M6
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    await trio.sleep(86_400)
    if len(bot.said("line up")) > 1:
        world.happened("M6", "the exchange has closed every socket")
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
