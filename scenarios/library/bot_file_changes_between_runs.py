"""Between two runs the bot file names another market, while an order of the old one rests.

It is refused with the reason, nothing is forgotten, and with the old file it goes on.

Faults: C14
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue("BTC/USDT", "ETH/USDT", kind="quiet")
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    await bot.stop()
    bot.change(pair="ETH/USDT")
    await bot.start()
    await world.eventually(lambda: bool(bot.said("refused")), within=120)
    told = str(bot.said("refused")[-1].fields["reason"])
    world.expect("BTC/USDT" in told, "it names what is in the way")
    await bot.died(within=60)
    world.expect(bot.order(order.id).is_live, "nothing is forgotten")
    bot.change(pair="BTC/USDT")
    await world.settle(within=300)
    world.expect(bot.order(order.id).status == "accepted")
