"""Money comes to the account without the bot.

It is booked as external, to the last digit, and said aloud; the gate is closed until then.

Faults: B9
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    before = bot.books.balances["USDT"].total
    world.venue.deposit("USDT", "250")
    await world.eventually(lambda: bool(bot.said("drift")), within=300)
    await world.settle(within=300)
    world.expect(bot.books.balances["USDT"].total == before + 250)
