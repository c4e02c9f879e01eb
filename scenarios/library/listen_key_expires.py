"""The subscription to the account's stream ends, without a word or with one.

The gate closes, the bot subscribes anew, reads what it missed, and opens.

Faults: B5
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.fire("B5", "expire_listen_keys")
    world.venue.fill("BTC/USDT")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=300)
    await world.settle(within=120)
