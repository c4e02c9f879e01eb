"""After each new connection the stream tells once more what it had told before.

Faults: B4, M6
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.venue.strike("B4", "redeliver", when={"event": "executionReport", "every": 5}, count=5)
    world.venue.strike("M6", "disconnect", when={"at": "3m", "again": "3m"})
    trader = world.trader(bot, every=4)
    await trio.sleep(600)
    trader.stop()
    await world.settle(within=180)
