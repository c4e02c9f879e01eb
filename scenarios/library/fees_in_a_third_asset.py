"""Fees are taken in a third asset, and later there is a rebate.

Each is booked in its own asset, and the trades still add up.

Faults: B10
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    deposits = {"USDT": "100000", "BTC": "2", "BNB": "50"}
    await world.open_venue("BTC/USDT", "BNB/USDT", deposits=deposits)
    bot = await world.start_bot()
    world.venue.fire("B10", "set_fees", maker="0.001", taker="0.001", fee_asset="BNB")
    trader = world.trader(bot, every=4)
    await trio.sleep(120)
    world.venue.fire("B10", "set_fees", maker="-0.0001", taker="0.0004")
    await trio.sleep(120)
    trader.stop()
    await world.settle(within=180)
    world.expect(bot.books.fees.get("BNB", 0) > 0, "fees were paid in the third asset")
