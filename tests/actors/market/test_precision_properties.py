"""Rounding to a step agrees with arithmetic on fractions, for every step there is (O8)."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.precision import (
    ceil_to_step,
    floor_to_step,
    is_on_step,
    round_to_step,
)


def a_step(count: int, places: int) -> Decimal:
    return Decimal(count).scaleb(-places)


steps = st.builds(
    a_step,
    st.one_of(st.sampled_from([1, 5, 25, 125]), st.integers(1, 9999)),
    st.integers(0, 12),
)
values = st.decimals(min_value=0, max_value=10**12, places=12)


@given(values, steps)
def test_floor_is_the_largest_step_not_above(value: Decimal, step: Decimal) -> None:
    steps_below = Fraction(value) // Fraction(step)

    assert Fraction(floor_to_step(value, step)) == steps_below * Fraction(step)


@given(values, steps)
def test_ceil_is_the_smallest_step_not_below(value: Decimal, step: Decimal) -> None:
    steps_above = -(-Fraction(value) // Fraction(step))

    assert Fraction(ceil_to_step(value, step)) == steps_above * Fraction(step)


@given(values, steps)
def test_round_is_the_nearest_step_and_even_from_the_middle(value: Decimal, step: Decimal) -> None:
    nearest = round(Fraction(value) / Fraction(step))  # Python rounds the middle to even

    assert Fraction(round_to_step(value, step)) == nearest * Fraction(step)


@given(st.integers(0, 10**9), steps)
def test_the_middle_between_two_steps_goes_to_the_even_one(count: int, step: Decimal) -> None:
    middle = step * count + step / 2

    assert round_to_step(middle, step) == step * (count + count % 2)


@given(values, steps)
def test_a_value_lies_on_a_step_when_no_rounding_moves_it(value: Decimal, step: Decimal) -> None:
    on_step = (Fraction(value) / Fraction(step)).denominator == 1

    assert is_on_step(value, step) is on_step
    assert (floor_to_step(value, step) == value) is on_step
    assert (ceil_to_step(value, step) == value) is on_step
    assert (round_to_step(value, step) == value) is on_step


@given(values, steps)
def test_what_is_rounded_reads_with_the_places_of_its_step(value: Decimal, step: Decimal) -> None:
    for rounded in (floor_to_step, ceil_to_step, round_to_step):
        assert rounded(value, step).as_tuple().exponent == step.as_tuple().exponent
