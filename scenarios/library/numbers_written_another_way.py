"""Numbers come with exponents and symbols in small letters.

Faults: M12
"""

from __future__ import annotations

import trio

from ..world import LIVELY, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(mode=LIVELY)
    for number, kind in enumerate(("exponent", "lower_symbol", "negative_zero"), 3):
        for event in ("kline", "aggTrade", "executionReport"):
            when = {"event": event, "every": number}
            world.venue.strike("M12", "garbage", when=when, kind=kind)
    trader = world.trader(bot, every=6)
    await trio.sleep(300)
    trader.stop()
    await world.settle(within=180)
    world.expect(len(bot.books.loads) == 1, "nobody was restarted")
