"""Somebody wants three hundred orders at once.

They leave no faster than an address may ask; each is answered, and none is sent twice.

Faults: H12
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import trio

from ...runtime import AskError, Refusal
from ..world import World, WorldBot


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.happened("H12", "three hundred orders are asked for at once")
    for number in range(ORDERS):
        world.start_soon(_place, bot, str(50_000 - number))
    await trio.sleep(180)
    await world.settle(within=600)
    statuses = {sent.status for sent in world.venue.tap.orders}
    world.expect(not statuses & {429, 418}, "the exchange never had to say stop")
    world.expect(len(bot.oracle.orders()) == len(world.venue.tap.accepted) > 0)


ORDERS: Final = 300


async def _place(bot: WorldBot, price: str) -> None:
    with suppress(AskError, Refusal):
        await bot.place("buy", "0.001", price)
