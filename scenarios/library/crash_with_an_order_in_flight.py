"""Each actor of the way of an order crashes while one is on its way, one after the other.

Whoever it is, the order is found out about and sent once.

Faults: H1
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import trio

from ...runtime import AskError, NoSuchActor, Refusal
from ..world import ORDER, World, WorldBot


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    for actor in ("desk", "portfolio", "connector", "store"):
        slow = {"method": "POST", "path": ORDER, "nth": 1}
        world.venue.strike("A6", "delay", when=slow, time="2s")
        world.start_soon(_place, bot)
        await trio.sleep(1)
        bot.crash(actor)
        await _place(bot)
        await trio.sleep(5)
        await world.settle(within=300)
    world.expect(len(bot.oracle.orders()) == len(world.venue.tap.orders), "none was sent twice")
    world.expect(len(bot.lives) == 1)


NO_ANSWER: Final = (AskError, NoSuchActor, Refusal)


async def _place(bot: WorldBot) -> None:
    with suppress(*NO_ANSWER):
        await bot.place("buy", "0.01", "50000")
