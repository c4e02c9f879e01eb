"""Events come twenty seconds late, after all has been read anew.

They are of before the snapshot and change nothing of it.

Faults: B15, M6
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.venue.strike("B15", "delay", when={"event": "executionReport", "every": 2}, time="20s")
    world.venue.strike("M6", "disconnect", when={"at": "1m", "again": "1m"})
    trader = world.trader(bot, every=4)
    await trio.sleep(300)
    trader.stop()
    await world.settle(within=180)
    world.expect(all(times == 1 for times in bot.books.trades.values()))
