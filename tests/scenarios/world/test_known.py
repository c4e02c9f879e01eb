"""What scenarios have found in the bot: each fault that was mended stays mended."""

from __future__ import annotations

from contextlib import suppress

import trio

from benthic.runtime import AskError, Refusal
from benthic.scenarios.world import ORDER, World

from .played import played


def test_cancels_of_an_order_in_doubt_do_not_open_the_gate() -> None:
    async def scenario(world: World) -> None:
        bot = await world.start_bot()
        for fault, method in (("A1", "POST"), ("A16", "DELETE"), ("A14", "GET")):
            world.venue.strike(fault, "drop_request", when={"path": ORDER, "method": method})
        order = await bot.place("buy", "0.01", "50000")
        for _ in range(10):
            await trio.sleep(6)
            with suppress(Refusal, AskError):
                await bot.cancel(order.id)

    assert [each.code for each in played(scenario).findings] == []  # R4
