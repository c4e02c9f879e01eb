"""An instrument refuses impossible rules, and its filters name the rule an order breaks (A10)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.errors import BadValue, OrderRejected
from benthic.actors.market.fees import Fees, fee_of
from benthic.actors.market.filters import violation
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.side import opposite
from benthic.actors.market.symbol import Symbol
from benthic.runtime.errors import Refusal


def an_instrument(
    amount_step: str = "0.001",
    price_step: str = "0.05",
    min_amount: str = "0.01",
    min_cost: str = "10",
) -> Instrument:
    return Instrument(
        Symbol("BTC", "USDT"),
        Decimal(amount_step),
        Decimal(price_step),
        Decimal(min_amount),
        Decimal(min_cost),
        Fees(Decimal("0.0005"), Decimal("0.001")),
    )


@pytest.mark.parametrize("step", ["0", "-0.1", "NaN", "Infinity"])
def test_a_step_that_is_not_above_zero_is_refused(step: str) -> None:
    with pytest.raises(BadValue, match="BTC/USDT: amount_step"):
        an_instrument(amount_step=step)
    with pytest.raises(BadValue, match="BTC/USDT: price_step"):
        an_instrument(price_step=step)


@pytest.mark.parametrize("least", ["-1", "NaN", "Infinity"])
def test_a_minimum_below_zero_is_refused(least: str) -> None:
    with pytest.raises(BadValue, match="BTC/USDT: min_amount"):
        an_instrument(min_amount=least)
    with pytest.raises(BadValue, match="BTC/USDT: min_cost"):
        an_instrument(min_cost=least)


@pytest.mark.parametrize("rate", ["1", "-1", "NaN", "2"])
def test_a_fee_of_the_whole_cost_or_more_is_refused(rate: str) -> None:
    with pytest.raises(BadValue, match=r"fees\.taker"):
        Fees(Decimal(0), Decimal(rate))
    with pytest.raises(BadValue, match=r"fees\.maker"):
        Fees(Decimal(rate), Decimal(0))


def test_equal_steps_read_alike_however_they_were_written() -> None:
    assert str(an_instrument(amount_step="0.00100").amount_step) == "0.001"
    assert str(an_instrument(price_step="1E+1").price_step) == "10"


@given(
    st.decimals(0, 10**9, places=8),
    st.decimals("-0.99", "0.99", places=6),
    st.decimals("-0.99", "0.99", places=6),
)
def test_a_fee_is_exactly_the_share_of_its_role(
    cost: Decimal, maker: Decimal, taker: Decimal
) -> None:
    fees = Fees(maker, taker)

    assert Fraction(fee_of(cost, fees, "maker")) == Fraction(cost) * Fraction(maker)
    assert Fraction(fee_of(cost, fees, "taker")) == Fraction(cost) * Fraction(taker)


@pytest.mark.parametrize(
    ("amount", "price", "reason"),
    [
        ("0", None, "LOT_SIZE"),
        ("-1", None, "LOT_SIZE"),
        ("NaN", None, "LOT_SIZE"),
        ("Infinity", "100", "LOT_SIZE"),
        ("1.0001", None, "LOT_SIZE"),
        ("0.009", "10000", "LOT_SIZE"),
        ("1", "0", "PRICE_FILTER"),
        ("1", "-5", "PRICE_FILTER"),
        ("1", "NaN", "PRICE_FILTER"),
        ("1", "100.01", "PRICE_FILTER"),
        ("0.01", "100", "MIN_NOTIONAL"),
        ("0.09", None, "MIN_NOTIONAL"),
        ("0.1", None, None),
        ("0.1", "100", None),
        ("0.01", "1000.05", None),
    ],
)
def test_an_order_is_turned_away_with_the_name_of_the_rule(
    amount: str, price: str | None, reason: str | None
) -> None:
    limit = None if price is None else Decimal(price)

    broken = violation(an_instrument(), Decimal(amount), limit, Decimal(100))

    assert (broken and broken.reason) == reason


@given(st.integers(0, 10**6), st.integers(0, 10**5))
def test_an_order_on_both_steps_and_above_both_minimums_passes(units: int, ticks: int) -> None:
    instrument = an_instrument()
    amount = instrument.amount_step * units
    price = instrument.price_step * ticks

    passes = units >= 10 and ticks > 0 and amount * price >= 10

    assert (violation(instrument, amount, price, Decimal(1)) is None) is passes


def test_a_rejection_is_a_refusal_that_carries_its_reason() -> None:
    error = OrderRejected("bn-1", "MIN_NOTIONAL", "cost 1 is below the minimum 10")

    assert isinstance(error, Refusal)
    assert str(error) == "order bn-1: MIN_NOTIONAL: cost 1 is below the minimum 10"


def test_a_side_trades_against_the_opposite_one() -> None:
    assert opposite("buy") == "sell"
    assert opposite("sell") == "buy"
