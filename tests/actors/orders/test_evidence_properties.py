"""Promises of patience: silence proves nothing before the fence, and nothing when heard once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.orders.evidence import (
    Doubt,
    Patience,
    absent,
    delay,
    proves_absence,
    tried,
)
from benthic.runtime import Millis

PATIENCE = Patience()
FENCE = 17_000  # ms
SINCE = Millis(1_000_000)
DOUBT = Doubt(SINCE)
waits = st.lists(st.integers(0, 100_000), max_size=12)


@given(waits=waits)
def test_absence_is_proved_only_by_two_look_ups_past_the_fence_and_apart(waits: list[int]) -> None:
    doubt, at, looks = DOUBT, SINCE, list[int]()
    for wait in waits:
        at = Millis(at + wait)
        past = [look for look in looks if look >= SINCE + FENCE]
        expected = bool(past) and at >= past[0] + PATIENCE.spacing

        assert proves_absence(doubt, PATIENCE, at) == expected
        doubt = absent(doubt, PATIENCE, at)
        looks.append(at)


@given(attempts=st.integers(0, 200), late=st.integers(0, 10**9))
def test_the_next_look_up_comes_soon_enough_and_never_at_once(attempts: int, late: int) -> None:
    at = Millis(SINCE + late)
    wait = delay(Doubt(SINCE, attempts), PATIENCE, at)

    assert 0 < wait <= PATIENCE.cap
    assert at + wait <= max(SINCE + FENCE, at + PATIENCE.cap)


def test_look_ups_that_bring_nothing_come_ever_later() -> None:
    doubt, at, seen = DOUBT, Millis(SINCE + FENCE), list[Millis]()
    for _ in range(10):
        seen.append(delay(doubt, PATIENCE, at))
        doubt = tried(doubt)

    assert seen == sorted(seen)
    assert seen[-1] == PATIENCE.cap


def test_a_look_up_falls_on_the_fence_and_the_second_one_right_after_it() -> None:
    almost = Millis(SINCE + FENCE - 10)
    assert delay(Doubt(SINCE, 9), PATIENCE, almost) == 10

    fence = Millis(almost + 10)
    assert delay(absent(DOUBT, PATIENCE, fence), PATIENCE, fence) == PATIENCE.spacing


@given(early=st.integers(1, PATIENCE.spacing - 1), attempts=st.integers(0, 20))
def test_a_look_in_between_does_not_put_off_the_one_that_counts(early: int, attempts: int) -> None:
    """A reconciling pass has made one 478 ms after the fence, and the next came a minute late."""
    fence = Millis(SINCE + FENCE)
    doubt, between = absent(Doubt(SINCE, attempts), PATIENCE, fence), Millis(fence + early)

    doubt = absent(doubt, PATIENCE, between)
    again = Millis(between + delay(doubt, PATIENCE, between))

    assert again == fence + PATIENCE.spacing
    assert proves_absence(doubt, PATIENCE, again)


@given(waits=waits)
def test_without_a_fence_silence_never_proves_anything(waits: list[int]) -> None:
    patience, doubt, at = Patience(fence=None), DOUBT, SINCE
    for wait in waits:
        at = Millis(at + wait)
        assert not proves_absence(doubt, patience, at)
        doubt = absent(doubt, patience, at)
        assert 0 < delay(doubt, patience, at) <= patience.cap


@given(grace=st.integers(0, 60_000), early=st.integers(0, 200_000))
def test_what_may_still_leave_puts_the_fence_off(grace: int, early: int) -> None:
    """A desk that was restarted knows of no request of the one before it (C17)."""
    doubt = Doubt(SINCE, grace=Millis(grace))
    at = Millis(SINCE + early)

    seen = absent(doubt, PATIENCE, at)

    assert (seen.absent_at is None) == (early < grace + FENCE)
    assert tried(seen).grace == seen.grace == grace
