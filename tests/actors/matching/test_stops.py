"""Stops: when they are due, what they become, and what they hold meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.side import Side
from benthic.actors.matching.refusals import Refused
from benthic.actors.matching.values import OrderKind

from .floor import NOW, SYMBOL, Floor

LAST = 100_000


def floor_at_last() -> Floor:
    floor = Floor()
    floor.trade_at(LAST)
    return floor


@pytest.mark.parametrize(
    ("side", "kind", "stop", "short_of", "due"),
    [
        ("sell", "stop_loss", 99_000, 99_001, 99_000),
        ("buy", "stop_loss", 101_000, 100_999, 101_000),
        ("sell", "take_profit", 101_000, 100_999, 101_000),
        ("buy", "take_profit", 99_000, 99_001, 99_000),
    ],
)
def test_a_stop_is_due_at_its_price_and_not_before(
    side: Side, kind: OrderKind, stop: int, short_of: int, due: int
) -> None:
    floor = floor_at_last()
    order = floor.send(1, side, 10, kind=kind, stop_price=stop)

    floor.trade_at(short_of)
    assert (order.status, order.is_triggered) == ("held", False)
    floor.trade_at(due)

    assert order.is_triggered
    assert floor.changes(order) == [
        ("new", "held"),
        ("triggered", "open"),
        ("expired", "expired"),  # nobody was on the other side
    ]


def test_a_stop_that_is_due_trades_at_market() -> None:
    floor = floor_at_last()
    order = floor.send(1, "sell", 10, kind="stop_loss", stop_price=99_000)
    floor.trade_at(99_000)  # nobody bids: it expires
    assert order.status == "expired"
    order = floor.send(1, "sell", 10, kind="stop_loss", stop_price=98_000)
    floor.send(2, "buy", 100, 97_000)
    floor.send(2, "buy", 1, 98_000)

    floor.send(3, "sell", 1, 98_000)

    assert (order.status, order.cost) == ("filled", 10 * 97_000)
    floor.clearing.check()


def test_a_stop_limit_rests_at_its_limit() -> None:
    floor = floor_at_last()
    order = floor.send(1, "sell", 10, 98_500, kind="stop_limit", stop_price=99_000)

    floor.trade_at(99_000)

    assert (order.status, order.price) == ("open", 98_500)
    assert floor.book() == ([], [(98_500, 10)])


def test_a_stop_that_is_due_at_once_is_refused() -> None:
    floor = floor_at_last()

    for side, kind, stop in (
        ("sell", "stop_loss", LAST),
        ("buy", "stop_loss", LAST),
        ("sell", "take_profit", LAST),
        ("buy", "take_profit", LAST),
    ):
        with pytest.raises(Refused, match="WOULD_TRIGGER"):
            floor.send(1, side, 10, kind=kind, stop_price=stop)  # type: ignore[arg-type]


def test_a_stop_holds_its_money_while_it_waits() -> None:
    floor = floor_at_last()
    free = floor.clearing.free(1, "BTC")
    order = floor.send(1, "sell", 10, kind="stop_loss", stop_price=99_000)
    assert floor.clearing.free(1, "BTC") < free

    floor.engine.cancel(1, SYMBOL, NOW, order_id=order.id)

    assert floor.clearing.free(1, "BTC") == free
    floor.trade_at(90_000)
    assert order.status == "cancelled"


def test_stops_trigger_stops() -> None:
    floor = floor_at_last()
    floor.send(2, "buy", 10, 98_000)
    floor.send(2, "buy", 10, 97_000)
    floor.send(2, "buy", 10, 96_000)
    first = floor.send(1, "sell", 10, kind="stop_loss", stop_price=99_000)
    second = floor.send(1, "sell", 10, kind="stop_loss", stop_price=98_000)
    third = floor.send(1, "sell", 10, kind="stop_loss", stop_price=96_500)

    floor.trade_at(99_000)

    assert [each.cost // 10 for each in (first, second, third)] == [98_000, 97_000, 0]
    assert third.status == "held"


def test_a_stop_whose_account_cannot_pay_any_more_is_rejected() -> None:
    floor = floor_at_last()
    order = floor.send(1, "buy", 90_000_000, kind="stop_loss", stop_price=101_000)
    floor.send(2, "sell", 90_000_000, 200_000)

    floor.trade_at(101_000)

    assert floor.changes(order)[1:] == [("triggered", "open"), ("rejected", "rejected")]
    assert floor.clearing.locked(1, "USDT") == 0
    floor.clearing.check()


# -- trailing


def test_a_trailing_sell_follows_the_highest_price() -> None:
    floor = floor_at_last()
    order = floor.send(1, "sell", 10, kind="trailing_stop", trailing_bips=100)
    assert order.stop_price == 99_000

    floor.trade_at(110_000)
    floor.trade_at(109_000)
    assert (order.status, order.stop_price) == ("held", 108_900)
    floor.trade_at(108_900)

    assert order.is_triggered


def test_a_trailing_buy_follows_the_lowest_price() -> None:
    floor = floor_at_last()
    order = floor.send(1, "buy", 10, kind="trailing_stop", trailing_bips=100)

    floor.trade_at(90_000)
    floor.trade_at(90_899)
    assert (order.status, order.stop_price) == ("held", 90_900)
    floor.trade_at(90_900)

    assert order.is_triggered


def test_a_trailing_stop_waits_for_its_activation_price() -> None:
    floor = floor_at_last()
    order = floor.send(
        1, "sell", 10, kind="trailing_stop", trailing_bips=100, activation_price=105_000
    )

    floor.trade_at(90_000)
    assert order.status == "held"
    floor.trade_at(105_000)
    floor.trade_at(103_951)
    assert order.status == "held"
    floor.trade_at(103_950)

    assert order.is_triggered


def test_a_trailing_take_profit_limit_tracks_from_its_stop_price_on() -> None:
    floor = floor_at_last()
    order = floor.send(
        1, "sell", 10, 102_500, kind="take_profit_limit", stop_price=105_000, trailing_bips=750
    )

    for price in (103_750, 97_500, 105_000, 112_500, 110_000, 116_250, 107_532):
        floor.trade_at(price)
        assert order.status == "held", price
    floor.trade_at(107_531)

    assert (order.status, order.price) == ("open", 102_500)


def test_a_trailing_stop_loss_with_a_stop_price_tracks_below_it() -> None:
    floor = floor_at_last()
    order = floor.send(1, "sell", 10, kind="stop_loss", stop_price=95_000, trailing_bips=100)

    floor.trade_at(95_001)
    floor.trade_at(95_000)
    assert (order.status, order.stop_price) == ("held", 94_050)
    floor.trade_at(94_050)

    assert order.is_triggered


@given(
    prices=st.lists(st.integers(90_000, 110_000), min_size=1, max_size=30),
    bips=st.integers(10, 2_000),
)
def test_a_trailing_sell_is_due_when_the_market_is_down_from_its_top(
    prices: list[int], bips: int
) -> None:
    floor = floor_at_last()
    order = floor.send(1, "sell", 10, kind="trailing_stop", trailing_bips=bips)
    top, due = LAST, False

    for price in prices:
        if price > top:
            top = price
        elif price <= top * (10_000 - bips) // 10_000:
            due = True
        floor.trade_at(price)
        assert order.is_triggered is due
        if due:
            break
