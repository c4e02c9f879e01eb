"""What desk and connector do is cancelled at each of its checkpoints, one after the other.

An order is placed and taken back each time. A cancel is a crash to the actor's supervisor;
whatever was acknowledged is there, and nothing is sent twice.

Faults: H7
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import trio

from ...runtime import AskError, NoSuchActor, Refusal
from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    bot = await world.start_bot()
    for actor, checkpoints in EVERY:
        for checkpoint in range(1, checkpoints + 1):
            bot.cancel_at(actor, checkpoint=checkpoint)
            with suppress(*NO_ANSWER):
                order = await bot.place("buy", "0.01", "50000")
                await bot.cancel(order.id)
            await trio.sleep(1)
            world.calm()
            await world.settle(within=300)
    world.expect(len(bot.lives) == 1, "its supervisors got over all of it")
    world.expect(len(bot.oracle.orders()) == len(world.venue.tap.accepted))


EVERY: Final = (("desk", 8), ("connector", 14))
NO_ANSWER: Final = (AskError, NoSuchActor, Refusal)
