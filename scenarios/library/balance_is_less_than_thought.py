"""Most of the money is gone from the account, and the exchange refuses an order for it.

A refusal is final. What the exchange has and the books have not is booked as external, said aloud,
and the gate is closed until then.

Faults: A9, C10
"""

from __future__ import annotations

from contextlib import suppress

from ...runtime import Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.fire("A9", "withdraw", asset="USDT", amount="99900")
    with suppress(Refusal):
        await bot.place("buy", "0.01", "50000")
    world.expect(all(not order.is_live for order in bot.orders))
    world.expect(bot.books.balances["USDT"].reserved == 0, "what it had reserved is free again")
    world.venue.fire("C10", "withdraw", asset="BTC", amount="0.5")
    await world.eventually(lambda: len(bot.said("drift")) > 1, within=300)
    await world.settle(within=300)
    world.expect(bot.books.balances["USDT"].total == 100)
