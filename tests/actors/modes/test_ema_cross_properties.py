"""The example mode against the plainest reckoning of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market import Candle, Side
from benthic.actors.modes.ema_cross import EmaCross, EmaCrossSettings
from benthic.runtime import Millis, UsageError
from benthic.runtime.chance import stream

prices = st.lists(st.floats(1, 1000), min_size=1, max_size=80)


def a_candle(number: int, close: float) -> Candle:
    return Candle(Millis(60_000 * number), close, close, close, close, 1.0)


def advice(settings: EmaCrossSettings, closes: list[float]) -> list[Side | None]:
    mode = EmaCross(settings)
    return [mode.add(a_candle(number, close)) for number, close in enumerate(closes)]


def average(closes: list[float], length: int) -> list[float]:
    """An exponential moving average that begins at the first close."""
    values = closes[:1]
    for close in closes[1:]:
        values.append(values[-1] + 2 / (length + 1) * (close - values[-1]))
    return values


@given(closes=prices, fast=st.integers(1, 10), more=st.integers(1, 20), warm_up=st.integers(0, 40))
def test_it_advises_exactly_where_the_averages_cross(
    closes: list[float], fast: int, more: int, warm_up: int
) -> None:
    settings = EmaCrossSettings(fast, fast + more, warm_up)
    quick, slow = average(closes, fast), average(closes, fast + more)

    for bar, side in enumerate(advice(settings, closes)):
        crosses = {
            "buy": bar and quick[bar - 1] <= slow[bar - 1] and quick[bar] > slow[bar],
            "sell": bar and quick[bar - 1] >= slow[bar - 1] and quick[bar] < slow[bar],
        }
        expected = [name for name, is_so in crosses.items() if is_so and bar >= warm_up]

        assert side == (expected[0] if expected else None)


@given(seed=st.integers(0, 10_000))
def test_the_far_past_does_not_matter_to_what_it_advises(seed: int) -> None:
    chance, closes = stream(seed, "walk"), [100.0]
    for _ in range(1_000):
        closes.append(closes[-1] * chance.uniform(0.98, 1.02))
    settings = EmaCrossSettings(3, 8, 0)

    assert advice(settings, closes)[-50:] == advice(settings, closes[400:])[-50:]


@pytest.mark.parametrize(
    ("fast", "slow", "warm_up"), [(0, 5, 0), (5, 5, 0), (9, 5, 0), (3, 5, -1), (3, 5, 3_001)]
)
def test_settings_that_make_no_sense_are_refused(fast: int, slow: int, warm_up: int) -> None:
    with pytest.raises(UsageError, match="needs"):
        EmaCrossSettings(fast, slow, warm_up)
