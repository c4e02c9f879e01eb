"""Candles of many series come in the order in which a plain sort would bring them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.merged import Stream, merged
from benthic.actors.exchange.tape import Columns
from benthic.actors.market.timeframe import TimeFrame

MINUTE = 60_000


def columns_of(minutes: list[int]) -> Columns:
    times = MINUTE * np.array(minutes, np.int64)
    return Columns(times, *(np.array(minutes, np.float64) for _ in range(5)))


@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.sets(st.integers(0, 60)), st.integers(1, 7)), max_size=5
    )
)
def test_merging_is_a_stable_sort_by_close(series: list[tuple[int, set[int], int]]) -> None:
    wanted: list[tuple[int, int, int]] = []
    streams: list[Stream[int]] = []
    for number, (count, minutes, size) in enumerate(series):
        opened = sorted(minutes)
        blocks = [columns_of(opened[at : at + size]) for at in range(0, len(opened), size)]
        streams.append(Stream(TimeFrame(count, "m"), blocks, number))
        wanted += [((at + count) * MINUTE, number, at * MINUTE) for at in opened]

    told = [(at, to, candle.at) for at, to, candle in merged(streams)]

    assert told == sorted(wanted, key=lambda each: (each[0], each[1]))
