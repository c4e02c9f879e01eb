"""Connector, desk, portfolio, feed and gate crash in the same instant, with an order on its way.

Faults: H10
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import AskError, NoSuchActor, Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    for actor in ("connector", "desk", "portfolio", "feed", "gate"):
        bot.crash(actor, fault="H10")
    with suppress(AskError, NoSuchActor, Refusal):
        await bot.place("buy", "0.01", "49000")
    await trio.sleep(60)
    world.calm()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
    world.expect(len(bot.lives) == 1)
