"""A mode has bought with a stop, and is killed: the stop rests at the exchange, and is there again.

It is the same order after the restart, bounds all that is held, and sells it where the price falls.

Faults: A11, K1
"""

from __future__ import annotations

from ...actors.modes.guards import TAG
from ...actors.orders.model import Order
from ..world import LIVELY, World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot(mode={**LIVELY, "stop_loss": "0.03", "take_profit": "0.2"})

    def stops() -> list[Order]:
        return [
            order
            for order in bot.orders
            if order.plan is not None and order.plan.tag == TAG and order.kind == "stop_loss"
        ]

    await world.eventually(lambda: any(stop.status == "accepted" for stop in stops()), within=1_800)
    stop = next(stop for stop in stops() if stop.status == "accepted")
    await bot.kill(back_after=5)
    await bot.opened()
    await world.settle(within=300)
    world.expect(bot.order(stop.id).filled or bot.order(stop.id).is_live, "the stop is kept")
    world.venue.move("BTC/USDT", "50000")
    await world.eventually(lambda: not any(each.is_live for each in stops()), within=600)
    await world.settle(within=300)
    sold = bot.order(stop.id)
    world.expect(sold.filled == sold.amount, "all that it bounded is sold")
