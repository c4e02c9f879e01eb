"""For minutes the exchange answers no question about orders in time, and then an order is lost.

By then the bot asks once a minute only, and the gate has to close before it asks again.

Faults: A1, A5
"""

from __future__ import annotations

import trio

from ..world import ORDER, World
from ..world.wiretap import LOOKS


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    await bot.place("buy", "0.01", "40000")  # while one is live, all are looked at each minute
    for path in (ORDER, *LOOKS):
        world.venue.strike("A5", "delay", when={"method": "GET", "path": path}, time="30s")
    await trio.sleep(360)
    world.venue.strike("A1", "drop_request", when={"method": "POST", "path": ORDER, "nth": 1})
    order = await bot.place("buy", "0.01", "50000")
    world.expect(bot.order(order.id).status == "unknown")
    await world.eventually(lambda: not bot.is_open, within=20)
    world.calm()
    await world.eventually(lambda: bot.order(order.id).status == "refused", within=180)
    await world.settle(within=300)
