"""An entry with a stop and a take profit: the market goes down, and the stop is met.

Faults: A11
"""

from __future__ import annotations

from ..world import World
from ..world.batches import AT_MARKET, guarded, place_all


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    drafts, groups = guarded("buy", "0.1", stop="58000", take_profit="61500", entry=AT_MARKET)
    placed = await place_all(bot, *drafts, groups=groups)
    stop, profit = placed["stop"].id, placed["profit"].id
    await world.eventually(lambda: bot.order(stop).status == "accepted", within=60)
    world.venue.move("BTC/USDT", "57900")
    await world.eventually(lambda: bot.order(stop).status == "filled", within=60)
    world.expect(bot.order(profit).status == "cancelled", "one ends the other")
    await world.settle(within=120)
