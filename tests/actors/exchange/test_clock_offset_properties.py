"""The offset to a venue's clock, held against what it really is (L4, L5)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.clock_offset import (
    JUMP,
    REFRESH,
    Sample,
    VenueTime,
    assumed,
    has_jumped,
    is_due,
    measured,
)
from benthic.runtime import Millis, VirtualClock

ways = st.tuples(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 60_000))


def a_sample(at: int, there: int, back: int, ahead: int) -> Sample:
    """An answer that took `there` and `back`, of a venue whose time is ours and `ahead`."""
    return Sample(Millis(at), Millis(at + there + back), Millis(at + there + ahead))


@given(trips=st.lists(ways, min_size=1, max_size=8), ahead=st.integers(-(10**9), 10**12))
def test_an_offset_is_right_within_half_of_the_shortest_round_trip(
    trips: list[tuple[int, int, int]], ahead: int
) -> None:
    samples = [a_sample(at, there, back, ahead) for there, back, at in trips]

    offset = measured(samples, Millis(ahead), Millis(0))

    assert offset.error <= min(there + back for there, back, _ in trips) / 2 + 2
    assert abs(offset.ahead - ahead) <= offset.error


@given(ahead=st.integers(-(10**6), 10**6), step=st.integers(-(10**9), 10**9))
def test_a_step_of_the_wall_moves_no_signature_and_is_noticed(ahead: int, step: int) -> None:
    offset = measured([a_sample(0, 1, 1, ahead)], Millis(1_000_000), Millis(0))

    assert has_jumped(offset, Millis(1_000_000 + 7 + step), Millis(7)) is (abs(step) > JUMP)


def test_an_offset_is_measured_again_in_time() -> None:
    offset = assumed(Millis(5_000), Millis(0))

    assert not is_due(offset, Millis(5_000 + REFRESH - 1), Millis(REFRESH - 1))
    assert is_due(offset, Millis(5_000 + REFRESH), REFRESH)


def test_venue_time_is_the_walls_until_it_was_measured() -> None:
    clock = VirtualClock(Millis(1_000))
    time = VenueTime(clock)

    assert time.now() == 1_000
    time.measure([Sample(Millis(1_000), Millis(1_000), Millis(4_000))])
    clock.advance_to(1_500)
    assert (time.now(), time.elapsed()) == (4_500, 1_500)
