"""An order lies on the way for some seconds; its process is dead when it arrives.

The next life waits long enough before it takes silence for an answer.

Faults: C17, K1
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import AskError
from ..world import ORDER, World, WorldBot


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "C17", "delay", when={"method": "POST", "path": ORDER, "nth": 1}, time="4s", point="before"
    )
    world.start_soon(_place, bot)
    await trio.sleep(1)
    await bot.kill()
    await bot.start()
    world.expect(bot.oracle.orders() == [], "it has not arrived yet")
    world.never(lambda: any(each.status == "refused" for each in bot.orders), "nor is it given up")
    await trio.sleep(30)
    await world.settle(within=300)
    world.expect([each.is_open for each in bot.oracle.orders()] == [True])
    world.expect(bot.orders[0].status == "accepted", "it is adopted")


async def _place(bot: WorldBot) -> None:
    with suppress(AskError):
        await bot.place("buy", "0.01", "50000")
