"""The exchange answers a signed order with the address of somebody else.

Nobody follows: the key would go along.

Faults: E10
"""

from __future__ import annotations

from contextlib import suppress

from ...runtime import Refusal
from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    world.venue.strike(
        "E10",
        "redirect",
        when={"method": "POST", "path": ORDER, "nth": 1},
        location="https://elsewhere.example/api/v3/order",
        status=307,
    )
    with suppress(Refusal):
        await bot.place("buy", "0.01", "50000")
    world.expect(len(world.venue.tap.orders) == 1, "it is sent once, and followed nowhere")
    await world.settle(within=120)
    world.expect(len(bot.oracle.orders()) == len([each for each in bot.orders if each.is_live]))
