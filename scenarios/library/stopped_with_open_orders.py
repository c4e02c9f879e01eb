"""The bot is stopped in order while orders rest, and one of them fills before it is started again.

They are kept, and what became of them is read.

Faults: C16
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    orders = [await bot.place("buy", "0.01", str(price)) for price in (50_000, 49_000)]
    world.happened("C16", "it is stopped with two open orders")
    await bot.stop()
    world.expect(len(bot.oracle.open_orders()) == len(orders), "they stay where they are")
    world.venue.fire("A17", "fill", symbol="BTCUSDT", which="oldest")
    await trio.sleep(600)
    await bot.start()
    await world.settle(within=300)
    world.expect({bot.order(each.id).status for each in orders} == {"filled", "accepted"})
