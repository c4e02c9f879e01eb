"""Which orders a market takes: its filters, and what goes together."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from benthic.actors.matching.markets import RATE, Market
from benthic.actors.matching.refusals import Refused

from .floor import BTC, SYMBOL, Floor

STRICT = replace(
    BTC,
    tick=10,
    step=5,
    min_price=1_000,
    max_price=1_000_000,
    min_amount=10,
    max_amount=1_000,
    market_max_amount=500,
    min_cost=5_000_000,
    max_orders=3,
    max_stops=2,
    max_icebergs=1,
    up_percent=2 * RATE,
    down_percent=RATE // 2,
)


def reason(market: Market, *arguments: object, last: int | None = None, **more: object) -> str:
    floor = Floor(market)
    if last is not None:
        floor.engine.set_reference(SYMBOL, last)
    with pytest.raises(Refused) as caught:
        floor.send(*arguments, **more)  # type: ignore[arg-type]  # as they would be sent
    assert floor.engine.orders(1, SYMBOL) == []
    return caught.value.reason


@pytest.mark.parametrize("price", [990, 1_000_010, 100_005])
def test_a_price_is_in_range_and_on_the_tick(price: int) -> None:
    assert reason(STRICT, 1, "buy", 100, price) == "PRICE_FILTER"


@pytest.mark.parametrize("amount", [5, 1_005, 101])
def test_an_amount_is_in_range_and_on_the_step(amount: int) -> None:
    assert reason(STRICT, 1, "buy", amount, 100_000) == "LOT_SIZE"


def test_an_amount_at_market_has_a_maximum_of_its_own() -> None:
    assert reason(STRICT, 1, "buy", 505) == "MARKET_LOT_SIZE"
    assert reason(replace(STRICT, market_step=20), 1, "buy", 110) == "MARKET_LOT_SIZE"


def test_an_order_is_worth_the_least_cost() -> None:
    assert reason(STRICT, 1, "buy", 45, 100_000) == "NOTIONAL"
    assert Floor(STRICT).send(1, "buy", 50, 100_000).status == "open"


def test_an_order_at_market_is_worth_the_least_cost_at_the_average() -> None:
    assert reason(STRICT, 1, "sell", 45, last=100_000) == "NOTIONAL"
    assert reason(STRICT, 1, "sell", None, quote_amount=4_999_999) == "NOTIONAL"


@pytest.mark.parametrize("price", [200_010, 49_990])
def test_a_price_is_not_too_far_from_the_average(price: int) -> None:
    assert reason(STRICT, 1, "buy", 1_000, price, last=100_000) == "PERCENT_PRICE"


def test_without_an_average_the_last_price_counts() -> None:
    floor = Floor(replace(STRICT, min_cost=0, min_amount=1, step=1))
    floor.trade_at(100_000)

    with pytest.raises(Refused, match="PERCENT_PRICE"):
        floor.send(1, "buy", 100, 200_010)


def test_an_account_has_so_many_orders_open_at_most() -> None:
    floor = Floor(STRICT)
    for _ in range(3):
        floor.send(1, "buy", 100, 100_000)

    with pytest.raises(Refused, match="MAX_NUM_ORDERS"):
        floor.send(1, "buy", 100, 100_000)

    assert floor.send(2, "buy", 100, 100_000).status == "open"


def test_an_account_has_so_many_stops_open_at_most() -> None:
    floor = Floor(STRICT)
    for _ in range(2):
        floor.send(1, "sell", 100, kind="stop_loss", stop_price=90_000)

    with pytest.raises(Refused, match="MAX_NUM_ALGO_ORDERS"):
        floor.send(1, "sell", 100, kind="stop_loss", stop_price=90_000)


def test_an_account_has_so_many_icebergs_open_at_most() -> None:
    floor = Floor(STRICT)
    floor.send(1, "buy", 100, 100_000, visible=10)

    with pytest.raises(Refused, match="MAX_NUM_ICEBERG_ORDERS"):
        floor.send(1, "buy", 100, 100_000, visible=10)


def test_an_iceberg_does_not_break_into_too_many_parts() -> None:
    assert reason(BTC, 1, "buy", 1_001, 100_000, visible=10) == "ICEBERG_PARTS"
    assert Floor(BTC).send(1, "buy", 1_000, 100_000, visible=10).shown == 10


@pytest.mark.parametrize("bips", [9, 2_001])
def test_a_trailing_distance_is_in_range(bips: int) -> None:
    assert reason(BTC, 1, "sell", 100, kind="trailing_stop", trailing_bips=bips) == "TRAILING_DELTA"


@pytest.mark.parametrize(
    ("arguments", "more"),
    [
        ((1, "buy", 100, None, "limit"), {}),  # no price
        ((1, "buy", None, 100_000, "limit"), {}),  # no amount
        ((1, "buy", 100, 100_000, "market"), {}),  # a price at market
        ((1, "buy", None, None, "market"), {}),  # no amount at all
        ((1, "buy", 100, None, "market"), {"quote_amount": 5}),  # two amounts
        ((1, "buy", 100, 100_000), {"stop_price": 5}),  # a limit order that waits
        ((1, "buy", 100, None), {"stop_price": 5}),  # a market order that waits
        ((1, "buy", 100, None, "stop_loss"), {}),  # waits for nothing
        ((1, "buy", 100, None, "stop_limit"), {"stop_price": 5}),  # without its limit
        ((1, "buy", 100, 5, "stop_loss"), {"stop_price": 5}),  # with a limit
        ((1, "buy", 100, None, "trailing_stop"), {}),
        ((1, "buy", 100, 100_000), {"time_in_force": "GTD"}),  # until when?
        ((1, "buy", 100, 100_000), {"visible": 101}),
        ((1, "buy", 100, 100_000), {"visible": 50, "time_in_force": "IOC"}),
        ((1, "buy", 100, None), {"visible": 50}),
        ((1, "sell", None, None, "stop_loss"), {"stop_price": 5, "closes_position": True}),
    ],
)
def test_what_does_not_go_together_is_refused(
    arguments: tuple[object, ...], more: dict[str, object]
) -> None:
    floor = Floor()
    with pytest.raises(Refused, match="BAD_COMBINATION"):
        floor.send(*arguments, **more)  # type: ignore[arg-type]  # as they would be sent


def test_a_refused_order_takes_no_number() -> None:
    floor = Floor()
    with pytest.raises(Refused):
        floor.send(1, "buy", 10**12, 100_000)

    assert floor.send(1, "buy", 10, 100_000).id == 1
