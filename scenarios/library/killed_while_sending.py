"""The process is killed while its order is on the way over a slow line.

Faults: A5, C2
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import AskError
from ..world import World, WorldBot


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    bot.network.delay(400)
    bot.network.reset()
    await world.eventually(lambda: not bot.is_open, within=60)
    await world.eventually(lambda: bot.is_open, within=120)
    world.start_soon(_place, bot)
    await trio.sleep(0.5)
    await bot.kill(fault="C2")
    await trio.sleep(5)
    await bot.start()
    await world.settle(within=300)
    world.expect(len(bot.oracle.orders()) == 1, "it had left, and is adopted")


async def _place(bot: WorldBot) -> None:
    with suppress(AskError):
        await bot.place("buy", "0.01", "50000")
