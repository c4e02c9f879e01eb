"""Every socket is closed, and for twenty minutes nobody gets in.

The bot tries again with ever longer pauses, never more often than an address may.

Faults: M6, M7
"""

from __future__ import annotations

from typing import Final

import trio

from ..world import World

DIALS: Final = 400  # more would be hammering


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    await bot.place("buy", "0.01", "50000")
    world.venue.fire("M7", "refuse_connections", time="20m")
    world.venue.fire("M6", "disconnect", code=1001)
    await trio.sleep(1_260)
    world.expect(bot.network.dialled < DIALS, "it does not hammer at the door")
    await world.settle(within=180)
