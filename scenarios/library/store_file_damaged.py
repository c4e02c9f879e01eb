"""The file of the store is cut off, and another time overwritten, while the bot is down.

It is not opened, and what to do is said; once the file is put back all is there.

Faults: K1, K7
"""

from __future__ import annotations

from typing import Final

from ...storage.errors import StoreDamaged
from ..world import Damage, World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    for how in DAMAGES:
        await bot.kill()
        bot.disk.damage(how)
        sent = world.venue.tap.requests
        try:
            await bot.start()
        except StoreDamaged as error:
            world.expect("put a backup in its place" in str(error), "it says what to do")
        world.expect(not bot.is_running and world.venue.tap.requests == sent, "it asks nothing")
        bot.disk.mend()
        await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")


DAMAGES: Final[tuple[Damage, ...]] = ("cut", "overwritten")
