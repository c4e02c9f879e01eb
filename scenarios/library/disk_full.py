"""The disk is full for five minutes while somebody wants to trade.

No entry is sent, as none can be written down first; what is open stays known.

Faults: K3
"""

from __future__ import annotations

import trio

from ...runtime import Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    bot.disk.fill()
    sent = len(world.venue.tap.orders)
    for _ in range(5):
        try:
            await bot.place("buy", "0.01", "49000")
        except Refusal:
            await trio.sleep(60)
    world.expect(len(world.venue.tap.orders) == sent, "nothing was sent that is not on disk")
    bot.disk.mend()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
