"""While one subscription takes the place of another, all is told twice, and the old one ends.

Faults: B5, B7
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.venue.strike("B7", "duplicate", when={"stream": "user", "every": 1}, times=1)
    trader = world.trader(bot, every=4)
    await trio.sleep(120)
    world.venue.fire("B5", "expire_listen_keys")
    await trio.sleep(120)
    trader.stop()
    await world.settle(within=180)
    world.expect(
        all(times == 1 for times in bot.books.trades.values()), "each trade is booked once"
    )
