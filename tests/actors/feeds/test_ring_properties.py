"""The candle ring against a plain list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.ring import CandleRing
from benthic.actors.market.candle import Candle
from benthic.runtime import Millis, UsageError


def a_candle(number: int) -> Candle:
    at = Millis(1_609_459_200_000 + number * 60_000)
    return Candle(at, number + 0.1, number + 0.4, number + 0.05, number + 0.3, 7.0)


def rows(candles: list[Candle]) -> list[list[float]]:
    return [[each.at, each.open, each.high, each.low, each.close, each.volume] for each in candles]


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 15)), max_size=12),
)
def test_a_snapshot_is_the_newest_candles_whatever_was_added_and_read_before(
    capacity: int, steps: list[tuple[int, int]]
) -> None:
    ring = CandleRing(capacity)
    added: list[Candle] = []
    for count, limit in steps:
        for _ in range(count):
            candle = a_candle(len(added))
            ring.add(candle)
            added.append(candle)
        kept = added[-capacity:]

        assert len(ring) == len(kept)
        assert ring.newest == (kept[-1] if kept else None)
        assert ring.snapshot(limit).tolist() == rows(kept[-limit:])


def test_a_snapshot_cannot_be_written_to_and_never_changes() -> None:
    ring = CandleRing(3)
    for number in range(3):
        ring.add(a_candle(number))

    before = ring.snapshot(3)
    for number in range(3, 20):
        ring.add(a_candle(number))
        ring.snapshot(1)

    assert before.tolist() == rows([a_candle(number) for number in range(3)])
    assert before.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        before[0, 0] = 1.0


def test_an_empty_ring_gives_no_rows_of_six_columns() -> None:
    ring = CandleRing()

    assert ring.snapshot(10).shape == (0, 6)
    assert ring.newest is None
    assert len(ring) == 0


def test_the_newest_candle_is_known_after_it_went_into_the_rows() -> None:
    ring = CandleRing(3)
    ring.add(a_candle(1))
    ring.snapshot(1)

    assert ring.newest == a_candle(1)


def test_a_ring_for_no_candle_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        CandleRing(0)
