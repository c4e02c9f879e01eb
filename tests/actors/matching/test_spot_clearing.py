"""The accounts of a spot venue: holds, fees, rebates, and sums that are always right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.market.side import Side
from benthic.actors.matching.accounts import FEE_QUANTUM, to_fee
from benthic.actors.matching.clearing import SpotClearing
from benthic.actors.matching.markets import ATOM, RATE
from benthic.actors.matching.protocol import VENUE
from benthic.actors.matching.refusals import BooksBroken, Refused
from benthic.actors.matching.values import BalanceChanged, OrderRequest
from benthic.runtime import UsageError

from .floor import BTC, NOW, SYMBOL, Floor, wanted

UNIT = 100_000  # amount quanta of one BTC
PRICE = 100_000  # 1,000.00


def fees(floor: Floor, account: int) -> list[tuple[int, str]]:
    return [(each.fee, each.fee_asset) for each in floor.engine.executions(account, SYMBOL)]


def trade(floor: Floor, amount: int = UNIT) -> None:
    """Account 1 makes, account 2 takes: a buy."""
    floor.send(1, "sell", amount, PRICE)
    floor.send(2, "buy", amount, PRICE)


def test_a_fee_is_taken_of_what_an_account_receives() -> None:
    floor = Floor()

    trade(floor)

    assert fees(floor, 1) == [(ATOM, "USDT")]  # 0.1 % of 1,000
    assert fees(floor, 2) == [(ATOM // 500, "BTC")]  # 0.2 % of 1
    assert floor.clearing.free(1, "USDT") == (1_000_000 + 1_000 - 1) * ATOM
    assert floor.clearing.free(2, "BTC") == 1_001 * ATOM - ATOM // 500
    assert floor.clearing.free(VENUE, "USDT") == ATOM
    assert floor.clearing.free(VENUE, "BTC") == ATOM // 500


def test_an_account_may_have_rates_of_its_own_and_a_rebate() -> None:
    floor = Floor()
    floor.clearing.open_account(1, maker=-10_000)
    floor.clearing.open_account(2, taker=0)

    trade(floor)

    assert fees(floor, 1) == [(-ATOM // 10, "USDT")]
    assert fees(floor, 2) == [(0, "BTC")]
    assert floor.clearing.free(VENUE, "USDT") == -ATOM // 10
    floor.clearing.check()


def test_a_fee_in_a_third_asset_is_at_its_last_price_and_with_a_discount() -> None:
    floor = Floor()
    floor.clearing.open_account(2, fee_asset="BNB")
    floor.engine.submit(_bnb(1, "sell"), NOW)
    floor.engine.submit(_bnb(3, "buy"), NOW)  # 500.00 USDT

    trade(floor)

    assert fees(floor, 2) == [(ATOM * 3 // 1_000, "BNB")]  # 2 USDT, a quarter off, at 500
    assert floor.clearing.free(2, "BTC") == 1_001 * ATOM
    floor.clearing.check()


def test_without_enough_of_the_third_asset_the_fee_is_taken_as_usual() -> None:
    floor = Floor()
    floor.clearing.open_account(2, fee_asset="BNB")
    floor.engine.submit(_bnb(1, "sell"), NOW)
    floor.engine.submit(_bnb(3, "buy"), NOW)
    floor.clearing.withdraw(2, "BNB", 1_000 * ATOM, NOW)

    trade(floor)

    assert fees(floor, 2) == [(ATOM // 500, "BTC")]


def test_without_a_price_of_the_third_asset_the_fee_is_taken_as_usual() -> None:
    floor = Floor()
    floor.clearing.open_account(2, fee_asset="BNB")

    trade(floor)

    assert fees(floor, 2) == [(ATOM // 500, "BTC")]


@given(atoms=st.integers(0, 10**40), rate=st.integers(-RATE, RATE))
def test_a_fee_is_a_whole_number_of_quanta_and_never_more_than_the_rate(
    atoms: int, rate: int
) -> None:
    fee = to_fee(atoms * rate)

    assert fee % FEE_QUANTUM == 0
    assert abs(fee) * RATE <= atoms * abs(rate) < (abs(fee) + FEE_QUANTUM) * RATE


def test_an_order_that_cannot_be_paid_for_is_refused() -> None:
    floor = Floor()

    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        floor.send(1, "buy", 1_000 * UNIT + 1, PRICE)
    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        floor.send(1, "sell", 1_000 * UNIT + 1, PRICE)

    assert floor.send(1, "buy", 1_000 * UNIT, PRICE).status == "open"
    assert floor.clearing.free(1, "USDT") == 0


def test_a_market_buy_is_refused_where_the_book_is_too_dear() -> None:
    floor = Floor()
    floor.send(2, "sell", 500 * UNIT, PRICE)
    floor.send(2, "sell", 500 * UNIT, 2 * PRICE)

    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        floor.send(1, "buy", 751 * UNIT)
    order = floor.send(1, "buy", 750 * UNIT)

    assert order.status == "filled"
    assert floor.clearing.free(1, "USDT") == 0
    floor.clearing.check()


def test_held_money_cannot_be_withdrawn() -> None:
    floor = Floor()
    floor.send(1, "sell", 400 * UNIT, PRICE)

    with pytest.raises(Refused, match="INSUFFICIENT_BALANCE"):
        floor.clearing.withdraw(1, "BTC", 601 * ATOM, NOW)
    floor.clearing.withdraw(1, "BTC", 600 * ATOM, NOW)

    assert floor.clearing.balances(1)["BTC"] == (0, 400 * ATOM)
    floor.clearing.check()


def test_balances_are_told_as_they_change() -> None:
    floor = Floor()
    floor.clearing.deposit(1, "ETH", 5, NOW)
    floor.clearing.withdraw(1, "ETH", 2, NOW)
    floor.send(1, "sell", UNIT, PRICE)

    told = [
        (each.asset, each.free, each.locked, each.delta, each.movement)
        for each in floor.told(BalanceChanged)
    ]

    assert told == [
        ("ETH", 5, 0, 5, "deposit"),
        ("ETH", 3, 0, -2, "withdraw"),
        ("BTC", 999 * ATOM, ATOM, 0, "order"),
    ]


def test_an_account_that_was_never_opened_is_refused() -> None:
    floor = Floor()

    with pytest.raises(Refused, match="UNKNOWN_ACCOUNT"):
        floor.clearing.deposit(9, "BTC", 1, NOW)
    with pytest.raises(Refused, match="UNKNOWN_ACCOUNT"):
        floor.send(9, "buy", 10, PRICE)


def test_calls_that_cannot_be_meant_are_usage_errors() -> None:
    clearing = Floor().clearing
    with pytest.raises(UsageError, match="venue's"):
        clearing.open_account(VENUE)
    with pytest.raises(UsageError, match="use withdraw"):
        clearing.deposit(1, "BTC", -1, NOW)
    with pytest.raises(UsageError, match="use deposit"):
        clearing.withdraw(1, "BTC", -1, NOW)
    with pytest.raises(UsageError, match="discount"):
        SpotClearing(discount=RATE + 1)
    with pytest.raises(UsageError, match="no funding"):
        clearing.fund(BTC, 1, 1, NOW)


def test_books_that_do_not_add_up_are_found() -> None:
    floor = Floor()
    floor.clearing._net["BTC"] += 1

    with pytest.raises(BooksBroken, match="BTC adds up to"):
        floor.clearing.check()


def test_a_hold_that_belongs_to_no_order_is_found() -> None:
    floor = Floor()
    floor.send(1, "sell", UNIT, PRICE).held += 1

    with pytest.raises(BooksBroken, match="account 1"):
        floor.clearing.check()


def _bnb(account: int, side: Side) -> OrderRequest:
    return replace(wanted(account, side, 10 * UNIT, 50_000), symbol="BNBUSDT")
