"""Somebody asks desk and connector more at once than their mailboxes hold.

Whoever asks too much is told so; nothing is dropped, and orders go on.

Faults: H8
"""

from __future__ import annotations

from typing import Final

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    trader = world.trader(bot, every=2)
    for actor in ("desk", "connector"):
        await trio.sleep(20)
        refused = bot.flood(actor, MESSAGES)
        world.expect(refused > 0, "whoever asks too much is told so")
        world.expect(refused < MESSAGES, "what there was room for is taken")
    await trio.sleep(60)
    trader.stop()
    await world.settle(within=300)
    boxes = [node.mailbox for node in bot.system.tree().walk() if node.mailbox is not None]
    world.expect(all(box.dropped == 0 for box in boxes), "nothing was dropped")


MESSAGES: Final = 10_500  # a mailbox holds 10,000
