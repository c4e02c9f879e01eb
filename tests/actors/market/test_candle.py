"""A candle from outside is looked at once, and what cannot be is named (D4)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.candle import Candle, fault_of
from benthic.runtime.clock import Millis

SOUND = Candle(Millis(0), 10.0, 12.0, 9.0, 11.0, 5.0)

prices = st.floats(min_value=1e-8, max_value=1e8)


@given(st.lists(prices, min_size=4, max_size=4), st.floats(0, 1e12))
def test_prices_in_order_with_a_volume_have_no_fault(four: list[float], volume: float) -> None:
    low, one, two, high = sorted(four)

    assert fault_of(Candle(Millis(0), one, high, low, two, volume)) is None
    assert fault_of(Candle(Millis(0), two, high, low, one, volume)) is None


@pytest.mark.parametrize("field", ["open", "high", "low", "close", "volume"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0])
def test_a_number_that_no_market_gives_is_named(field: str, value: float) -> None:
    numbers = {"open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 5.0, field: value}

    fault = fault_of(Candle(Millis(0), **numbers))

    assert fault is not None
    assert fault.startswith(f"{field} ")


@pytest.mark.parametrize(
    ("candle", "word"),
    [
        (Candle(Millis(0), 10.0, 12.0, 10.5, 11.0, 5.0), "low"),
        (Candle(Millis(0), 10.0, 12.0, 9.0, 8.5, 5.0), "low"),
        (Candle(Millis(0), 12.5, 12.0, 9.0, 11.0, 5.0), "high"),
        (Candle(Millis(0), 10.0, 10.5, 9.0, 11.0, 5.0), "high"),
    ],
)
def test_a_price_outside_of_the_range_is_a_fault(candle: Candle, word: str) -> None:
    assert (fault_of(candle) or "").startswith(word)


def test_a_sound_candle_cannot_be_changed() -> None:
    assert fault_of(SOUND) is None
    with pytest.raises(AttributeError):
        SOUND.close = 1.0  # type: ignore[misc]  # the promise is that this raises
