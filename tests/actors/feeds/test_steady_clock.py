"""Ages stay right while the wall clock is set, and a clock that was wrong is found out (L5)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.steady_clock import CERTAIN, SteadyClock
from benthic.runtime import Millis

START = Millis(1_767_225_600_000)
HOUR = 3_600_000


@given(jump=st.integers(-24 * HOUR, 24 * HOUR), passed=st.integers(0, HOUR))
def test_a_wall_clock_that_is_set_wrong_changes_nothing(jump: int, passed: int) -> None:
    clock = SteadyClock(now=START, elapsed=Millis(5))
    true = Millis(START + passed)
    for _ in range(10):
        clock.witness(true, now=Millis(true + jump), elapsed=Millis(5 + passed))
    assert clock.utc(elapsed=Millis(5 + passed)) == true


@given(slept=st.integers(2_001, 24 * HOUR))
def test_a_machine_that_slept_is_told_the_time_by_its_venue(slept: int) -> None:
    clock = SteadyClock(now=START, elapsed=Millis(0))
    true = Millis(START + slept)
    for _ in range(CERTAIN - 1):
        clock.witness(true, now=true, elapsed=Millis(0))
    assert clock.utc(elapsed=Millis(0)) == START
    clock.witness(true, now=true, elapsed=Millis(0))
    assert clock.utc(elapsed=Millis(0)) == true


def test_stamps_that_are_no_times_convince_nobody() -> None:
    clock = SteadyClock(now=START, elapsed=Millis(0))
    for stamp in (START // 1_000, START * 1_000, 0, -1):
        for _ in range(5):
            clock.witness(Millis(stamp), now=Millis(START + HOUR), elapsed=Millis(0))
    assert clock.utc(elapsed=Millis(0)) == START


def test_what_a_connector_has_measured_counts_whatever_the_wall_clock_says() -> None:
    clock = SteadyClock(now=START, elapsed=Millis(0))
    clock.measured(START + 30_000)  # the wall clock is half a minute behind
    for _ in range(2 * CERTAIN):
        clock.witness(Millis(START + HOUR), now=Millis(START + HOUR), elapsed=Millis(0))
    assert clock.utc(elapsed=Millis(7)) == START + 30_007
