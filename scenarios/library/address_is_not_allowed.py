"""The exchange says once that this key may not be used from here, and the next moment it may.

Faults: E13
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import Refusal
from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "E13", "status", when={"method": "POST", "path": ORDER, "nth": 1}, status=401, code=-2015
    )
    with suppress(Refusal):
        await bot.place("buy", "0.01", "50000")
    world.expect(bot.oracle.orders() == [])
    await trio.sleep(30)
    order = await bot.place("buy", "0.01", "50000")
    world.expect(order.status == "accepted", "the key was looked at, and is good")
    await world.settle(within=120)
