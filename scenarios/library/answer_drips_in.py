"""Answers come byte by byte, and the line carries next to nothing.

A deadline is for the whole answer: the order counts as unknown, and is looked up.

Faults: E8
"""

from __future__ import annotations

import trio

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    slow = {"method": "POST", "path": ORDER, "nth": 1}
    world.venue.strike("E8", "dribble", when=slow, size=1, every="1s")
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=120)
    bot.network.throttle(2_000)
    other = await bot.place("buy", "0.01", "49000")
    await trio.sleep(60)
    await world.settle(within=300)
    world.expect(bot.order(other.id).status == "accepted")
    world.expect(len(bot.oracle.orders()) == 2)
