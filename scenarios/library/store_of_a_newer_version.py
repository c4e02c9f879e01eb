"""The store was written by a newer version.

It is refused and not touched: the version that wrote it goes on from it.

Faults: C15
"""

from __future__ import annotations

from ...storage.errors import StoreNewer
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    await bot.stop()
    with bot.disk.of_another_layout(99):
        try:
            await bot.start()
        except StoreNewer as error:
            world.expect("99" in str(error), "it says what it found")
        else:
            world.expect(bot.line == "never", "it was opened all the same")
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted", "nothing in it was changed")
