"""Somebody trades on the account by hand, beside the bot.

The order is foreign: it is told of and not touched, and what it locks is not spent twice.

Faults: A27
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.fire(
        "A27", "manual_order", symbol="BTCUSDT", side="buy", amount="0.5", price="40000"
    )
    await world.eventually(lambda: bool(bot.said("foreign order")), within=180)
    await trio.sleep(120)
    world.expect(bot.order(order.id).status == "accepted")
    world.expect(all(each.is_open for each in bot.oracle.orders()), "nobody touched it")
    await world.settle(within=120)
