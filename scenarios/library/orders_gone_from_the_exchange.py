"""The matching engine comes back without our orders, and nobody says so.

They are looked up, twice, past the fence; then they count as gone, and their money is free.

Faults: C6
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    placed = [await bot.place("buy", "0.01", str(price)) for price in (50_000, 49_000, 48_000)]
    world.venue.fire("C6", "engine_restart", down="10s")
    await world.eventually(
        lambda: all(not bot.order(order.id).is_live for order in placed), within=600
    )
    world.expect(all(bot.order(order.id).evidence for order in placed))
    world.expect(bot.books.balances["USDT"].reserved == 0)
    await world.settle(within=120)
