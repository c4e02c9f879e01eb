"""The address is banned for ten minutes, and the bot is killed and started again meanwhile.

The ban is remembered on disk: the new process asks nothing before it is over.

Faults: L2, K1
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.fire("L2", "ban", time="10m")
    await world.eventually(lambda: bot.line == "barred", within=120)
    await bot.kill()
    await trio.sleep(30)
    await bot.start()
    await trio.sleep(700)
    await world.settle(within=300)
