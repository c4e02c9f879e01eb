"""Each checker of orders that belong together is proven: what is wrong with them is found out."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import TrailingDistance, Trigger
from benthic.scenarios.running.run import Options, Outcome, run_script
from benthic.scenarios.running.script import Script
from benthic.scenarios.world import Change, World, WorldBot
from benthic.scenarios.world.batches import guarded, place_all

Doctor = Callable[[WorldBot, dict[str, Order]], None]


def run(doctor: Doctor) -> Outcome:
    """A bot that has bought, with its stop at the exchange and its take profit here."""

    async def play(world: World) -> None:
        await world.open_venue()
        bot = await world.start_bot()
        drafts, groups = guarded(
            "buy",
            "0.01",
            stop="50000",
            take_profit="70000",
            entry={"kind": "market", "reference": "60000"},
        )
        placed = await place_all(bot, *drafts, groups=groups)
        stop = placed["stop"].id
        await world.eventually(lambda: bot.order(stop).status == "accepted", within=60)
        await world.settle(within=60)
        doctor(bot, {name: bot.order(order.id) for name, order in placed.items()})

    script = Script(name="planted graph", file=__file__, story="", faults=(), play=play)
    return run_script(script, Options(seed=7))


def changed(bot: WorldBot, before: Order, **fields: Any) -> None:
    """The books say that an order was changed, which it was not."""
    after = replace(before, **fields)
    bot.books.changes = (Change(before, after),)
    bot.books.orders[after.id] = after
    if after.is_live:
        bot.books.live[after.id] = after
    else:
        bot.books.live.pop(after.id, None)


def g1_too_much(bot: WorldBot, orders: dict[str, Order]) -> None:
    stop = orders["stop"]
    bot.books.changes = (
        Change(replace(stop, status="chained"), replace(stop, amount=stop.amount * 2)),
    )


def g1_too_early(bot: WorldBot, orders: dict[str, Order]) -> None:
    entry, stop = orders["entry"], orders["stop"]
    bot.books.orders[entry.id] = replace(entry, filled=Decimal(0))
    bot.books.changes = (Change(replace(stop, status="chained"), stop),)


def g2(bot: WorldBot, orders: dict[str, Order]) -> None:
    profit = orders["profit"]
    changed(bot, orders["stop"], status="filled")
    changed(bot, profit, status="filled")


def g2_too_much(bot: WorldBot, orders: dict[str, Order]) -> None:
    stop = orders["stop"]
    changed(bot, stop, filled=stop.amount * 2)


def g2_at_once(bot: WorldBot, orders: dict[str, Order]) -> None:
    changed(bot, orders["stop"], amount=orders["stop"].amount / 2)
    bot.books.live.pop(orders["profit"].id)
    bot.books.orders[orders["profit"].id] = replace(orders["profit"], status="refused")


def g3(bot: WorldBot, orders: dict[str, Order]) -> None:
    profit = orders["profit"]
    assert profit.plan is not None
    assert profit.plan.chain is not None
    chain = replace(profit.plan.chain, parent=profit.id)
    changed(bot, profit, status="chained", plan=replace(profit.plan, chain=chain))


def g4(bot: WorldBot, orders: dict[str, Order]) -> None:
    stop = orders["stop"]
    assert stop.plan is not None
    trails = replace(stop.plan, profile=TrailingDistance(Decimal("0.01"), extreme=Decimal(60_000)))
    lower = replace(trails, stop=Decimal(40_000))
    bot.books.changes = (Change(replace(stop, plan=trails), replace(stop, plan=lower)),)


def g5(bot: WorldBot, orders: dict[str, Order]) -> None:
    profit = orders["profit"]
    assert profit.plan is not None
    waits = replace(profit.plan, trigger=Trigger(Decimal(70_000), "above"))
    went = replace(waits, reference=Decimal(69_999))
    bot.books.changes = (
        Change(replace(profit, plan=waits), replace(profit, status="due", plan=went)),
    )


def g5_unheard(bot: WorldBot, orders: dict[str, Order]) -> None:
    profit = orders["profit"]
    assert profit.plan is not None
    unheard = replace(profit.plan, reference=None)
    bot.books.changes = (Change(profit, replace(profit, status="due", plan=unheard)),)


def g6(bot: WorldBot, orders: dict[str, Order]) -> None:
    stop = orders["stop"]
    bot.books.orders[stop.id] = replace(stop, status="cancelled", held=Decimal(0))


DOCTORED: tuple[tuple[str, Doctor], ...] = (
    ("G1", g1_too_much),
    ("G1", g1_too_early),
    ("G2", g2),
    ("G2", g2_too_much),
    ("G2", g2_at_once),
    ("G3", g3),
    ("G4", g4),
    ("G5", g5),
    ("G5", g5_unheard),
    ("G6", g6),
)


def test_orders_of_which_nothing_is_wrong_have_no_violation() -> None:
    assert run(lambda _, __: None).findings == ()


@pytest.mark.parametrize(
    ("code", "doctor"), DOCTORED, ids=lambda each: getattr(each, "__name__", each)
)
def test_a_planted_violation_of_orders_that_belong_together_is_found(
    code: str, doctor: Doctor
) -> None:
    assert code in [finding.code for finding in run(doctor).findings]


def test_doctoring_covers_every_rule_of_the_graph() -> None:
    assert {code for code, _ in DOCTORED} == {f"G{number}" for number in range(1, 7)}
