"""Nobody hears that an order has filled, and its cancellation is refused.

One refusal is a reason to look, and not to try again.

Faults: B3, C9
"""

from __future__ import annotations

from contextlib import suppress

from ...runtime import Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.strike("B3", "drop", when={"event": "executionReport", "first": 1})
    world.venue.fill("BTC/USDT")
    asked = len(world.venue.tap.cancels)
    with suppress(Refusal):
        await bot.cancel(order.id)
    world.happened("C9", "the cancellation of an order that has ended is refused")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=120)
    world.expect(len(world.venue.tap.cancels) - asked <= 2, "it is not asked again and again")
    await world.settle(within=120)
