"""Order lists: one cancels the other, one triggers the other, and both."""

from __future__ import annotations

import pytest

from benthic.actors.market.side import Side
from benthic.actors.matching.lists import OrderList
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import ListChanged, Order, OrderRequest

from .floor import NOW, SYMBOL, Floor, wanted

LAST = 100_000
UP, DOWN = 101_000, 99_000


def floor_at_last() -> Floor:
    floor = Floor()
    floor.trade_at(LAST)
    return floor


def sell_legs(account: int = 1, amount: int = 10) -> tuple[OrderRequest, OrderRequest]:
    return (
        wanted(account, "sell", amount, UP, time_in_force="GTX"),
        wanted(account, "sell", amount, kind="stop_loss", stop_price=DOWN),
    )


def oco(floor: Floor) -> tuple[OrderList, Order, Order]:
    list_id, (limit, stop) = floor.engine.submit_list(sell_legs(), NOW, client_id="both")
    made = floor.engine.order_list(1, list_id)
    assert made is not None
    return made, limit, stop


def states(floor: Floor) -> list[str]:
    return [each.state for each in floor.engine.events if isinstance(each, ListChanged)]


def test_an_oco_holds_for_one_of_its_legs() -> None:
    floor = floor_at_last()
    free = floor.clearing.free(1, "BTC")

    _, limit, stop = oco(floor)

    assert free - floor.clearing.free(1, "BTC") == limit.held
    assert (limit.status, stop.status, stop.held) == ("open", "held", 0)


def test_a_buying_oco_holds_for_its_dearer_leg() -> None:
    floor = floor_at_last()

    _, (limit, stop) = floor.engine.submit_list(
        (
            wanted(1, "buy", 10, UP + 500, kind="stop_limit", stop_price=UP),
            wanted(1, "buy", 10, DOWN, time_in_force="GTX"),
        ),
        NOW,
    )

    assert (limit.held, stop.held) == (0, floor.clearing.locked(1, "USDT"))
    assert stop.held == (UP + 500) * 10 * 10**13  # 20 digits of an atom less 2 and 5
    floor.engine.cancel(1, SYMBOL, NOW, order_id=limit.id)
    assert floor.clearing.locked(1, "USDT") == 0


def test_a_partial_fill_of_the_limit_leg_expires_the_stop() -> None:
    floor = floor_at_last()
    made, limit, stop = oco(floor)

    floor.send(2, "buy", 4, UP)
    assert (limit.status, stop.status, made.state) == ("partial", "expired", "executing")
    floor.send(2, "buy", 6, UP)

    assert (limit.status, made.state) == ("filled", "done")
    assert states(floor) == ["taken", "executing", "done"]
    floor.clearing.check()


def test_a_triggered_stop_expires_the_limit_leg() -> None:
    floor = floor_at_last()
    floor.send(2, "buy", 100, 98_000)
    made, limit, stop = oco(floor)

    floor.trade_at(DOWN)

    assert (limit.status, stop.status, stop.cost) == ("expired", "filled", 980_000)
    assert made.state == "done"
    assert floor.book() == ([(98_000, 90)], [])
    floor.clearing.check()


@pytest.mark.parametrize("leg", [0, 1])
def test_cancelling_one_leg_cancels_the_list(leg: int) -> None:
    floor = floor_at_last()
    made, *legs = oco(floor)

    floor.engine.cancel(1, SYMBOL, NOW, order_id=legs[leg].id)

    assert [each.status for each in legs] == ["cancelled", "cancelled"]
    assert made.state == "done"
    assert floor.clearing.locked(1, "BTC") == 0
    with pytest.raises(Refused, match="UNKNOWN_LIST"):
        floor.engine.cancel_list(1, SYMBOL, made.id, NOW)


def test_a_list_is_cancelled_by_its_id() -> None:
    floor = floor_at_last()
    made, *legs = oco(floor)
    with pytest.raises(Refused, match="UNKNOWN_LIST"):
        floor.engine.cancel_list(2, SYMBOL, made.id, NOW)

    floor.engine.cancel_list(1, SYMBOL, made.id, NOW)

    assert [each.status for each in legs] == ["cancelled", "cancelled"]


@pytest.mark.parametrize(
    ("side", "limit", "stop"),
    [
        ("sell", 99_999, 99_000),  # the limit is below the last price
        ("sell", 101_000, 100_001),  # the stop is above
        ("buy", 100_001, 101_000),
        ("buy", 99_000, 99_999),
    ],
)
def test_the_legs_stand_on_both_sides_of_the_last_price(side: Side, limit: int, stop: int) -> None:
    floor = floor_at_last()

    with pytest.raises(Refused) as caught:
        floor.engine.submit_list(
            (wanted(1, side, 10, limit), wanted(1, side, 10, kind="stop_loss", stop_price=stop)),
            NOW,
        )

    assert caught.value.reason == "LIST_PRICES"
    assert floor.engine.open_orders(1) == []


