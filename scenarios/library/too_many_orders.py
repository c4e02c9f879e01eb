"""The exchange says that there are too many orders, and to wait.

Nothing is sent inside of what was said, and what was refused stays so.

Faults: A25
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import Refusal
from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "A25",
        "status",
        when={"method": "POST", "path": ORDER, "nth": 1},
        status=429,
        code=-1015,
        headers={"Retry-After": "15"},
    )
    with suppress(Refusal):
        await bot.place("buy", "0.01", "50000")
    with suppress(Refusal):
        await bot.place("buy", "0.01", "49000")
    world.expect(bot.oracle.orders() == [])
    await trio.sleep(60)
    order = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(order.id).status == "accepted", within=60)
    await world.settle(within=120)
    world.expect(len(bot.oracle.orders()) == 1, "what was refused was not sent again")
