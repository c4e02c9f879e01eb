"""What is asked for of a series: all that the store lacks, and little else."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market.timeframe import TimeFrame
from benthic.cli.data.stretches import missing, whole
from benthic.runtime import Millis

MINUTE = TimeFrame.parse("1m")
BEGIN = 1_767_225_600_000


def at(number: int) -> Millis:
    return Millis(BEGIN + number * 60_000)


@given(
    held=st.sets(st.integers(0, 80)),
    begin=st.integers(0, 80),
    length=st.integers(0, 80),
    page=st.integers(1, 10),
)
def test_every_candle_that_is_missing_is_asked_for_once(
    held: set[int], begin: int, length: int, page: int
) -> None:
    times = np.array([at(each) for each in sorted(held)], np.int64)
    end = begin + length

    found = missing(times, MINUTE, (at(begin), at(end)), page=page)

    asked = [n for since, until in found for n in range(81 * 2) if since <= at(n) < until]
    lacking = set(range(begin, end)) - held
    assert lacking <= set(asked)
    assert len(asked) == len(set(asked))
    assert all(at(begin) <= since < until <= at(end) for since, until in found)
    for (_, before), (after, _) in pairwise(found):
        assert after - before >= page * 60_000  # nearer ones are one
    assert all(since in map(at, lacking) for since, _ in found)  # none begins with what is there


@pytest.mark.parametrize("frame", ["1m", "4h", "1w", "1M"])
@given(since=st.integers(0, 10**12), length=st.integers(0, 10**11))
def test_only_whole_candles_of_a_time_are_wanted(frame: str, since: int, length: int) -> None:
    parsed = TimeFrame.parse(frame)
    begin, end = whole(parsed, Millis(since), Millis(since + length))

    assert parsed.is_aligned(begin)
    assert parsed.is_aligned(end)
    assert since <= begin <= parsed.close_of(parsed.open_of(Millis(since)))
    assert end <= since + length < parsed.close_of(end)


def test_months_that_are_missing_are_asked_for() -> None:
    month = TimeFrame.parse("1M")
    begins = [Millis(0)]
    for _ in range(11):
        begins.append(month.close_of(begins[-1]))
    times = np.array(begins[2:5] + begins[7:9], np.int64)

    found = missing(times, month, (begins[0], begins[11]), page=1)

    assert found == [(begins[0], begins[2]), (begins[5], begins[7]), (begins[9], begins[11])]
