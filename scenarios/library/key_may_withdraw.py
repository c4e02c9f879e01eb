"""The key may withdraw, which a bot does not need.

It is refused before anything is traded, with the reason.

Faults: I3
"""

from __future__ import annotations

from ..world import World, able


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue(change=able("read", "trade", "withdraw"))
    bot = await world.start_bot(opened=0)
    world.happened("I3", "the key may withdraw")
    await world.rests(lambda: bool(bot.said("refused")), within=120)
    (told,) = bot.said("refused")
    world.expect("withdraw" in str(told.fields["reason"]), "it says why")
    await bot.died(within=60)
    world.expect(world.venue.tap.orders == [] and not bot.is_running)
