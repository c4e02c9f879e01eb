"""Prices come that are no numbers, negative, zero or beyond all measure.

None of them passes the boundary; what was left out is counted and said.

Faults: M10
"""

from __future__ import annotations

import trio

from ..world import LIVELY, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(mode=LIVELY)
    kinds = (
        "nan",
        "infinity",
        "negative",
        "zero",
        "huge",
        "wrong_type",
        "not_json",
        "missing_field",
    )
    for number, kind in enumerate(kinds):
        for event in ("kline", "aggTrade", "24hrMiniTicker"):
            when = {"event": event, "every": 11 + number}
            world.venue.strike("M10", "garbage", when=when, kind=kind)
    await trio.sleep(300)
    await world.settle(within=300)
    world.expect(len(bot.said("unsound data left out")) > 0, "it says what it has left out")
    world.expect(len(bot.books.loads) == 1, "nobody was restarted")
