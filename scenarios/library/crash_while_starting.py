"""The desk crashes, and again in the middle of each of its next starts.

A start that fails counts as a restart; the account is read back as it was.

Faults: H3
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import AskError
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    bot.crash("desk", message="ListOpenOrders", fault="H3")
    bot.crash("desk", message="Start", fault="H3")
    bot.crash("desk", message="Resume", at_message=2, fault="H3")
    with suppress(AskError):
        await bot.live_orders()
    await trio.sleep(10)
    await world.settle(within=300)
    world.expect([each.id for each in await bot.live_orders()] == [order.id])
    world.expect(len(bot.lives) == 1)
