"""The process is killed once an order is on disk and before a byte of it has left.

The next life looks for it, finds nothing past the fence, and frees its money; it sends nothing.

Faults: C1
"""

from __future__ import annotations

from contextlib import suppress

from ...runtime import AskError
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    bot.kill_at(commit=1, phase="after", back_after=3, fault="C1")
    with suppress(AskError):
        await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: len(bot.lives) == 2 and bot.is_running, within=60)
    world.expect(len(bot.orders) == 1, "the intent is there")
    await world.eventually(lambda: bot.orders[0].status == "refused", within=180)
    world.expect(world.venue.tap.orders == [], "it was never sent, by neither life")
    world.expect(bot.orders[0].evidence != "")
    world.expect(bot.books.balances["USDT"].reserved == 0)
    await world.settle(within=120)
