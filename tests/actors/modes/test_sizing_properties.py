"""Promises of sizing: all that can be paid and not a step more."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market import Fees, Instrument, Symbol
from benthic.actors.modes.consumer import amount_for
from benthic.actors.modes.sizing import affordable, sellable
from benthic.actors.portfolio.model import Balance

money = st.decimals("0", "1000000000", places=13)
prices = st.decimals("0.01", "100000", places=2)
rates = st.decimals("-0.001", "0.01", places=4)
steps = st.sampled_from(["0.00000001", "0.001", "0.05", "1"]).map(Decimal)


def an_instrument(step: Decimal, rate: Decimal, least: str = "0") -> Instrument:
    minimum = Decimal(least)
    fees = Fees(rate, rate)
    return Instrument(Symbol("BTC", "USDT"), step, Decimal("0.01"), minimum, minimum, fees)


@given(cash=money, price=prices, rate=rates, step=steps)
def test_what_is_affordable_is_paid_for_and_one_step_more_is_not(
    cash: Decimal, price: Decimal, rate: Decimal, step: Decimal
) -> None:
    amount = affordable(cash, price, an_instrument(step, rate))
    one = Fraction(price) * (1 + max(Fraction(rate), Fraction(0)))

    assert Fraction(amount) % Fraction(step) == 0
    assert Fraction(amount) * one <= Fraction(cash)
    assert (Fraction(amount) + Fraction(step)) * one > Fraction(cash)


@given(held=money, price=prices, step=steps)
def test_what_is_sellable_is_all_that_is_held_in_whole_steps(
    held: Decimal, price: Decimal, step: Decimal
) -> None:
    amount = sellable(held, price, an_instrument(step, Decimal(0)))

    assert Fraction(amount) % Fraction(step) == 0
    assert Fraction(held) - Fraction(step) < Fraction(amount) <= Fraction(held)


@given(held=money, price=prices)
def test_less_than_a_minimum_is_not_traded(held: Decimal, price: Decimal) -> None:
    instrument = an_instrument(Decimal("0.001"), Decimal(0), least="5")
    amount = sellable(held, price, instrument)

    assert amount == 0 or (amount >= 5 and amount * price >= 5)
    assert affordable(held, price, instrument) == 0 or held >= 5


@given(cash=money, free=money, reserved=money, price=prices)
def test_an_all_in_mode_buys_only_out_of_nothing_and_sells_only_what_is_free(
    cash: Decimal, free: Decimal, reserved: Decimal, price: Decimal
) -> None:
    instrument = an_instrument(Decimal("0.01"), Decimal("0.001"))
    balances = Balance("BTC", free, reserved), Balance("USDT", cash, Decimal(0))

    bought = amount_for("buy", balances, price, instrument)
    sold = amount_for("sell", balances, price, instrument)

    assert sold == sellable(free, price, instrument)
    holds_some = sellable(balances[0].total, price, instrument)
    assert bought == (0 if holds_some else affordable(cash, price, instrument))
