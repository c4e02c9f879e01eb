"""The exchange serves this region no more (451), whatever is asked.

That is said once and for good: nothing is asked any more, and no order ends by it. Once it is
served again the bot is started anew.

Faults: E14, M6
"""

from __future__ import annotations

from typing import Final

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.strike("E14", "status", when={"path": "*"}, status=451)
    world.venue.fire("M6", "disconnect")
    await world.eventually(lambda: bot.line == "shut", within=120)
    asked = world.venue.tap.requests
    await trio.sleep(600)
    world.expect(world.venue.tap.requests - asked < ONCE, "it asks no more")
    world.expect(bot.order(order.id).is_live and not bot.is_open)
    await bot.stop()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")


ONCE: Final = 5  # requests that were under way
