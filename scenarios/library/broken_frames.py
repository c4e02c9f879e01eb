"""Frames are cut off, far too large, or none that the protocol allows, and pings come in floods.

The stream is given up and taken up again; nothing of an order is lost by it.

Faults: E3, E4, E5, E6, E7
"""

from __future__ import annotations

from typing import Any, Final

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    for number, (code, verb, parameters) in enumerate(BROKEN):
        when = {"event": "executionReport", "every": 7 + number}
        world.venue.strike(code, verb, when=when, **parameters)
    trader = world.trader(bot, every=3)
    await trio.sleep(240)
    trader.stop()
    await world.settle(within=300)
    world.expect(len(bot.lives) == 1)
    world.expect(len(bot.said("line up")) > 1, "the stream was taken up again")


BROKEN: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("E3", "reset", {}),
    ("E4", "cut_frame", {"sent": 5}),
    ("E5", "huge", {"size": 3_000_000}),
    ("E6", "frame", {"hex": "830100"}),
    ("E7", "pings", {"count": 50}),
)
