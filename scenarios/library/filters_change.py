"""The market's least value rises tenfold while the bot trades.

The exchange refuses what was fine before; each refusal frees its money once.

Faults: A10
"""

from __future__ import annotations

from ...runtime import Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    await bot.place("buy", "0.001", "50000")
    world.venue.fire("A10", "change_filter", symbol="BTCUSDT", min_cost="500")
    placed = 0
    for price in ("50000", "49000", "48000"):
        try:
            await bot.place("buy", "0.001", price)
            placed += 1
        except Refusal:
            continue
    world.expect(placed == 0)
    world.expect((await bot.place("buy", "0.02", "50000")).status == "accepted")
    await world.settle(within=120)
