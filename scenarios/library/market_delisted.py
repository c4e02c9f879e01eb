"""The market is delisted while orders rest in it.

Its orders are gone with it; nobody crashes, and nothing more is bought there.

Faults: C11
"""

from __future__ import annotations

from contextlib import suppress

from ...runtime import Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue("BTC/USDT", "ETH/USDT", kind="quiet")
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.delist("BTC/USDT")
    await world.eventually(lambda: not bot.order(order.id).is_live, within=600)
    world.expect(bot.order(order.id).evidence != "" or bot.order(order.id).status == "cancelled")
    world.expect(bot.books.balances["USDT"].reserved == 0, "its money is free")
    with suppress(Refusal):
        await bot.place("buy", "0.01", "49000")
    world.expect(all(not each.is_live for each in bot.orders))
    await world.rests(lambda: bot.is_running and len(bot.books.loads) == 1, within=60)
