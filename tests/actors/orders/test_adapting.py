"""Promises of what a wish becomes: orders that the market takes, and together what was wanted."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market import BadValue, Fees, Instrument, Symbol, violation
from benthic.actors.orders.adapting import adapt_price, affordable, check_and_adapt, with_dust
from benthic.actors.orders.messages import Unplaceable

steps = st.sampled_from(["0.00001", "0.001", "0.05", "1"]).map(Decimal)
bounds = st.none() | st.decimals("1", "500", places=3)
numbers = st.decimals("0.001", "2000", places=5)


def a_market(**more: Any) -> Instrument:
    small = Decimal("0.001")
    given: Any = {"min_amount": small, "min_cost": Decimal(1), **more}
    fees = Fees(Decimal(0), Decimal("0.001"))
    return Instrument(Symbol("BTC", "USDT"), small, small, fees=fees, **given)


@given(amount=numbers, price=numbers, step=steps, most=bounds, worth=bounds)
def test_the_parts_are_orders_that_the_market_takes_and_make_up_the_whole(
    amount: Decimal, price: Decimal, step: Decimal, most: Decimal | None, worth: Decimal | None
) -> None:
    fees = Fees(Decimal(0), Decimal(0))
    market = Instrument(
        Symbol("BTC", "USDT"),
        step,
        Decimal("0.01"),
        step,
        Decimal(1),
        fees,
        None,
        None,
        most,
        worth,
    )
    try:
        orders = check_and_adapt(amount, price, market)
    except Unplaceable:
        return

    assert all(violation(market, part, at, at) is None for part, at in orders)
    total = sum(Fraction(part) for part, _ in orders)
    assert Fraction(amount) - Fraction(step) < total <= Fraction(amount)
    assert [part for part, _ in orders] == sorted(part for part, _ in orders)


def test_what_would_be_thousands_of_orders_is_refused() -> None:
    with pytest.raises(Unplaceable, match="would be 1000 orders of"):
        check_and_adapt(Decimal(1), Decimal(5000), a_market(max_amount=Decimal("0.001")))


def test_what_no_order_is_small_enough_for_is_refused() -> None:
    with pytest.raises(Unplaceable, match="is small enough"):
        check_and_adapt(Decimal(1), Decimal(5000), a_market(max_cost=Decimal(1)))


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(Unplaceable, match="is no number that can be traded"):
        adapt_price(Decimal(number), a_market())


@given(amount=numbers, price=numbers, more=numbers)
def test_what_a_sell_leaves_can_be_sold_later_or_nothing_is_left(
    amount: Decimal, price: Decimal, more: Decimal
) -> None:
    market, holding = a_market(), amount + more

    sold = with_dust(amount, price, holding, market)

    left = holding - sold
    assert sold in {amount, holding}
    assert not left or (left >= market.min_amount and left * price >= market.min_cost)


@given(amount=numbers, price=numbers, free=numbers, fee=numbers)
def test_what_is_affordable_is_paid_for_with_its_fee(
    amount: Decimal, price: Decimal, free: Decimal, fee: Decimal
) -> None:
    got = affordable(amount, price, free, fee, a_market())

    assert got <= amount
    assert not got or Fraction(got) * Fraction(price) + Fraction(fee) <= Fraction(free)


@pytest.mark.parametrize("name", ["max_amount", "max_cost"])
@pytest.mark.parametrize("most", ["0", "-1", "NaN"])
def test_a_market_that_takes_nothing_is_refused(name: str, most: str) -> None:
    with pytest.raises(BadValue, match="write a number above 0, or none"):
        a_market(**{name: Decimal(most)})


def test_an_order_above_the_maximum_is_turned_away_by_name() -> None:
    market = a_market(max_amount=Decimal(10), max_cost=Decimal(100))

    found = [violation(market, Decimal(n), Decimal(p), Decimal(p)) for n, p in ((11, 1), (10, 11))]

    assert [each and each.reason for each in found] == ["LOT_SIZE", "MAX_NOTIONAL"]
    assert violation(market, Decimal(10), Decimal(10), Decimal(10)) is None
