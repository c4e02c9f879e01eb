"""A process that was left behind still has the store when the next one starts.

Two never write it: the second is refused, until the first is gone.

Faults: K1, K12
"""

from __future__ import annotations

import trio

from ...storage.errors import StoreBusy
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    await bot.kill()
    bot.disk.hold()
    for _ in range(3):
        try:
            await bot.start()
        except StoreBusy as error:
            world.expect("stop that bot first" in str(error), "it says what to do")
        world.expect(not bot.is_running, "two never write one store")
        await trio.sleep(20)
    bot.disk.mend()
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
