"""The key is revoked while the bot trades, and is no key of the live exchange either.

That ends the line for good: it is said once, nothing is asked any more, and no order ends by it.

Faults: I2, I5
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import trio

from ...runtime import Refusal
from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    revoked = {"path": "/sapi/v1/account/*"}
    world.venue.strike("I2", "status", when=revoked, status=401, code=-2015)
    world.venue.strike(
        "I5", "status", when={"method": "POST", "path": ORDER}, status=401, code=-2015
    )
    with suppress(Refusal):
        await bot.place("buy", "0.01", "49000")
    await world.eventually(lambda: bot.line == "shut", within=120)
    asked = world.venue.tap.requests
    await trio.sleep(600)
    world.expect(world.venue.tap.requests - asked < ONCE, "it asks no more")
    world.expect(bot.order(order.id).is_live)
    await world.rests(lambda: not bot.is_open and bot.line == "shut", within=1)


ONCE: Final = 5  # requests that were under way
