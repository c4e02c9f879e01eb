"""The exchange cancels a stop by itself: it goes out again, under another name.

Faults: A26
"""

from __future__ import annotations

from ..world import World
from ..world.batches import AT_MARKET, guarded, place_all


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    drafts, groups = guarded("buy", "0.1", stop="58000", take_profit="61500", entry=AT_MARKET)
    stop = (await place_all(bot, *drafts, groups=groups))["stop"]
    await world.eventually(lambda: bot.order(stop.id).status == "accepted", within=60)
    world.venue.fire("A26", "venue_cancel", symbol="BTCUSDT")
    await world.eventually(lambda: bot.order(stop.id).client_id != stop.client_id, within=120)
    await world.eventually(lambda: bot.order(stop.id).status == "accepted", within=120)
    await world.settle(within=120)
