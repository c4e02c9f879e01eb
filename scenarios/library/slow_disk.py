"""Each commit takes a second and a half, for ten minutes of trading.

Faults: K6
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    bot.disk.slow(1_500)
    trader = world.trader(bot, every=5)
    await trio.sleep(600)
    trader.stop()
    await world.settle(within=300)
