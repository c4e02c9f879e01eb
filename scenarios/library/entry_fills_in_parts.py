"""An entry fills in parts: its stop is there from the first part on, and grows with the others.

Faults: A17
"""

from __future__ import annotations

from decimal import Decimal

from ..world import World
from ..world.batches import guarded, place_all


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    entry = {"kind": "limit", "price": "59000"}
    drafts, groups = guarded("buy", "0.1", stop="58000", take_profit="61500", entry=entry)
    placed = await place_all(bot, *drafts, groups=groups)
    first, stop = placed["entry"].id, placed["stop"].id
    await world.eventually(lambda: bot.order(first).status == "accepted", within=60)
    world.venue.fill("BTC/USDT", share="0.5")
    await world.eventually(lambda: bot.order(stop).status == "accepted", within=60)
    world.expect(bot.order(stop).amount == bot.order(first).filled == Decimal("0.05"))
    await bot.cancel(first)
    await world.settle(within=120)
    world.expect(bot.order(stop).amount == Decimal("0.05"), "no more than what has filled")
