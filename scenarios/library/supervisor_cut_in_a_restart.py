"""A supervisor is cancelled in the middle of restarting those below it.

No child is left half started: the one above starts the group anew.

Faults: H1, H5
"""

from __future__ import annotations

from contextlib import suppress

import trio

from ...runtime import AskError
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    order = await bot.place("buy", "0.01", "50000")
    account = bot.paths.desk.rpartition("/")[0]
    for checkpoint in (1, 2):
        bot.crash("desk", message="ListOpenOrders")
        bot.cancel_at(account, checkpoint=checkpoint, fault="H5")
        with suppress(AskError):
            await bot.live_orders()
        await trio.sleep(30)
        world.calm()
        await world.settle(within=300)
    world.expect([each.id for each in await bot.live_orders()] == [order.id])
    world.expect(len(bot.lives) == 1)
