"""The exchange closes a socket once it has been open for so long: a day, and here an hour.

The bot takes up its streams anew, and reads what it may have missed meanwhile.

Faults: M6
"""

from __future__ import annotations

from typing import Final

import trio
from msgspec.structs import replace

from ..venue.config import VenueConfig
from ..world import World

HOUR: Final = 3_600  # s


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue(kind="quiet", change=_closing)
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    dialled = bot.network.dialled
    await trio.sleep(HOUR + 60)
    if bot.network.dialled > dialled:
        world.happened("M6", "the exchange has closed its sockets")
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
    world.venue.fill("BTC/USDT")
    await world.eventually(lambda: bot.order(order.id).status == "filled", within=60)
    await world.settle(within=300)


def _closing(config: VenueConfig) -> VenueConfig:
    return replace(config, spot_hub=replace(config.spot_hub, life=HOUR * 1_000))
