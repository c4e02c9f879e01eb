"""Whoever answers shows another's certificate, for five minutes.

Nothing is sent there, nothing falls back to less, and no order ends by it.

Faults: E2, E3
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    arrived = world.venue.tap.requests
    bot.network.spoil_certificate()
    bot.network.reset()
    await trio.sleep(240)
    world.expect(bot.line == "away" and not bot.is_open)
    world.expect(world.venue.tap.requests == arrived, "nothing was sent to whoever that is")
    bot.network.heal()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
