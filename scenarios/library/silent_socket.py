"""The account's stream stays open and says nothing more for ten minutes.

It is noticed within a minute and a half, and what happened meanwhile is read.

Faults: M4
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.strike("M4", "mute", when={"stream": "user", "nth": 1}, time="10m")
    world.venue.fill("BTC/USDT")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=180)
    await world.settle(within=180)
