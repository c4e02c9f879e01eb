"""No file descriptor is left for five minutes, just as every connection is lost.

The store has its own, and goes on; dialling is tried ever more rarely.

Faults: E3, K10
"""

from __future__ import annotations

from typing import Final

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    bot.network.spend_files()
    bot.network.reset()
    dialled = bot.network.dialled
    await trio.sleep(300)
    world.expect(bot.network.dialled - dialled < DIALS, "it tries ever more rarely")
    world.expect(len(bot.books.loads) == 1, "no restart is spent on it")
    bot.network.heal()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")


DIALS: Final = 150  # more would be hammering
