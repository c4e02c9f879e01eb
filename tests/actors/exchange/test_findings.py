"""All that is wrong with candles is counted, sort by sort, each with its place."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.tape import Columns, Finding, Place, TapeError, findings
from benthic.actors.exchange.tape.checks import check, in_memory
from benthic.actors.exchange.tape.spacing import Gaps
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Millis

MINUTE = 60_000
START = 1_600_000_020_000
FRAME = TimeFrame(1, "m")


def columns_of(minutes: list[float], closes: dict[int, float] | None = None) -> Columns:
    times = START + (MINUTE * np.array(minutes)).astype(np.int64)
    prices = np.ones(len(minutes))
    close = prices.copy()
    for row, value in (closes or {}).items():
        close[row] = value
    return Columns(times, prices, prices, prices, close, prices)


def found(columns: Columns, frame: TimeFrame = FRAME, now: int | None = None) -> dict[str, int]:
    moment = None if now is None else Millis(START + now * MINUTE)
    return {each.sort: each.count for each in findings(columns, frame, in_memory, now=moment)}


def test_sound_candles_have_no_finding() -> None:
    assert found(columns_of([0, 1, 2, 3]), now=4) == {}


def test_each_sort_is_counted() -> None:
    assert found(columns_of([0, 1, 4, 5])) == {"gap": 2}
    assert found(columns_of([0, 1, 1, 2])) == {"duplicate": 1}
    assert found(columns_of([0, 2, 1, 3])) == {"disorder": 1}
    assert found(columns_of([0, 1, 1.5, 2, 3, 4])) == {"off grid": 1}
    assert found(columns_of([0, 1, 2], {1: float("nan"), 2: -1.0})) == {"impossible": 2}
    assert found(columns_of([0, 1, 2, 3]), now=2) == {"future": 2}
    assert found(columns_of([0, 5, 10])) == {"wrong frame": 3}


def test_a_place_and_words_go_with_each_finding() -> None:
    (gap,) = findings(columns_of([0, 1, 4]), FRAME, in_memory)

    words = "2 missing between 2020-09-13 12:28:00 and 2020-09-13 12:31:00"
    assert gap == Finding("gap", 2, ((Place(row=3), words),))


def test_times_in_another_unit_are_told_apart() -> None:
    columns = columns_of([0, 1, 2])
    microseconds = columns._replace(open_times=columns.open_times * 1_000)

    assert found(microseconds) == {"out of range": 3}


def test_months_are_counted_by_the_calendar() -> None:
    days = np.array(["2020-01-01", "2020-02-01", "2020-05-01"], "datetime64[ms]").astype(np.int64)
    columns = columns_of([0, 1, 2])._replace(open_times=days)

    assert found(columns, TimeFrame(1, "M")) == {"gap": 2}


@given(
    st.lists(st.sampled_from([0, 1, 2, 3, 4, 5, 2.5, 9]), min_size=1, max_size=8),
    st.dictionaries(st.integers(0, 7), st.sampled_from([0.0, float("inf"), 2.0]), max_size=2),
)
def test_nothing_is_found_where_a_tape_would_be_made_of_it_and_nowhere_else(
    minutes: list[float], closes: dict[int, float]
) -> None:
    columns = columns_of(minutes, {row: v for row, v in closes.items() if row < len(minutes)})
    try:
        check(columns, FRAME, gaps=Gaps.REFUSE, locate=in_memory)
    except TapeError:
        is_sound = False
    else:
        is_sound = True

    assert (found(columns) == {}) is is_sound
