"""An entry with a stop and a take profit: the market goes up, the gain is taken, the stop goes.

Only one of the two rests at the exchange at a time, since both sell the same; the take profit waits
for its price here, and the stop makes way for it.

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
    world.expect(bot.order(profit).status == "inactive", "the stop rests first")
    world.venue.move("BTC/USDT", "61600")
    await world.eventually(lambda: bot.order(profit).status == "filled", within=60)
    await world.eventually(lambda: bot.order(stop).status == "cancelled", within=60)
    await world.settle(within=120)
