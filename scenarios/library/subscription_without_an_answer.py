"""A subscription to the market is not acknowledged, and nothing comes on any of its sockets.

What it does not say is asked for, and once it is heard again asking ends.

Faults: M15
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    world.venue.strike("M15", "mute", when={"path": "/ws/*", "first": 3}, time="3m")
    bot = await world.start_bot()
    await world.eventually(lambda: len(bot.said("source poll")) > 0, within=60)
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=60)
    await world.eventually(lambda: len(bot.said("source stream")) > 0, within=300)
    await world.settle(within=180)
