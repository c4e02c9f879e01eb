"""An order is answered with what the request before it was answered.

Its id is not ours, so it says nothing of this order.

Faults: E12
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    swapped = {"method": "POST", "path": ORDER, "nth": 2}
    world.venue.strike("E12", "swap_bodies", when=swapped)
    first = await bot.place("buy", "0.01", "50000")
    second = await bot.place("buy", "0.02", "49000")
    await world.eventually(lambda: bot.order(second.id).status == "accepted", within=120)
    world.expect(bot.order(second.id).venue_id != bot.order(first.id).venue_id)
    there = {each.client_id: float(each.amount) for each in bot.oracle.orders()}
    world.expect(there == {first.client_id: 0.01, second.client_id: 0.02})
    await world.settle(within=120)
