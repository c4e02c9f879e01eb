"""Somebody else behind the same address has used up nearly all that it may ask.

The header is believed: the bot asks less until the minute is over, and is never told to stop.

Faults: L3
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    when = {"path": "/api/v3/*", "until": "4m"}
    world.venue.strike("L3", "headers", when=when, headers={"X-MBX-USED-WEIGHT-1M": "5990"})
    trader = world.trader(bot, every=4)
    await trio.sleep(180)
    trader.stop()
    world.expect(world.venue.tap.into_bars == [])
    await world.settle(within=300)
