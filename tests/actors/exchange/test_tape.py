"""A tape: its columns cannot change, its lookups agree with a search by hand, its events replay."""

import itertools
import tracemalloc
from bisect import bisect_right

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benthic.actors.exchange.tape import (
    NONE_CLOSED,
    Columns,
    EmptyTape,
    Gap,
    Gaps,
    ImpossibleCandle,
    Tape,
)
from benthic.actors.market.candle import Candle
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Millis, Ref, UsageError

START = 1_609_459_200_000  # 2021-01-01
MINUTE = 60_000
ONE_MINUTE = TimeFrame.parse("1m")
MONTH_STARTS = [1_609_459_200_000, 1_612_137_600_000, 1_614_556_800_000, 1_617_235_200_000]


def columns_at(times: list[int]) -> Columns:
    """Sound candles that begin at these times."""
    closes = np.array([100.0 + index for index in range(len(times))])
    return Columns(
        np.array(times, np.int64), closes - 0.5, closes + 1, closes - 1, closes, closes * 2
    )


def a_tape(count: int = 10, *, missing: frozenset[int] = frozenset()) -> Tape:
    times = [START + MINUTE * index for index in range(count) if index not in missing]
    return Tape("BTC/USDT", ONE_MINUTE, columns_at(times), gaps=Gaps.ALLOW)


def test_a_tape_knows_its_pair_its_frame_and_its_length() -> None:
    tape = a_tape(3)

    assert (tape.symbol, str(tape.frame), len(tape)) == ("BTC/USDT", "1m", 3)
    assert repr(tape) == "<Tape BTC/USDT 1m, 3 candles>"
    assert tape.close_times.tolist() == [START + MINUTE * index for index in (1, 2, 3)]


@pytest.mark.parametrize("name", ["open_times", "opens", "highs", "lows", "closes", "volumes"])
def test_no_column_of_a_tape_can_be_written_to(name: str) -> None:
    column: NDArray[np.float64] = getattr(a_tape(), name)

    with pytest.raises(ValueError, match="read-only"):
        column[0] = 1


def test_a_tape_keeps_its_own_copy_of_columns_that_others_may_change() -> None:
    columns = columns_at([START, START + MINUTE])
    tape = Tape("BTC/USDT", ONE_MINUTE, columns)
    columns.closes[0] = -1

    assert tape.closes[0] == 100


def test_whole_numbers_are_taken_as_prices() -> None:
    columns = Columns(np.array([START]), *(np.array([7]) for _ in range(5)))

    assert Tape("BTC/USDT", ONE_MINUTE, columns).candle(0).close == 7.0


@pytest.mark.parametrize(
    "columns",
    [
        columns_at([START, START + MINUTE])._replace(closes=np.array([100.0])),
        columns_at([START])._replace(open_times=np.array([0.5])),
        columns_at([START])._replace(closes=np.array([[100.0]])),
        columns_at([START])._replace(closes=np.array(["100"])),
    ],
    ids=["unequal lengths", "fractional times", "two dimensions", "text"],
)
def test_columns_of_a_wrong_kind_are_refused_at_once(columns: Columns) -> None:
    with pytest.raises(UsageError, match="column"):
        Tape("BTC/USDT", ONE_MINUTE, columns)


def test_errors_of_columns_in_memory_name_the_row() -> None:
    columns = columns_at([START, START + MINUTE])
    columns.highs[1] = 1.0

    with pytest.raises(ImpossibleCandle, match=r"^row 2: high 1\.0 is below the low") as caught:
        Tape("BTC/USDT", ONE_MINUTE, columns)
    assert (caught.value.path, caught.value.row, caught.value.column) == (None, 2, "high")


def test_a_tape_without_candles_is_refused() -> None:
    with pytest.raises(EmptyTape, match="no candles"):
        Tape("BTC/USDT", ONE_MINUTE, columns_at([]))


def test_a_gap_between_months_counts_the_missing_months() -> None:
    month = TimeFrame.parse("1M")
    with pytest.raises(Gap) as caught:
        Tape("BTC/USDT", month, columns_at([*MONTH_STARTS, 1_625_097_600_000]))

    assert (caught.value.row, caught.value.missing) == (5, 2)  # May and June


def test_months_may_be_missing_where_gaps_are_allowed() -> None:
    times = [MONTH_STARTS[0], MONTH_STARTS[3]]
    tape = Tape("BTC/USDT", TimeFrame.parse("1M"), columns_at(times), gaps=Gaps.ALLOW)

    assert tape.index_at(Millis(MONTH_STARTS[3])) == 0


@pytest.mark.parametrize("index", [-1, 10])
def test_a_candle_that_does_not_exist_is_refused(index: int) -> None:
    with pytest.raises(UsageError, match="indices run from 0 to 9"):
        a_tape(10).candle(index)


def test_blocks_give_every_candle_once_in_order() -> None:
    tape = a_tape(10)
    blocks = list(tape.blocks(4))

    assert [len(block) for block in blocks] == [4, 4, 2]
    assert list(itertools.chain(*blocks)) == [tape.candle(index) for index in range(10)]
    with pytest.raises(UsageError, match="at least 1 row"):
        list(tape.blocks(0))


@pytest.mark.parametrize("missing", [frozenset[int](), frozenset({3, 4})], ids=["whole", "gap"])
def test_events_deliver_each_candle_at_its_close(missing: frozenset[int]) -> None:
    tape = a_tape(10, missing=missing)
    ref = Ref()
    events = list(tape.events(ref))

    assert [event[0] for event in events] == tape.close_times.tolist()
    assert all(event[1] is ref for event in events)
    assert [event[2] for event in events] == [tape.candle(index) for index in range(len(tape))]
    for at, _, candle in events:
        assert at == candle.at + MINUTE
        assert [type(field) for field in (at, candle.at, candle.close)] == [int, int, float]


def test_candles_carry_the_columns_unchanged() -> None:
    assert a_tape().candle(2) == Candle(
        Millis(START + 2 * MINUTE), 101.5, 103.0, 101.0, 102.0, 204.0
    )


@given(
    missing=st.frozensets(st.integers(1, 28), max_size=12),
    offset=st.integers(-2 * MINUTE, 32 * MINUTE),
)
def test_the_last_closed_candle_is_the_one_a_search_finds(
    missing: frozenset[int], offset: int
) -> None:
    tape = a_tape(30, missing=missing)
    now = Millis(START + offset)
    closed = [index for index, end in enumerate(tape.close_times.tolist()) if end <= now]

    assert tape.index_at(now) == (closed[-1] if closed else NONE_CLOSED)


@given(offset=st.integers(-1, 3 * 32 * 24 * 60))
def test_months_close_when_the_next_one_begins(offset: int) -> None:
    tape = Tape("BTC/USDT", TimeFrame.parse("1M"), columns_at(MONTH_STARTS[:3]))
    now = Millis(START + offset * MINUTE)

    assert tape.close_times.tolist() == MONTH_STARTS[1:]
    assert tape.index_at(now) == bisect_right(MONTH_STARTS[1:], now) - 1


def test_replaying_a_tape_needs_no_memory_for_its_candles() -> None:
    tape = a_tape(50_000)
    tracemalloc.start()
    for _ in tape.events(Ref()):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 2_000_000  # bytes; the candles would be 10 MB, their times alone are 0.4 MB
