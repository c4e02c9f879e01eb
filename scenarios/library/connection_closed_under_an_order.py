"""The connection on which an order is sent was closed by the other end.

Whether it had arrived nobody can say, and it is not sent again: once it had not, once it had.

Faults: E11
"""

from __future__ import annotations

from ..world import ORDER, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    first = {"method": "POST", "path": ORDER, "nth": 1}
    second = {"method": "POST", "path": ORDER, "nth": 2}
    world.venue.strike("E11", "reset", when=first, point="before")
    world.venue.strike("E11", "reset", when=second, point="after")
    one = await bot.place("buy", "0.01", "50000")
    await world.eventually(lambda: bot.order(one.id).status == "refused", within=180)
    other = await bot.place("buy", "0.01", "49000")
    await world.eventually(lambda: bot.order(other.id).status == "accepted", within=180)
    world.expect([each.client_id for each in bot.oracle.orders()] == [other.client_id])
    await world.settle(within=120)
