"""What the stream tells comes in another order than it happened, and balances before their trades.

Faults: B2, B8
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.venue.strike(
        "B2", "reorder", when={"event": "executionReport", "every": 2}, window=3, wait="2s"
    )
    world.venue.strike(
        "B8",
        "reorder",
        when={"stream": "user", "every": 3},
        window=2,
        wait="1s",
    )
    trader = world.trader(bot, every=4)
    await trio.sleep(300)
    trader.stop()
    await world.settle(within=180)
    world.expect(len(bot.books.trades) > 0)
    world.expect(len(bot.said("drift")) == 0, "a balance that is early is no drift")
