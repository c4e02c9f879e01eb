"""Numbers of trades come that no float holds exactly.

Faults: L8
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.venue.strike("L8", "garbage", when={"event": "aggTrade", "every": 2}, kind="big_ids")
    world.venue.strike("L8", "garbage", when={"event": "kline", "every": 5}, kind="big_ids")
    trader = world.trader(bot, every=5)
    await trio.sleep(300)
    trader.stop()
    await world.settle(within=300)
    world.expect(len(bot.books.loads) == 1, "nobody was restarted")
