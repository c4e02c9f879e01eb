"""Connector, desk, portfolio, gate and feed crash one after the other while the bot trades.

Each is restarted after its kind, and comes back to what the store has.

Faults: H1
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=5)
    for actor in ("connector", "desk", "portfolio", "gate", "feed"):
        bot.crash(actor, at_message=3)
        await trio.sleep(120)
    trader.stop()
    await world.settle(within=300)
    world.expect(bot.is_running and len(bot.lives) == 1)
