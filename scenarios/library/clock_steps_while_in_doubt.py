"""The wall clock is set forward while an order is in doubt, and its look-ups lag behind.

What is proven by time that has gone by must not be proven by a clock that was set: the order rests
at the exchange, and is not given up.

Faults: A2, A7, A14, L5
"""

from __future__ import annotations

import trio

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    place, look = {"method": "POST", "path": ORDER}, {"method": "GET", "path": ORDER}
    world.venue.strike("A7", "drop", when={"event": "executionReport", "first": 2})
    world.venue.strike("A2", "execute_then_drop_response", when={**place, "nth": 1})
    world.venue.strike("A14", "query_lag", when={**look, "first": 30}, time="14s")
    order = await bot.place("buy", "0.01", "50000")
    world.expect(order.status == "unknown")
    world.clock.step(30)
    await trio.sleep(60)
    world.expect(bot.order(order.id).status == "accepted", "it rests there, and here")
    await world.settle(within=120)
