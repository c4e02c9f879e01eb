"""The market gets another tick while the bot trades.

What no longer fits is refused once, and its money is free again.

Faults: A10
"""

from __future__ import annotations

from contextlib import suppress

from ...runtime import Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    await bot.place("buy", "0.01", "50000.01")
    world.venue.fire("A10", "change_filter", symbol="BTCUSDT", tick="1")
    with suppress(Refusal):
        await bot.place("buy", "0.01", "49999.01")
    world.expect(len(bot.oracle.open_orders()) == 1, "what does not fit is refused there")
    world.expect(sum(order.is_live for order in bot.orders) == 1, "and here")
    order = await bot.place("buy", "0.01", "49998")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=60)
    await world.settle(within=120)
