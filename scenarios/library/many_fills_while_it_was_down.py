"""While the bot is down its order fills in more parts than one answer holds.

The next life reads page after page until it has them all.

Faults: C8
"""

from __future__ import annotations

from typing import Final

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "1.5", "50000")
    await bot.kill()
    for _ in range(PARTS):
        world.venue.fire("C8", "fill", symbol="BTCUSDT", share="0.0006")
    await bot.start()
    await world.settle(within=600)
    world.expect(len(bot.oracle.trades()) == PARTS)
    world.expect(sum(bot.books.trades.values()) == PARTS, "each was booked, once")
    world.expect(bot.order(order.id).status == "accepted")


PARTS: Final = 1_020  # the exchange gives 1,000 at a time
