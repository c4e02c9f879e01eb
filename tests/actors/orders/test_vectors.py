"""Vectors of the precedent for orders that belong together: each is met, or it is said why not.

The rows are numbers, `tests/data/precedent_vectors.json`. What differs on purpose is told in
docs/order-path.md as well, which is held against the same table.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from benthic.actors.market import Fees, Instrument, Symbol
from benthic.actors.orders import revising, trailing, triggers
from benthic.actors.orders.adapting import (
    adapt_amount,
    adapt_price,
    affordable,
    check_and_adapt,
    split,
    with_dust,
)
from benthic.actors.orders.chains import outdated_limit_price
from benthic.actors.orders.graph import Graph
from benthic.actors.orders.groups import reduced, room_for
from benthic.actors.orders.levels import is_reached
from benthic.actors.orders.messages import Unplaceable
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import TrailingStep, TrailingSteps
from benthic.actors.orders.trailing import steps_for

from .planned import MARKET, NOW, SWAP, a_group, an_order, filled, stepped

ROOT = Path(__file__).resolve().parents[3]
ROWS = json.loads((ROOT / "tests/data/precedent_vectors.json").read_text("utf-8"))
PAGE = (ROOT / "docs/order-path.md").read_text("utf-8")

ON_PURPOSE = {
    "precision-029": "not a number is refused with its reason, and never handed on",
    "precision-041": "bounds of the price are the venue's to refuse; no such bound is kept here",
    "precision-053": "a part below the minimum would be refused: it shares with a full one",
    "precision-057": "where nothing bounds an order there is nothing to split, which is no error",
    "precision-071": "contracts are paid with margin: room for fees is asked on spot markets alone",
    "chained-order-003": "a sell is moved up to the step, so that it is never deeper than 0.5 %",
}


def number(value: object) -> Decimal:
    return Decimal(str(value))


def a_market(digits: int = 8, **limits: Any) -> Instrument:
    """A market with so many digits, and limits as a vector writes them."""
    kept: dict[str, Any] = {key: limits.get(key) for key in ("max_amount", "max_cost")}
    step = Decimal(1).scaleb(-digits)
    most: dict[str, Any] = {key: value and number(value) for key, value in kept.items()}
    return Instrument(
        Symbol("BTC", "USDT"),
        step,
        step,
        number(limits.get("min_amount") or 0),
        number(limits.get("min_cost") or 0),
        Fees(Decimal(0), Decimal(0)),
        **most,
    )


def digits_of(inputs: dict[str, Any], key: str) -> int:
    told = inputs[key]
    return told if isinstance(told, int) else int(told.rpartition(" ")[2])  # "absent -> 8"


def rounding(inputs: dict[str, Any]) -> Any:
    return "up" if inputs.get("round_up") else "down"


def price(inputs: dict[str, Any]) -> Decimal:
    market = a_market(digits_of(inputs, "price_digits"))
    return adapt_price(number(inputs["price"]), market, rounding(inputs))


def quantity(inputs: dict[str, Any]) -> Decimal:
    market = a_market(digits_of(inputs, "amount_digits"))
    return adapt_amount(number(inputs["quantity"]), market, rounding(inputs))


def digits(inputs: dict[str, Any]) -> Decimal:
    return adapt_amount(number(inputs["value"]), a_market(inputs["digits"]), rounding(inputs))


def whole(inputs: dict[str, Any]) -> list[list[Decimal]]:
    """The orders of a wish; none where it is refused, since here that is an error with a reason."""
    try:
        orders = check_and_adapt(
            number(inputs["quantity"]), number(inputs["price"]), a_market(**inputs["limits"])
        )
    except Unplaceable:
        return []
    return [list(order) for order in orders]


def parts(inputs: dict[str, Any]) -> list[list[Decimal]]:
    at = number(inputs["price"])
    return [[part, at] for part in split(number(inputs["quantity"]), at, a_market(**inputs))]


def dust(inputs: dict[str, Any]) -> Decimal:
    amount, price, holding = (number(inputs[name]) for name in ("quantity", "price", "holding"))
    return with_dust(amount, price, holding, a_market(**inputs["limits"]))


def fees(inputs: dict[str, Any]) -> Decimal:
    free = number(inputs["total_quote"]) - number(inputs["locked_quote"])
    fee = number(inputs["fee"].partition(" ")[0])
    return affordable(number(inputs["quantity"]), number(inputs["price"]), free, fee, a_market(8))


def steps(inputs: dict[str, Any]) -> list[Decimal | None]:
    levels = [Decimal(each) for each in (10_000, 12_000, 13_000, 15_000)]
    profile: Any = TrailingSteps(tuple(TrailingStep(each, each + 1) for each in levels), "above")
    stops: list[Decimal | None] = []
    for at in inputs["prices"]:
        profile, stop = trailing.moved(profile, number(at), "sell", None)
        stops.append(stop)
    return stops


def profile(inputs: dict[str, Any]) -> list[list[Decimal]]:
    prices = [number(each) for each in inputs["take_profits"]]
    up = steps_for(number(inputs["entry"]), prices, "above")
    down = steps_for(10 - number(inputs["entry"]), [10 - each for each in prices], "below")

    assert [(10 - step.stop, 10 - step.price) for step in down.steps] == [
        (step.stop, step.price) for step in up.steps
    ]
    return [[step.stop, step.price] for step in up.steps]


def the_group(inputs: dict[str, Any]) -> tuple[Order, ...]:
    if inputs["group"] == "empty":
        return ()
    assert inputs["group"] == "TP orders 1 and 5, stop 10"
    group = a_group("balanced")
    return (
        an_order("stop", "stop_loss", "10", stop="90", group=group),
        an_order("one", amount="1", price="110", group=group),
        an_order("five", amount="5", price="120", group=group),
    )


def room(inputs: dict[str, Any]) -> Decimal:
    return room_for(the_group(inputs), "stop" if "stop" in inputs["type"] else "profit")


def fits(inputs: dict[str, Any]) -> bool | list[bool]:
    amounts = [number(each) for each in inputs["quantity"].split(" / ")]
    found = [amount <= room(inputs) for amount in amounts]
    return found if len(found) > 1 else found[0]


def side(inputs: dict[str, Any]) -> dict[str, Any]:
    """What becomes of each order of one side; None: it stays as it is."""
    orders = [
        an_order(f"o-{number}", amount=amount, price="110")
        for number, amount in enumerate(inputs["orders"])
    ]
    left = {order.id: left for order, left in reduced(orders, number(inputs["target"]))}
    return {
        "cancel": [order.amount for order in orders if left.get(order.id) == 0],
        "update": [
            [order.amount, left.get(order.id)] for order in orders if left.get(order.id) != 0
        ],
    }


def sorting(inputs: dict[str, Any]) -> str:
    assert inputs["orders"] == "(origin,created): (1,2), (15,3), (50,55)"
    pairs = {"1": "2", "15": "3", "50": "55"}
    orders = [an_order(one, price=one, reference=other) for one, other in pairs.items()]
    gone = [order for order, _ in reduced(orders, Decimal(0))]
    words = [
        f"({order.id},{pairs[order.id]}) distance {abs(int(order.id) - int(pairs[order.id]))}"
        for order in gone
    ]
    return f"order of reduction: {', '.join(words)}"


def swap(inputs: dict[str, Any]) -> dict[str, Decimal]:
    assert inputs == {"after": "first TP filled", "activate": "TP 0.25"}
    group = a_group("balanced", SWAP)
    stop = an_order("stop", "stop_loss", "0.6", stop="90", group=group)
    forward = an_order("one", amount="0.25", price="110", status="inactive", group=group)
    other = an_order("two", amount="0.35", price="120", status="inactive", group=group)
    graph = triggers.put_forward(Graph.of((stop, forward, other)), forward, NOW, MARKET)
    return {"remaining_stop": revising.target(graph.orders["stop"])[0]}


def trailed(inputs: dict[str, Any]) -> list[dict[str, Any]]:
    assert inputs["steps"] == ["activate 0.4", "fill 0.4", "activate 0.2", "fill 0.2"]
    group = a_group("trailing_on_filled_take_profit", SWAP)
    levels = TrailingSteps(
        tuple(TrailingStep(Decimal(each), Decimal(each)) for each in (20, 30)), "above"
    )
    orders = {
        "stop": an_order("stop", "stop_loss", "0.6", stop="8", group=group, profile=levels),
        "0.4": an_order("0.4", amount="0.4", price="20", status="inactive", group=group),
        "0.2": an_order("0.2", amount="0.2", price="30", status="inactive", group=group),
    }
    told: list[dict[str, Any]] = []
    for step in inputs["steps"]:
        deed, _, name = step.partition(" ")
        if deed == "activate":
            graph = triggers.put_forward(Graph.of(orders.values()), orders[name], NOW, MARKET)
            orders = dict(graph.orders)
        else:
            before = replace(orders[name], status="accepted")  # it has been sent by now
            orders = stepped(orders.values(), before, filled(before, name))
        told.append(seen(orders["stop"], told))
    return told


def seen(stop: Order, before: list[dict[str, Any]]) -> dict[str, Any]:
    """A stop as the vector tells of it, which tells of what is new."""
    amount, _, level = revising.target(stop)
    wish = stop.wish
    if wish is not None and wish.then == "end":
        return {"stop_closed": True}
    if wish is not None and wish.then == "hold":
        return {"stop_inactive": True, "price": level}
    if not before:
        return {"stop_quantity": amount, "stop_price": level}
    return {"stop_price": level, "stop_quantity": amount}


def clamp(inputs: dict[str, Any]) -> Decimal:
    at = number(inputs["price"])
    return outdated_limit_price(inputs["side"], at, number(inputs["mark"]), Decimal("1E-8"))


def crossing(inputs: dict[str, Any]) -> bool:
    assert inputs["event"] == "at 2, below, allow instant"
    at = number(inputs["recent_price"])

    assert not is_reached(at, Decimal(2), "above")
    return is_reached(at, Decimal(2), "below")


RUN: dict[str, Callable[[dict[str, Any]], Any]] = {
    "adapt_price": price,
    "adapt_quantity": quantity,
    "truncate_digits": digits,
    "adapt_order": whole,
    "split_orders": parts,
    "add_dust": dust,
    "reduce_buy_for_fees": fees,
    "filled_take_profit_profile": steps,
    "create_profile": profile,
    "can_create": fits,
    "max_order_quantity": room,
    "balance_side": side,
    "side_balance_sorting": sorting,
    "swap_reduce_stop": swap,
    "trail_after_fill": trailed,
    "outdated_limit_price": clamp,
    "instant_trigger_from_recent": crossing,
}
MET = [row for row in ROWS if row["id"] not in ON_PURPOSE]


def plain(value: Any) -> Any:
    """Numbers as numbers, however a vector writes them."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return value


