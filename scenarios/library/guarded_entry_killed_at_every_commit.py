"""The process dies before and after each commit of an entry with a stop and a take profit.

Between the fill and the children that it sets free there is no instant: they are one commit.
Whatever it dies at, each child goes out once.

Faults: K1, C3, C4
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final, Literal

import trio

from ...runtime import AskError, NoSuchActor, Refusal
from ..world import World
from ..world.batches import AT_MARKET, guarded, place_all

PHASES: Final[tuple[Literal["before", "after"], ...]] = ("before", "after")


async def scenario(world: World) -> None:
    """Play it."""
    await world.open_venue()
    bot = await world.start_bot()
    drafts, groups = guarded("buy", "0.01", stop="58000", take_profit="61500", entry=AT_MARKET)
    for commit in range(1, 9):
        for phase in PHASES:
            bot.kill_at(commit=commit, phase=phase, back_after=2)
            with suppress(AskError, NoSuchActor, Refusal):
                await place_all(bot, *drafts, groups=groups)
            await trio.sleep(20)
            for order in list(bot.books.live.values()):
                with suppress(AskError, NoSuchActor, Refusal):
                    await bot.cancel(order.id)
            await bot.died(within=60)
            await world.settle(within=300)
    world.happened("C3", "it died between the fill of an entry and what its stop needs")
    world.happened("C4", "it died while one of the two made way for the other")
