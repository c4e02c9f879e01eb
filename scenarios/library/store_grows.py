"""The map of the store is full while the bot trades.

It grows between two commits; none is refused.

Faults: K4
"""

from __future__ import annotations

from typing import Final

import trio

from ...storage.store import GetStoreStatistics
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    world.map_size = SMALL
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=2)
    await trio.sleep(240)
    trader.stop()
    room = (await bot.ask("store", GetStoreStatistics())).room
    if room.growths:
        world.happened("K4", f"the map was full {room.growths} times")
    world.expect(room.used > SMALL and room.map_size > room.used)
    await world.settle(within=120)
    world.expect(bot.said("not stored") == [], "no commit was refused for it")


SMALL: Final = 1 << 17  # bytes
