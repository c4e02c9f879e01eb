"""At the start each thing that the gate waits for comes late, one after the other.

It opens once all of it is there, and not before.

Faults: H13
"""

from __future__ import annotations

from typing import Final

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    for path in LATE:
        world.venue.strike("H13", "delay", when={"path": path, "until": "2m"}, time="7s")
    bot = await world.start_bot(opened=0)
    world.never(lambda: bot.is_open and world.clock.elapsed < EARLIEST, "it opened too early")
    await world.eventually(lambda: bot.is_open, within=300)
    await bot.place("buy", "0.01", "50000")
    await world.settle(within=120)


LATE: Final = ("/api/v3/openOrders", "/api/v3/account", "/api/v3/myTrades", "/api/v3/klines")
EARLIEST: Final = 21.0  # s: three of them are asked for one after the other
