"""What `[shutdown] orders` takes back at a venue, and what it leaves there, over memory."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from benthic.actors.bot.config import OrdersAtEnd
from benthic.actors.exchange.gate import GetGate
from benthic.actors.exchange.messages import FetchOpenOrders
from benthic.actors.market.side import Purpose
from benthic.actors.orders.messages import PlaceOrder
from benthic.cli.run.settling import settle
from benthic.runtime import Millis, Ref, VirtualClock
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.config import START

from ..actors.bot.at_venue import SYMBOL, standing

PURPOSES: tuple[Purpose, ...] = ("entry", "protective")


def left_behind(policy: OrdersAtEnd) -> tuple[set[Purpose], list[str]]:
    """What still rests at the venue once a bot has settled, and what the log was told."""
    said: list[str] = []

    def say(_: str, event: str, __: Mapping[str, object]) -> None:
        said.append(event)

    async def story(clock: VirtualClock) -> set[Purpose]:
        async with standing(clock, text=f'[shutdown]\norders = "{policy}"\n') as first:
            assert await first.system.lookup(first.bot.paths.gate).ask(GetGate()) == ()
            placed: dict[str, Purpose] = {}
            for purpose in PURPOSES:
                placed[await rest(first.desk, purpose)] = purpose
            await settle(first.system, first.bot, say)
            reports = await first.connector.ask(FetchOpenOrders(SYMBOL), timeout=Millis(30_000))
        return {placed[report.client_id] for report in reports}

    return run_seeded(story, seed=5, start=START), said


async def rest(desk: Ref, purpose: Purpose) -> str:
    """An order far below the market."""
    order = PlaceOrder(SYMBOL, "buy", "limit", Decimal("0.01"), Decimal(40_000), purpose=purpose)
    return (await desk.ask(order, timeout=Millis(30_000))).client_id


@pytest.mark.parametrize(
    ("policy", "left"),
    [("keep", {"entry", "protective"}), ("cancel_entries", {"protective"}), ("cancel_all", set())],
    ids=["keep", "cancel_entries", "cancel_all"],
)
def test_at_the_end_the_orders_are_taken_back_that_the_file_names(
    policy: OrdersAtEnd, left: set[Purpose]
) -> None:
    assert left_behind(policy) == (left, [])
