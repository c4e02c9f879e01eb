"""The screen for the next bar that may reach an order, against a loop over decimals."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.horizon import HORIZON, next_look
from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.market.timeframe import TimeFrame

ticks = st.integers(1, 60)
limits = st.one_of(st.none(), st.integers(1, 70).map(lambda count: Decimal(count) / 10))


def a_tape(ranges: list[tuple[int, int]]) -> Tape:
    lows = np.array([min(pair) / 10 for pair in ranges])
    highs = np.array([max(pair) / 10 for pair in ranges])
    times = 60_000 * np.arange(len(ranges))
    return Tape(
        "BTC/USDT",
        TimeFrame.parse("1m"),
        Columns(times, lows, highs, lows, highs, np.ones(len(ranges))),
    )


def reached_by_hand(
    ranges: list[tuple[int, int]], start: int, bid: Decimal | None, ask: Decimal | None
) -> int:
    for index, pair in enumerate(ranges):
        if index < start:
            continue
        if bid is not None and Decimal(min(pair)) / 10 <= bid:
            return index
        if ask is not None and Decimal(max(pair)) / 10 >= ask:
            return index
    return len(ranges)


@given(st.lists(st.tuples(ticks, ticks), min_size=1, max_size=40), st.data(), limits, limits)
def test_the_next_bar_that_reaches_a_limit_is_never_missed(
    ranges: list[tuple[int, int]], data: st.DataObject, bid: Decimal | None, ask: Decimal | None
) -> None:
    start = data.draw(st.integers(0, len(ranges)))

    found = next_look(a_tape(ranges), start, bid, ask)

    assert found == reached_by_hand(ranges, start, bid, ask)


@pytest.mark.parametrize("index", [0, 1, 255, 256, 257, 767, 768, 1791, 1792, 4_095])
def test_a_bar_is_found_wherever_it_lies_before_the_horizon(index: int) -> None:
    ranges = [(30, 40)] * 4_200
    ranges[index + 9] = (30, 41)

    assert next_look(a_tape(ranges), 9, None, Decimal("4.1")) == index + 9


def test_a_bar_that_only_touches_a_limit_reaches_it() -> None:
    tape = a_tape([(30, 40)])

    assert next_look(tape, 0, Decimal("3.0"), None) == 0
    assert next_look(tape, 0, None, Decimal("4.0")) == 0
    assert next_look(tape, 0, Decimal("2.9"), Decimal("4.1")) == 1


def test_a_bar_far_away_is_found_up_to_the_horizon() -> None:
    ranges = [(30, 40)] * 9_000
    ranges[4_000] = ranges[8_999] = (20, 40)
    tape = a_tape(ranges)

    assert next_look(tape, 7, Decimal("2.0"), None) == 4_000
    assert next_look(tape, 4_001, Decimal("2.0"), None) == 4_001 + HORIZON  # and look again there
    assert next_look(tape, 4_001 + HORIZON, Decimal("2.0"), None) == 8_999
    assert next_look(tape, 8_000, Decimal("1.9"), Decimal("4.1")) == 9_000  # never
