"""No name resolves for five minutes, just as every connection is lost.

That the exchange cannot be asked says nothing of an order: none may end by it.

Faults: E1, E3
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    bot.network.lose_names()
    bot.network.reset()
    world.always(lambda: bot.order(order.id).is_live, "it is still there")
    await trio.sleep(300)
    bot.network.heal()
    await world.settle(within=300)
