"""The process stands still for five minutes, as by SIGSTOP; all its timers are late.

Faults: K11
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=5)
    await trio.sleep(60)
    world.clock.stall(300)
    await trio.sleep(120)
    trader.stop()
    await world.settle(within=300)