@pytest.mark.parametrize(
    "legs",
    [
        sell_legs()[:1],
        (sell_legs()[0], sell_legs()[0]),
        (sell_legs()[1], sell_legs()[1]),
        (sell_legs()[0], sell_legs(amount=11)[1]),
        (sell_legs()[0], sell_legs(account=2)[1]),
        (wanted(1, "buy", 10, DOWN), sell_legs()[1]),
    ],
)
def test_legs_that_do_not_belong_together_are_refused(legs: tuple[OrderRequest, ...]) -> None:
    floor = floor_at_last()

    with pytest.raises(Refused, match="BAD_COMBINATION"):
        floor.engine.submit_list(legs, NOW)

    assert floor.engine.open_orders(1) == []
    assert floor.clearing.locked(1, "BTC") == 0


def test_a_list_name_is_taken_while_the_list_is_open() -> None:
    floor = floor_at_last()
    made, *_ = oco(floor)
    with pytest.raises(Refused, match="DUPLICATE_ORDER"):
        oco(floor)

    floor.engine.cancel_list(1, SYMBOL, made.id, NOW)

    assert oco(floor)[0].state == "taken"


def test_a_list_that_cannot_be_paid_for_is_refused_as_a_whole() -> None:
    floor = floor_at_last()

    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        floor.engine.submit_list(sell_legs(amount=10**9), NOW)

    assert floor.engine.orders(1, SYMBOL) == []
    assert floor.engine.order_lists(1) == []


# -- one triggers the other


def test_the_pending_leg_waits_for_the_whole_of_the_first() -> None:
    floor = floor_at_last()
    _, (first, pending) = floor.engine.submit_list(
        (wanted(1, "buy", 10, DOWN), wanted(1, "sell", 10, UP)), NOW, contingency="OTO"
    )
    floor.send(2, "sell", 9, DOWN)
    assert (first.status, pending.status) == ("partial", "held")
    assert floor.clearing.locked(1, "BTC") == 0

    floor.send(2, "sell", 1, DOWN)

    assert (first.status, pending.status) == ("filled", "open")
    assert floor.book() == ([], [(UP, 10)])
    floor.clearing.check()


def test_cancelling_the_first_leg_cancels_the_pending_ones() -> None:
    floor = floor_at_last()
    list_id, legs = floor.engine.submit_list(
        (wanted(1, "buy", 10, DOWN), *sell_legs()), NOW, contingency="OTOCO"
    )

    floor.engine.cancel(1, SYMBOL, NOW, order_id=legs[0].id)

    assert {each.status for each in legs} == {"cancelled"}
    made = floor.engine.order_list(1, list_id)
    assert made is not None
    assert made.state == "done"


def test_the_pending_pair_of_an_otoco_holds_once_and_excludes() -> None:
    floor = floor_at_last()
    _, (first, limit, stop) = floor.engine.submit_list(
        (wanted(1, "buy", 10, 99_500), *sell_legs()), NOW, contingency="OTOCO"
    )
    floor.send(2, "sell", 10, 99_500)
    assert (first.status, limit.status, stop.status) == ("filled", "open", "held")
    assert floor.clearing.locked(1, "BTC") == limit.held > 0 == stop.held

    floor.trade_at(DOWN)

    assert (limit.status, stop.status) == ("expired", "expired")  # nobody bids
    assert floor.clearing.locked(1, "BTC") == 0
    floor.clearing.check()


def test_a_first_leg_that_fills_at_once_starts_the_pending_one() -> None:
    floor = floor_at_last()
    floor.send(2, "sell", 10, LAST)

    _, (first, pending) = floor.engine.submit_list(
        (wanted(1, "buy", 10, LAST), wanted(1, "sell", 10, UP)), NOW, contingency="OTO"
    )

    assert (first.status, pending.status) == ("filled", "open")


def test_a_pending_leg_that_cannot_be_paid_for_is_rejected() -> None:
    floor = floor_at_last()
    list_id, (first, pending) = floor.engine.submit_list(
        (wanted(1, "buy", 10, DOWN), wanted(1, "sell", 100_000_000, UP)), NOW, contingency="OTO"
    )
    floor.send(1, "sell", 99_999_999, UP)

    floor.send(2, "sell", 10, DOWN)

    assert (first.status, pending.status) == ("filled", "rejected")
    made = floor.engine.order_list(1, list_id)
    assert made is not None
    assert made.state == "done"
    floor.clearing.check()
