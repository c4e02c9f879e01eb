"""Amending an open order: what can change, and what that does to its place and its hold."""

from __future__ import annotations

import pytest

from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import OrderChanged

from .floor import NOW, SYMBOL, Floor
from .test_lists import floor_at_last, oco


def test_an_order_that_shrinks_keeps_its_place() -> None:
    floor = Floor()
    first = floor.send(1, "buy", 50, 100_000)
    second = floor.send(3, "buy", 50, 100_000)

    floor.engine.amend(1, SYMBOL, NOW, order_id=first.id, amount=20)
    assert floor.book() == ([(100_000, 70)], [])
    floor.send(2, "sell", 30, 100_000)

    assert (first.status, first.filled, second.filled) == ("filled", 20, 10)
    floor.clearing.check()


def test_an_amended_order_holds_for_what_is_left() -> None:
    floor = Floor()
    order = floor.send(1, "buy", 50, 100_000)
    floor.send(2, "sell", 10, 100_000)

    floor.engine.amend(1, SYMBOL, NOW, order_id=order.id, amount=30)

    assert floor.clearing.locked(1, "USDT") == order.held == 20 * 100_000 * 10**13
    assert (order.left, order.status) == (20, "partial")


def test_an_amendment_is_told_with_the_name_that_it_replaced() -> None:
    floor = Floor()
    order = floor.send(1, "buy", 50, 100_000, client_id="old")

    floor.engine.amend(1, SYMBOL, NOW, order_id=order.id, amount=30, client_id="new")

    told = floor.told(OrderChanged)[-1]
    assert (told.change, told.replaces, order.client_id) == ("replaced", "old", "new")
    assert floor.engine.order(1, SYMBOL, client_id="new") is order
    assert floor.engine.order(1, SYMBOL, client_id="old") is None


def test_an_iceberg_that_shrinks_shows_no_more_than_it_is() -> None:
    floor = Floor()
    order = floor.send(1, "buy", 100, 100_000, visible=20)

    floor.engine.amend(1, SYMBOL, NOW, order_id=order.id, amount=50)
    assert (order.shown, floor.book()) == (20, ([(100_000, 20)], []))
    floor.engine.amend(1, SYMBOL, NOW, order_id=order.id, amount=15)
    assert (order.shown, floor.book()) == (15, ([(100_000, 15)], []))

    floor.send(2, "sell", 15, 100_000)
    assert order.status == "filled"
    assert floor.book() == ([], [])


def test_the_legs_of_an_oco_shrink_together() -> None:
    floor = floor_at_last()
    _, limit, stop = oco(floor)

    floor.engine.amend(1, SYMBOL, NOW, order_id=limit.id, amount=4)

    assert (limit.amount, stop.amount) == (4, 4)
    assert floor.clearing.locked(1, "BTC") == limit.held == 4 * 10**15
    floor.clearing.check()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": 50}, "NO_CHANGE"),
        ({"amount": 51}, "AMEND"),
        ({"price": 99_000}, "AMEND"),
        ({"amount": 10}, "AMEND"),  # that much has traded
        ({"amount": 0}, "LOT_SIZE"),
        ({"amount": 20, "client_id": "other"}, "DUPLICATE_ORDER"),
    ],
)
def test_what_cannot_be_amended_is_refused_and_changes_nothing(
    change: dict[str, object], reason: str
) -> None:
    floor = Floor()
    order = floor.send(1, "buy", 50, 100_000, client_id="mine")
    floor.send(1, "buy", 50, 90_000, client_id="other")
    floor.send(2, "sell", 10, 100_000)
    held = order.held

    with pytest.raises(Refused) as caught:
        floor.engine.amend(1, SYMBOL, NOW, order_id=order.id, **change)  # type: ignore[arg-type]

    assert caught.value.reason == reason
    assert (order.amount, order.price, order.held) == (50, 100_000, held)


def test_a_stop_that_waits_cannot_be_amended() -> None:
    floor = Floor()
    order = floor.send(1, "sell", 50, kind="stop_loss", stop_price=90_000)

    with pytest.raises(Refused, match="AMEND"):
        floor.engine.amend(1, SYMBOL, NOW, order_id=order.id, amount=20)
