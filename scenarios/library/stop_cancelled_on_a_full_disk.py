"""Somebody cancels a stop while the disk is full: it goes, and does not come back with the disk.

A stop that the exchange takes off its book by itself is sent again; this one was not wanted.

Faults: K3
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import Refusal
from ..world import World
from ..world.batches import AT_MARKET, guarded, place_all


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    drafts, groups = guarded("buy", "0.1", stop="58000", take_profit="61500", entry=AT_MARKET)
    stop = (await place_all(bot, *drafts, groups=groups))["stop"]
    await world.eventually(lambda: bot.order(stop.id).status == "accepted", within=60)
    bot.disk.fill()
    with suppress(Refusal):
        await bot.cancel(stop.id)
    await trio.sleep(130)  # and memory is looked at meanwhile (P1)
    world.expect(bot.oracle.open_orders() == [], "a cancel needs no room on the disk")
    bot.disk.mend()
    await world.settle(within=300)
    world.expect(bot.order(stop.id).status == "cancelled", "nobody sent it again")
