"""The subscription ends, and for two minutes the exchange gives no other.

The gate is closed as long as nobody tells what happens to the account.

Faults: B5, B6
"""

from __future__ import annotations

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    world.venue.strike("B6", "status", when={"path": "/ws-api/*", "until": "3m"}, status=503)
    world.venue.fire("B5", "expire_listen_keys")
    world.venue.fill("BTC/USDT")
    await world.eventually(lambda: not bot.is_open, within=60)
    await world.eventually(lambda: bot.is_open, within=300)
    world.expect(bot.order(order.id).status == "filled", "what was missed was read")
    await world.settle(within=120)
