"""Messages come that are built to exhaust whoever reads them: nested without end, and huge.

They are refused before they are read; the stream goes on, or is taken up anew.

Faults: E5, I18
"""

from __future__ import annotations

from typing import Final

import trio

from ..world import LIVELY, ORDER, World

DEEP: Final = "[" * 100_000


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(mode=LIVELY)
    for event in ("kline", "aggTrade", "24hrMiniTicker", "executionReport"):
        world.venue.strike("I18", "garbage", when={"event": event, "every": 6}, kind="deep")
    world.venue.strike("I18", "body", when={"method": "GET", "path": ORDER, "every": 2}, body=DEEP)
    huge = {"event": "executionReport", "every": 5}
    world.venue.strike("E5", "huge", when=huge, size=3_000_000)
    trader = world.trader(bot, every=5)
    await trio.sleep(240)
    trader.stop()
    await world.settle(within=300)
    world.expect(len(bot.books.loads) == 1, "nobody was restarted")
