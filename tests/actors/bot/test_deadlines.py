"""How long a bot waits for its venue is said once, and holds for desk and connector alike (O5)."""

from __future__ import annotations

from decimal import Decimal

import pytest
import trio

from benthic.actors.orders.messages import PlaceOrder
from benthic.actors.orders.model import Order
from benthic.runtime import Millis, VirtualClock
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.config import START

from .at_venue import SYMBOL, standing

ORDER = PlaceOrder(SYMBOL, "buy", "limit", Decimal("0.01"), Decimal(40_000))


@pytest.mark.parametrize("answer", [2_000, 15_000])
def test_the_desk_waits_as_long_as_the_connector_and_no_shorter(answer: int) -> None:
    late = {"verb": "delay", "time": "60s", "when": {"method": "POST", "path": "/api/v3/order"}}

    async def story(clock: VirtualClock) -> tuple[Order, Millis]:
        async with standing(clock, late, answer=Millis(answer)) as bot:
            began = clock.elapsed()
            order = await bot.desk.ask(ORDER, timeout=Millis(40_000))
            took = Millis(clock.elapsed() - began)
            await trio.sleep(120)
            assert len(bot.reached.record.sent("POST", "/api/v3/order")) == 1
        return order, took

    order, took = run_seeded(story, seed=5, start=START)
    assert order.is_live  # what its stream tells of it comes sooner than its answer
    assert took == answer
