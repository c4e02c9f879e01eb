"""Every third word of the account's stream is lost, and every second one comes three times.

Faults: B1, B3
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.venue.strike("B3", "drop", when={"event": "executionReport", "every": 3})
    world.venue.strike("B1", "duplicate", when={"event": "executionReport", "every": 2}, times=3)
    trader = world.trader(bot, every=4)
    await trio.sleep(600)
    trader.stop()
    await world.settle(within=180)
