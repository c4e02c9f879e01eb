"""Promises of triggers: an order goes at its price, and never together with what it shares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, get_args

import pytest

from benthic.actors.feeds.thresholds import Direction
from benthic.actors.market import Kind, Side
from benthic.actors.market.side import STOPS, TRIGGERED
from benthic.actors.orders import lifecycle, revising, triggers
from benthic.actors.orders.graph import Graph
from benthic.actors.orders.levels import class_of, is_reached, level_of
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import Swap, Trigger
from benthic.actors.orders.sending import kind_sent
from benthic.runtime import Millis

from .planned import MARKET, NOW, SWAP, a_chain, a_group, an_order, filled, stepped, with_plan

OCO, BALANCED = a_group("oco", SWAP), a_group("balanced", SWAP)
LATER = Millis(NOW + SWAP.timeout)
KINDS: tuple[Kind, ...] = get_args(Kind)


def a_stop(amount: str = "1", name: str = "stop", **more: Any) -> Order:
    more.setdefault("group", OCO)
    return an_order(name, "stop_loss", amount, stop="90", **more)


def a_profit(amount: str = "1", name: str = "profit", **more: Any) -> Order:
    more = {"status": "inactive", "trigger": Trigger(Decimal(110), "above"), "group": OCO, **more}
    return an_order(name, amount=amount, price="110", **more)


def forward(graph: Graph, name: str) -> Graph:
    return triggers.put_forward(graph, graph.orders[name], NOW, MARKET)


def off_the_book(graph: Graph, name: str) -> Graph:
    """The venue has taken an order off, as it was asked to."""
    return graph.put(lifecycle.withdrawn(graph.orders[name], "off", NOW, f"c-{name}-2"))


def wish_of(order: Order) -> str:
    return "" if order.wish is None else order.wish.then


@pytest.mark.parametrize("kind", sorted(TRIGGERED))
@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_stop_goes_against_and_a_take_profit_with_what_it_guards(kind: Kind, side: Side) -> None:
    above: Direction = "above" if (kind in STOPS) == (side == "buy") else "below"

    assert level_of(side, kind, Decimal(100)) == (Decimal(100), above)
    assert is_reached(Decimal(100), *level_of(side, kind, Decimal(100)))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_with_stop_in_its_meaning_is_of_the_stop_side(kind: Kind) -> None:
    assert class_of(an_order("x", kind)) == ("stop" if "stop" in kind else "profit")


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("stop_loss", "market"),
        ("take_profit", "market"),
        ("trailing_stop", "market"),
        ("stop_limit", "limit"),
        ("take_profit_limit", "limit"),
        ("trailing_stop_limit", "limit"),
        ("limit", "limit"),
        ("market", "market"),
    ],
)
def test_what_the_desk_waits_for_is_sent_as_what_it_is_then(kind: Kind, sent: Kind) -> None:
    keeper = "desk" if kind in TRIGGERED else "venue"
    order = an_order("x", kind, status="inactive", stop="90", keeper=keeper)

    after = triggers.triggered(order, NOW)

    assert after.status == "due"
    assert kind_sent(after) == sent


def test_one_with_a_trigger_and_a_stop_of_its_own_waits_for_both_in_turn() -> None:
    trigger = Trigger(Decimal(120), "above")
    order = an_order(
        "x", "stop_loss", status="inactive", stop="115", keeper="desk", trigger=trigger
    )

    first = triggers.triggered(order, NOW)
    second = triggers.triggered(first, NOW)

    assert (first.status, second.status) == ("inactive", "due")
    assert first.plan is not None
    assert first.plan.trigger is None


def test_in_an_oco_what_rests_is_off_the_book_before_the_other_goes() -> None:
    """G2: at no time can both trade."""
    graph = forward(Graph.of((a_stop(), a_profit())), "profit")

    assert graph.orders["profit"].status == "due"
    assert wish_of(graph.orders["stop"]) == "hold"
    assert not triggers.may_go(graph, graph.orders["profit"])

    graph = off_the_book(graph, "stop")

    assert graph.orders["stop"].status == "inactive"
    assert triggers.may_go(graph, graph.orders["profit"])


def test_in_a_balanced_group_what_rests_gives_what_goes() -> None:
    orders = (
        a_stop(group=BALANCED),
        a_profit("0.4", "one", group=BALANCED),
        a_profit("0.6", "two", group=BALANCED),
    )
    graph = forward(Graph.of(orders), "one")

    assert revising.target(graph.orders["stop"])[0] == Decimal("0.6")
    assert not triggers.may_go(graph, graph.orders["one"])

    graph = off_the_book(graph, "stop")

    assert triggers.may_go(graph, graph.orders["one"])
    assert triggers.may_go(graph, graph.orders["stop"])


def test_what_would_leave_less_than_the_venue_takes_makes_way_as_a_whole() -> None:
    orders = (a_stop(group=BALANCED), a_profit("0.998", "one", group=BALANCED))

    assert wish_of(forward(Graph.of(orders), "one").orders["stop"]) == "hold"


@pytest.mark.parametrize("is_off", ["off", "not off yet"])
def test_what_did_not_fill_in_time_is_turned_back_and_the_other_goes_out_again(
    is_off: str,
) -> None:
    graph = forward(Graph.of((a_stop(), a_profit())), "profit")
    graph = off_the_book(graph, "stop") if is_off == "off" else graph
    graph = graph.put(lifecycle.sent(graph.orders["profit"], "BTC", Decimal(1), NOW))

    early = triggers.turned_back(graph, graph.orders["profit"], Millis(LATER - 1))
    assert early is graph
    graph = triggers.turned_back(graph, graph.orders["profit"], LATER)

    assert wish_of(graph.orders["profit"]) == "hold"
    stop = graph.orders["stop"]
    assert stop.status == "due" if is_off == "off" else wish_of(stop) == "send"
    assert stop.status != "due" or not triggers.may_go(graph, stop)


def test_what_was_taken_comes_back_less_what_has_filled() -> None:
    orders = (
        a_stop(group=BALANCED),
        a_profit("0.4", "one", group=BALANCED),
        a_profit("0.6", "two", group=BALANCED),
    )
    graph = off_the_book(forward(Graph.of(orders), "one"), "stop")
    sent = lifecycle.sent(graph.orders["one"], "BTC", Decimal(1), NOW)
    after = stepped(graph.put(sent), sent, filled(sent, "0.1"))

    graph = triggers.turned_back(Graph.of(after.values()), after["one"], LATER)

    assert revising.target(graph.orders["stop"])[0] == Decimal("0.9")


def test_what_nobody_can_stand_in_for_rests_on() -> None:
    """The stop has gone in the meantime: an exit that is far is better than none (G6)."""
    profit = with_plan(a_profit(status="accepted"), forward_since=NOW)

    graph = triggers.turned_back(Graph.of((profit,)), profit, LATER)

    after = graph.orders["profit"]
    assert (wish_of(after), after.status) == ("", "accepted")
    assert after.plan is not None
    assert after.plan.forward_since is None


@pytest.mark.parametrize("group", [OCO, BALANCED], ids=["oco", "balanced"])
def test_what_the_venue_refuses_gives_back_what_it_took(group: Any) -> None:
    """G6: the stop that made way goes out again at once."""
    graph = forward(Graph.of((a_stop(group=group), a_profit("0.5", group=group))), "profit")
    graph = off_the_book(graph, "stop")
    sent = lifecycle.sent(graph.orders["profit"], "BTC", Decimal(1), NOW)

    after = stepped(graph.put(sent), sent, lifecycle.refused(sent, "no", NOW))

    assert after["stop"].status == "due"
    assert after["stop"].amount == Decimal(1)


def test_a_stop_that_the_desk_keeps_turns_back_what_is_forward() -> None:
    stop = a_stop(status="inactive", keeper="desk")
    graph = forward(Graph.of((stop, a_profit())), "profit")
    graph = graph.put(lifecycle.sent(graph.orders["profit"], "BTC", Decimal(1), NOW))

    graph = forward(graph, "stop")

    assert graph.orders["stop"].status == "due"
    assert wish_of(graph.orders["profit"]) == "hold"
    assert not triggers.may_go(graph, graph.orders["stop"])
    assert triggers.may_go(off_the_book(graph, "profit"), graph.orders["stop"])


def test_with_take_profits_first_it_is_the_stop_that_waits_its_turn() -> None:
    group = a_group("oco", Swap("take_profit_first", SWAP.timeout))
    profit = a_profit(status="accepted", trigger=None, group=group)
    stop = a_stop(status="inactive", trigger=Trigger(Decimal(90), "below"), group=group)

    graph = forward(Graph.of((profit, stop)), "stop")

    assert graph.orders["stop"].status == "due"
    assert wish_of(graph.orders["profit"]) == "hold"


def test_without_a_swap_all_of_a_group_may_be_out() -> None:
    group = a_group("oco")
    stop, profit = a_stop(group=group), a_profit(group=group)

    graph = forward(Graph.of((stop, profit)), "profit")

    assert graph.orders["stop"] is stop
    assert triggers.may_go(graph, graph.orders["profit"])


def test_what_grows_while_it_is_forward_takes_that_as_well() -> None:

    entry = an_order("entry", side="buy", price="100", filled="0.5")
    stop = a_stop("0.5", group=BALANCED, chain=a_chain())
    one = a_profit("0.2", "one", group=BALANCED, chain=a_chain("0.4"))
    two = a_profit("0.3", "two", group=BALANCED, chain=a_chain("0.6"))
    graph = forward(Graph.of((entry, stop, one, two)), "one")

    after = stepped(graph, entry, filled(entry, "0.5"))

    assert revising.target(after["stop"])[0] == Decimal("0.6")
    assert revising.target(after["one"])[0] == Decimal("0.4")
    assert revising.target(after["two"])[0] == Decimal("0.6")
