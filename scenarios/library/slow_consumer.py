"""Ten thousand messages come at once, again and again, and the bot reads more slowly than that.

Market data may be dropped, orders not: they go on, and no mailbox grows beyond its bound.

Faults: M14
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    burst = {"event": "aggTrade", "every": 10}
    world.venue.strike("M14", "burst", when=burst, count=5_000)
    for number in range(4):
        await trio.sleep(20)
        order = await bot.place("buy", "0.01", str(50_000 - number))
        await world.eventually(lambda: bot.order(order.id).status == "accepted", within=60)  # noqa: B023
    await world.settle(within=180)
    boxes = [node.mailbox for node in bot.system.tree().walk() if node.mailbox is not None]
    world.expect(all(box.high_water <= box.bound for box in boxes), "no mailbox was over its bound")
