"""Promises of the factory: what it lets through, the venue's own rules let through as well."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market import Fees, Instrument, Kind, Side, Symbol, violation
from benthic.actors.orders.factory import Terms, intended
from benthic.actors.orders.messages import PlaceOrder, Unplaceable
from benthic.runtime import Millis

steps = st.sampled_from(["0.00000001", "0.001", "0.05", "1", "10"]).map(Decimal)
numbers = st.decimals("0", "100000", places=9)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    fees = Fees(draw(rates), draw(rates))
    least = st.decimals("0", "20", places=3)
    return Instrument(
        Symbol("BTC", "USDT"), draw(steps), draw(steps), draw(least), draw(least), fees
    )


rates = st.decimals("-0.01", "0.01", places=5)


@given(
    instrument=instruments(),
    side=st.sampled_from(("buy", "sell")),
    kind=st.sampled_from(("market", "limit")),
    amount=numbers,
    value=numbers,
)
def test_an_order_is_legal_and_not_more_than_asked_or_is_refused(
    instrument: Instrument, side: Side, kind: Kind, amount: Decimal, value: Decimal
) -> None:
    prices = (value, None) if kind == "limit" else (None, value)
    message = PlaceOrder("BTC/USDT", side, kind, amount, *prices)
    try:
        order = intended(message, Terms.of(instrument), "o-1", "bn-1", Millis(5))
    except Unplaceable:
        return

    price = value if order.price is None else order.price
    assert violation(instrument, order.amount, order.price, price) is None  # A10, O8
    assert amount - instrument.amount_step < order.amount <= amount
    if order.price is not None:
        slack = instrument.price_step
        low, high = (value - slack, value) if side == "buy" else (value, value + slack)
        assert low <= order.price <= high
    assert (order.status, order.created_at) == ("intent", 5)


@given(instrument=instruments(), amount=numbers, price=numbers, better=numbers)
def test_what_a_buy_reserves_pays_for_it_at_its_price_or_any_better(
    instrument: Instrument, amount: Decimal, price: Decimal, better: Decimal
) -> None:
    message = PlaceOrder("BTC/USDT", "buy", "limit", amount, price)
    try:
        order = intended(message, Terms.of(instrument), "o-1", "bn-1", Millis(0))
    except Unplaceable:
        return
    assert order.price is not None
    paid = Fraction(min(better, order.price)) * Fraction(order.amount)

    assert order.held_asset == "USDT"
    assert Fraction(order.held) >= paid * (1 + Fraction(instrument.fees.taker))


@pytest.mark.parametrize("taker", ["0.001", "-0.001"], ids=["fee", "rebate"])
def test_a_sell_reserves_its_amount_and_nobody_counts_on_a_rebate(taker: str) -> None:
    fees = Fees(Decimal(0), Decimal(taker))
    one = Decimal(1)
    terms = Terms.of(Instrument(Symbol("BTC", "USDT"), one, one, one, one, fees))
    sell = PlaceOrder("BTC/USDT", "sell", "market", Decimal(3), None, Decimal(100))
    buy = PlaceOrder("BTC/USDT", "buy", "market", Decimal(3), None, Decimal(100))

    sold = intended(sell, terms, "o-1", "bn-1", Millis(0))
    bought = intended(buy, terms, "o-1", "bn-1", Millis(0))

    assert (sold.held_asset, sold.held) == ("BTC", Decimal(3))
    assert bought.held == max(Decimal(300), 300 * (1 + Decimal(taker)))
