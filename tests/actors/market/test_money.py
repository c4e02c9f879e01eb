"""Money enters as text or as a candle's float, and no arithmetic on it ever rounds (F6, O8)."""

from decimal import Decimal, Inexact, InvalidOperation
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.errors import BadValue
from benthic.actors.market.money import (
    EXACT,
    add,
    from_float,
    multiply,
    parse_decimal,
    parse_non_negative,
    parse_positive,
    plain,
    subtract,
)

amounts = st.decimals(
    allow_nan=False, allow_infinity=False, places=18, min_value=-(10**15), max_value=10**15
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("-0.000", "0"),
        ("1.50", "1.50"),
        (".5", "0.5"),
        ("+2", "2"),
        ("1e3", "1000"),
        ("25E-4", "0.0025"),
        ("9" * 28 + "." + "9" * 28, "9" * 28 + "." + "9" * 28),
        ("0.1" + "0" * 40, "0.1" + "0" * 40),
    ],
)
def test_a_decimal_text_is_read_exactly_and_without_exponent(text: str, value: str) -> None:
    assert plain(parse_decimal(text, place="here")) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " 1", "1 ", "1,5", "1_000", "0x10", "1/3", "nan", "NaN123", "-inf", "Infinity", "1e",
        "e5", ".", "--1", "\uff11", "1\n", "1e29", "1e999", "1e99999999", "1e-29", "1e-999",
        "1" + "0" * 28, "1" * 5000, 1.5, 3, None, True, b"1",
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_bounded_number_is_refused_with_its_place(text: object) -> None:
    with pytest.raises(BadValue, match=r"^bot\.toml: fees\.taker: ") as caught:
        parse_decimal(text, place="bot.toml: fees.taker")

    assert caught.value.value is text


@given(st.text(alphabet="0123456789+-.eE _nifa", max_size=12))
def test_any_text_is_either_refused_or_exactly_its_number(text: str) -> None:
    try:
        value = parse_decimal(text, place="here")
    except BadValue:
        return

    assert Fraction(value) == Fraction(text)
    assert "E" not in plain(value).upper()


@pytest.mark.parametrize("text", ["0", "-1", "-0.00"])
def test_a_positive_number_must_be_above_zero(text: str) -> None:
    with pytest.raises(BadValue, match="above 0"):
        parse_positive(text, place="here")


def test_a_non_negative_number_may_be_zero_but_not_below() -> None:
    assert parse_non_negative("0.0", place="here") == 0
    assert parse_positive("0.1", place="here") == Decimal("0.1")
    with pytest.raises(BadValue, match="0 or a number above it"):
        parse_non_negative("-0.1", place="here")


@given(amounts, amounts)
def test_addition_and_multiplication_give_what_fractions_give(a: Decimal, b: Decimal) -> None:
    assert Fraction(add(a, b)) == Fraction(a) + Fraction(b)
    assert Fraction(subtract(a, b)) == Fraction(a) - Fraction(b)
    assert Fraction(multiply(a, b)) == Fraction(a) * Fraction(b)


def test_a_result_that_would_be_rounded_is_an_error_instead() -> None:
    with pytest.raises(Inexact):
        add(Decimal(1), Decimal("1E-80"))
    with pytest.raises(Inexact):
        multiply(Decimal("1." + "1" * 50), Decimal("1." + "1" * 50))


def test_a_signalling_nan_never_gets_through_the_exact_context() -> None:
    with pytest.raises(InvalidOperation):
        EXACT.add(Decimal("sNaN"), Decimal(1))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_float_of_a_candle_becomes_the_number_it_was_written_as(value: float) -> None:
    number = from_float(value)

    assert float(number) == value
    assert len(number.as_tuple().digits) <= 309


@given(st.decimals(min_value="0.00000001", max_value="999999.99999999", places=8))
def test_a_price_of_fifteen_digits_survives_the_way_through_a_float(price: Decimal) -> None:
    assert from_float(float(price)) == price
