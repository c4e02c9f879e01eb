"""The exchange's clock jumps seven seconds, back again, and drifts.

Requests are too late or too early, are sent again with another time stamp once, and no more.

Faults: L4
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=6)
    world.venue.strike("L4", "clock_step", when={"at": "2m"}, by="7s")
    world.venue.strike("L4", "clock_step", when={"at": "5m"}, by="-14s")
    world.venue.strike("L4", "clock_drift", when={"at": "7m"}, ppm=300)
    await trio.sleep(720)
    trader.stop()
    await world.settle(within=300)