@pytest.mark.parametrize("row", MET, ids=lambda row: row["id"])
def test_a_vector_of_the_precedent_is_met(row: dict[str, Any]) -> None:
    assert plain(RUN[row["operation"]](row["inputs"])) == plain(row["expected"])


def test_what_differs_is_among_the_vectors_and_is_told_of() -> None:
    known = {row["id"] for row in ROWS}

    assert ON_PURPOSE.keys() <= known
    assert [name for name, why in ON_PURPOSE.items() if f"| {name} | {why} |" not in PAGE] == []


def test_what_differs_does_so_as_it_says() -> None:
    rows = {row["id"]: row["inputs"] for row in ROWS}

    with pytest.raises(Unplaceable, match="no number that can be traded"):
        digits(rows["precision-029"])
    assert whole(rows["precision-041"]) == [[Decimal(1), Decimal("0.1")]]
    assert [
        part for part, _ in parts({**rows["precision-053"], **rows["precision-053"]["limits"]})
    ] == [
        Decimal(1),
        Decimal(1),
        Decimal("1.5"),
        Decimal("1.5"),
    ]
    assert tuple(split(Decimal(5), Decimal(20), a_market())) == (Decimal(5),)
    assert clamp(rows["chained-order-003"]) == Decimal("154.55666667")
