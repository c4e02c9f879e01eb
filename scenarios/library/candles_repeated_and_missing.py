"""Candles come twice, out of order, or not at all, while a mode trades on them.

What is missing is fetched before the mode sees the next.

Faults: M8, M9
"""

from __future__ import annotations

import trio

from ..world import LIVELY, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(mode=LIVELY)
    world.venue.strike("M8", "duplicate", when={"event": "kline", "every": 3}, times=2)
    world.venue.strike("M8", "reorder", when={"event": "kline", "every": 7}, window=2, wait="3s")
    world.venue.strike("M9", "drop", when={"event": "kline", "every": 2})
    await trio.sleep(600)
    await world.settle(within=180)
    world.expect(len(bot.said("signal")) > 0, "the mode has advised")
    world.expect(len(bot.books.loads) == 1, "nobody was restarted")
