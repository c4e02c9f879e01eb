"""The exchange says 429 and then bans the address for two minutes.

Not one request is sent inside of what was said, and orders are refused meanwhile.

Faults: L1, L2
"""

from __future__ import annotations

import trio

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=3)
    wait = {"Retry-After": "20"}
    when = {"method": "POST", "path": ORDER, "nth": 5}
    world.venue.strike("L1", "status", when=when, status=429, code=-1003, headers=wait)
    await trio.sleep(120)
    world.venue.fire("L2", "ban", time="2m")
    await trio.sleep(300)
    trader.stop()
    await world.settle(within=300)
