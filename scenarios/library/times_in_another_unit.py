"""Times come in microseconds and seconds, from the future and from the past.

A unit is not guessed: such a message is left out.

Faults: M13
"""

from __future__ import annotations

import trio

from ..world import LIVELY, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(mode=LIVELY)
    for number, kind in enumerate(("microseconds", "seconds", "future", "past")):
        for event in ("kline", "aggTrade", "24hrMiniTicker"):
            when = {"event": event, "every": 7 + number}
            world.venue.strike("M13", "garbage", when=when, kind=kind)
    await trio.sleep(600)
    await world.settle(within=300)
    world.expect(len(bot.books.loads) == 1, "nobody was restarted")
