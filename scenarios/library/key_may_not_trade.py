"""The key may only read.

It is refused before anything is traded.

Faults: I4
"""

from __future__ import annotations

from ..world import World, able


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue(change=able("read"))
    bot = await world.start_bot(opened=0)
    world.happened("I4", "the key may not trade")
    await world.rests(lambda: bool(bot.said("refused")), within=120)
    await bot.died(within=60)
    world.expect(world.venue.tap.orders == [] and not bot.is_running)
