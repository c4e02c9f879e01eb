"""While the bot is down its clock is set back by a day, and that of the exchange by half a minute.

No id comes twice by it, and what was there before is still known.

Faults: K1, L5, L7
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    before = await bot.place("buy", "0.01", "50000")
    await bot.kill()
    world.venue.fire("L7", "clock_step", by="-30s")
    world.clock.step(-86_400)
    await bot.start()
    await world.eventually(lambda: bot.is_open, within=300)
    after = await bot.place("buy", "0.01", "49000")
    world.expect(after.client_id != before.client_id)
    await bot.cancel(before.id)
    await world.eventually(lambda: bot.order(before.id).status == "cancelled", within=60)
    await world.settle(within=300)
