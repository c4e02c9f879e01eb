"""An actor finds no memory in the middle of its work, and then the host ends the process for it.

Faults: K9
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=5)
    for actor in ("desk", "connector"):
        bot.crash(actor, at_message=5, fault="K9")
        await trio.sleep(60)
    await bot.kill(back_after=10, fault="K9")
    await trio.sleep(60)
    trader.stop()
    await world.settle(within=300)
    world.expect(len(bot.lives) > 1)
