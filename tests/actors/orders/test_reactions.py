"""Promises of what one step brings about: all at once, the same each time, and then no more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from benthic.actors.market import Fill
from benthic.actors.orders import lifecycle, revising
from benthic.actors.orders.graph import Graph
from benthic.actors.orders.groups import GROUP_RULES
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import Chain, Group
from benthic.actors.orders.reactions import after_step

from . import planned
from .planned import NOW, SWAP, TERMS, a_chain, a_group, an_order, stepped, with_plan


def reacted(orders: tuple[Order, ...], before: Order, after: Order) -> tuple[Order, ...]:
    return after_step(Graph.of(orders).put(after), before, after, NOW, GROUP_RULES, TERMS)


def a_bracket() -> tuple[Order, Order, Order]:
    ends: Any = {"status": "chained", "chain": a_chain(), "group": a_group("oco")}
    return (
        an_order("entry", side="buy", price="100"),
        an_order("stop", "stop_loss", stop="90", **ends),
        an_order("profit", price="110", **ends),
    )


def test_one_fill_sets_all_free_that_wait_for_it_oldest_first() -> None:
    """G1, C3: in the commit of the fill, so that no crash can come between."""
    entry, stop, profit = a_bracket()

    changed = reacted((entry, stop, profit), entry, planned.filled(entry, "0.5"))

    assert [(each.id, each.status, str(each.amount)) for each in changed] == [
        ("stop", "due", "0.500"),
        ("profit", "due", "0.500"),
    ]


def test_the_same_step_brings_about_the_same() -> None:
    orders = a_bracket()
    after = planned.filled(orders[0], "0.5")

    assert reacted(orders, orders[0], after) == reacted(orders, orders[0], after)


def test_a_step_without_a_fill_or_an_end_brings_nothing_about() -> None:
    orders = a_bracket()

    for after in (
        revising.edited(orders[0], "edited", NOW, amount=Decimal(2)),
        lifecycle.lost(replace(orders[0], status="intent"), "no answer", NOW),
    ):
        assert reacted(orders, orders[0], after) == ()


def test_an_end_goes_through_a_chain_and_the_groups_along_it() -> None:
    """The child of a mate that is ended ends as well, and tells its own group."""
    entry, stop, profit = a_bracket()
    group, chain = Group("g-2", "oco"), Chain("profit", Decimal(1), Decimal(1))
    again = an_order("again", side="buy", status="chained", chain=chain, group=group)
    other = an_order("other", side="buy", group=group)
    ended = lifecycle.cancelled(entry, "asked to", NOW)

    orders = stepped((entry, stop, profit, again, other), entry, ended)

    assert [orders[name].status for name in ("stop", "profit", "again")] == ["cancelled"] * 3
    wish = orders["other"].wish
    assert wish is not None
    assert wish.then == "end"


def test_an_order_that_makes_a_step_may_be_changed_by_it_once_more() -> None:
    """It was held back for one that is over by its fill, so it goes out again."""
    group = a_group("balanced", SWAP)
    stop = revising.held_back(an_order("stop", "stop_loss", "1", stop="90", group=group), "x", NOW)
    stop = with_plan(stop, shelved_for="profit")
    other = an_order(
        "other", "stop_loss", "0.5", stop="80", group=group, status="inactive", keeper="desk"
    )
    profit = an_order(
        "profit", amount="0.3", price="110", status="due", group=group, forward_since=NOW
    )

    changed = reacted((stop, other, profit), stop, planned.filled(stop, "0.9"))

    after = next(each for each in changed if each.id == "stop")
    assert next(each for each in changed if each.id == "profit").status == "cancelled"
    assert after.filled > 0
    assert after.wish is not None
    assert after.wish.then == "send"


def test_an_order_that_fills_before_it_could_be_made_larger_lives_on() -> None:
    """Else what it was to grow by would be guarded by nobody (G6)."""
    order = revising.edited(an_order("x"), "grows", NOW, amount=an_order("x").amount * 2)
    one, none = Decimal(1), Decimal(0)
    fill = Fill("t-1", order.client_id, order.symbol, "sell", one, one, none, "USDT", NOW)

    after = lifecycle.filled(order, (fill,), "v-1", NOW, "c-2")

    assert (after.status, after.client_id) == ("due", "c-2")
    assert (after.filled, after.amount) == (one, Decimal(2))
    assert after.held == 0
