"""Half of an order fills just as it is cancelled, and the trade is told last.

The half must be booked once, and the money of the other half must come back.

Faults: A17, A18
"""

from __future__ import annotations

from decimal import Decimal

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.02", "50000")
    world.venue.strike("A18", "reorder", when={"event": "executionReport"}, window=2)
    world.venue.fill("BTC/USDT", share="0.5")
    await bot.cancel(order.id)
    await world.eventually(lambda: not bot.order(order.id).is_live, within=180)
    world.expect(bot.order(order.id).filled == Decimal("0.01"))
    await world.settle(within=180)
