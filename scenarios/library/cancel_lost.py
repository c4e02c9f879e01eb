"""A cancel is lost on its way; the next one's answer is.

The order stays live in the books until the exchange says otherwise.

Faults: A16
"""

from __future__ import annotations

import trio

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    first = {"method": "DELETE", "path": ORDER, "nth": 1}
    second = {"method": "DELETE", "path": ORDER, "nth": 2}
    world.venue.strike("A16", "drop_request", when=first)
    world.venue.strike("A16", "execute_then_drop_response", when=second)
    order = await bot.place("buy", "0.01", "50000")
    after = await bot.cancel(order.id)
    world.expect(after.is_live)
    await trio.sleep(30)
    if bot.order(order.id).is_live:
        await bot.cancel(order.id)
    await world.eventually(lambda: bot.order(order.id).status == "cancelled", within=180)
    await world.settle(within=120)
