"""The host's clock runs too fast, and the host goes by another zone.

How far it is from the clock of the exchange is measured again and again; zones mean nothing here.

Faults: L4, L6
"""

from __future__ import annotations

import trio

from ..world import World


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    world.clock.drift(5_000)
    world.clock.move_zone("America/New_York")
    trader = world.trader(bot, every=6)
    await trio.sleep(300)
    world.clock.drift(-8_000)
    world.clock.move_zone("Asia/Kathmandu")
    await trio.sleep(300)
    trader.stop()
    late = [sent for sent in world.venue.tap.orders if sent.was_too_late]
    world.expect(
        len(late) <= len(world.venue.tap.orders) // 10, "it measures anew before that hurts"
    )
    await world.settle(within=300)
