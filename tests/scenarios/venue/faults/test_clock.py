"""The venue's clock: exact until it is struck, and then wrong by as much as it was told."""

from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.faults.clock import VenueClock

START = Millis(1_700_000_000_000)


def test_a_clock_that_nothing_struck_tells_the_time() -> None:
    agenda = Agenda(START)
    clock = VenueClock(agenda)

    agenda.run_to(START + 5_000)

    assert clock.now() == START + 5_000


@given(by=st.integers(-(10**9), 10**9))
def test_a_step_lasts(by: int) -> None:
    agenda = Agenda(START)
    clock = VenueClock(agenda)

    clock.step(by)
    agenda.run_to(START + 5_000)

    assert clock.now() == START + 5_000 + by


@given(ppm=st.integers(-500_000, 500_000), later=st.integers(0, 10**8))
def test_a_drift_grows_with_time_and_ends_where_it_is(ppm: int, later: int) -> None:
    agenda = Agenda(START)
    clock = VenueClock(agenda)

    clock.drift(ppm)
    agenda.run_to(START + later)
    ahead = clock.ahead
    clock.drift(0)
    agenda.run_to(START + later + 10_000)

    assert ahead == later * ppm // 10**6
    assert clock.ahead == ahead


def test_no_step_goes_back_before_all_time() -> None:
    clock = VenueClock(Agenda(START))

    clock.step(-2 * START)

    assert clock.now() == 0
