"""What is fresh, what can be a time, and when silence is a fault (D2, M4, M13)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.cadence import Cadence, Pulse, irregular, is_silent, silent_after, steady
from benthic.actors.feeds.freshness import (
    Fresh,
    Instant,
    Stale,
    clock_jump,
    fresh_or_stale,
    time_fault,
)
from benthic.runtime import Millis, UsageError

NOW = Millis(1_700_000_000_000)
times = st.integers(0, 10**7).map(Millis)


@given(st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_a_value_is_stale_once_it_is_older_than_allowed_and_says_how_old(
    ago: int, limit: int
) -> None:
    found = fresh_or_stale("x", at=Millis(NOW - ago), now=NOW, max_age=Millis(limit))

    if ago > limit:
        assert found == Stale("x", Millis(ago), Millis(limit))
    else:
        assert found == Fresh("x", Millis(max(0, ago)))


@given(st.integers(1_230_768_000_000, 4_102_444_799_999))
def test_a_time_in_another_unit_is_refused_by_name_and_never_guessed(at: int) -> None:
    assert time_fault(at // 1_000, now=Millis(at)) == "SECONDS"
    assert time_fault(at * 1_000, now=Millis(at)) == "FINER"
    assert time_fault(at * 1_000_000, now=Millis(at)) == "FINER"
    assert time_fault(at, now=Millis(at)) is None


@pytest.mark.parametrize("at", [0, -1, 10**30, 12_345])
def test_what_is_no_time_in_any_unit_is_refused(at: int) -> None:
    assert time_fault(at, now=NOW) == "NO_TIME"


def test_a_time_may_be_a_little_ahead_and_never_run_back() -> None:
    assert time_fault(NOW + 2_000, now=NOW) is None
    assert time_fault(NOW + 2_001, now=NOW) == "FUTURE"
    assert time_fault(NOW, now=NOW, last=NOW) is None
    assert time_fault(NOW - 1, now=NOW, last=NOW) == "BACKWARDS"


@given(times, times, st.integers(-(10**7), 10**7))
def test_a_clock_that_was_set_is_told_by_how_much(start: Millis, ran: Millis, by: int) -> None:
    before = Instant(NOW, start)
    after = Instant(Millis(NOW + ran + by), Millis(start + ran))

    assert clock_jump(before, after) == (by if abs(by) > 1_000 else None)


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=80))
def test_a_stream_is_silent_after_patience_times_its_longest_gap_of_late(gaps: list[int]) -> None:
    cadence = irregular(floor=Millis(1_000), ceiling=Millis(8_000))
    at, pulse = 0, Pulse(Millis(0))
    for gap in gaps:
        at += gap
        pulse = pulse.heard(Millis(at))
    wait = min(8_000, max(1_000, 3 * max(gaps[-32:])))

    assert silent_after(pulse, cadence) == at + wait
    assert not is_silent(pulse, cadence, elapsed=Millis(at + wait))
    assert is_silent(pulse, cadence, elapsed=Millis(at + wait + 1))


@given(st.lists(st.integers(0, 10_000), max_size=40))
def test_a_steady_stream_is_silent_once_it_left_out_as_many_as_allowed(gaps: list[int]) -> None:
    pulse, at = Pulse(Millis(0)), 0
    for gap in gaps:
        at += gap
        pulse = pulse.heard(Millis(at))

    assert silent_after(pulse, steady(Millis(1_000))) == at + 3_000


def test_what_was_never_heard_is_silent_from_its_being_asked_for() -> None:
    cadence = irregular(floor=Millis(100), ceiling=Millis(5_000))

    assert silent_after(Pulse(Millis(700)), cadence) == 5_700


def test_an_outage_is_no_gap_of_the_stream() -> None:
    cadence = irregular(floor=Millis(100), ceiling=Millis(60_000))
    pulse = Pulse(Millis(0)).heard(Millis(1_000)).begun(Millis(50_000)).heard(Millis(50_200))

    assert pulse.gaps == (1_000, 200)
    assert silent_after(pulse, cadence) == 50_200 + 3_000


@pytest.mark.parametrize(("floor", "ceiling", "patience"), [(0, 5, 1), (6, 5, 1), (1, 5, 0)])
def test_a_cadence_that_cannot_be_is_refused(floor: int, ceiling: int, patience: int) -> None:
    with pytest.raises(UsageError, match="cadence"):
        Cadence(Millis(floor), Millis(ceiling), patience)
