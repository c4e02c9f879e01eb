"""The exchange is away for six hours; it comes back with the orders it had.

No restart is spent on that, and nothing is asked more often than it makes sense.

Faults: C12
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.fire("C12", "server_shutdown", after="10s")
    world.venue.fire("C12", "refuse_connections", time="6h")
    await trio.sleep(6 * 3_600 + 60)
    await world.settle(within=600)
    world.expect(bot.order(order.id).status == "accepted")
    world.expect(len(bot.lives) == 1 and len(bot.books.loads) == 1, "nobody was restarted")
