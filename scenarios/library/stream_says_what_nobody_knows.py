"""The stream tells of types and fields that nobody knows, and of orders and markets of others.

What an event that cannot be read would have said is found out by asking.

Faults: B13, B14
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    for number, kind in enumerate(
        ("unknown_event", "unknown_field", "foreign_order", "wrong_symbol"), 3
    ):
        code = "B13" if kind.startswith("unknown") else "B14"
        when = {"event": "executionReport", "every": number}
        world.venue.strike(code, "garbage", when=when, kind=kind)
    trader = world.trader(bot, every=4)
    await trio.sleep(300)
    trader.stop()
    await world.settle(within=180)
    world.expect(len(bot.lives) == 1 and len(bot.books.loads) == 1, "nobody was restarted")
