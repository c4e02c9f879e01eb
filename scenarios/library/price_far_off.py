"""One price in a hundred is ten times what it should be, and then it is back.

Faults: M11
"""

from __future__ import annotations

import trio

from ..world import LIVELY, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(mode=LIVELY)
    for event in ("kline", "aggTrade", "24hrMiniTicker"):
        world.venue.strike("M11", "spike", when={"event": event, "every": 25}, times=10)
    await trio.sleep(600)
    await world.settle(within=180)
    bought = [each for each in bot.orders if each.side == "buy" and each.price is not None]
    world.expect(all((each.price or 0) < 100_000 for each in bought), "bought at such a price")
