"""The market is halted, and goes on ten minutes later.

Faults: C11
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=10)
    await trio.sleep(60)
    world.venue.halt("BTC/USDT")
    await trio.sleep(600)
    world.venue.resume("BTC/USDT")
    await trio.sleep(60)
    trader.stop()
    await world.settle(within=300)
