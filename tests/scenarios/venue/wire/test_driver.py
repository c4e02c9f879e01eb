"""The driver: the agenda goes as the clock goes."""

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime.clock import Millis, VirtualClock
from benthic.runtime.errors import UsageError
from benthic.scenarios.determinism import run_seeded
from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.wire.driver import Driver


def moments_of(agenda: Agenda, speed: float, seconds: float) -> list[tuple[int, float]]:
    """(the exchange's ms, trio's s) of a heart that beats once a second of the exchange."""
    seen: list[tuple[int, float]] = []

    def beat() -> None:
        seen.append((agenda.now, round(trio.current_time(), 6)))
        agenda.after(1_000, beat)

    async def body(_: VirtualClock) -> None:
        agenda.after(1_000, beat)
        async with trio.open_nursery() as nursery:
            await nursery.start(Driver(agenda, speed=speed).run)
            await trio.sleep(seconds)
            nursery.cancel_scope.cancel()

    run_seeded(body, seed=3)
    return seen


def test_time_of_the_exchange_is_that_of_the_clock() -> None:
    assert moments_of(Agenda(Millis(7)), 1, 3.5) == [(1_007, 1.0), (2_007, 2.0), (3_007, 3.0)]


def test_time_of_the_exchange_is_the_clock_times_its_speed() -> None:
    assert moments_of(Agenda(), 4, 1.1)[-1] == (4_000, 1.0)
    assert moments_of(Agenda(), 0.5, 5)[-1] == (2_000, 4.0)


@given(delays=st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_whatever_is_due_is_done_at_its_very_millisecond(delays: list[int]) -> None:
    agenda = Agenda(Millis(1_700_000_000_123))
    seen: list[tuple[int, int]] = []

    async def body(clock: VirtualClock) -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(Driver(agenda).run)
            for delay in delays:
                agenda.after(delay, lambda: seen.append((agenda.now, clock.now())))
            await trio.sleep(10**4 + 1)
            nursery.cancel_scope.cancel()

    run_seeded(body, seed=1, start=agenda.now)

    assert [there for there, _ in seen] == [here for _, here in seen]
    assert len(seen) == len(delays)


def test_a_sleeping_driver_wakes_for_what_is_due_earlier() -> None:
    agenda = Agenda()
    driver = Driver(agenda)
    seen: list[tuple[int, float]] = []

    def note() -> None:
        seen.append((agenda.now, round(trio.current_time(), 6)))

    async def body(_: VirtualClock) -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(driver.run)
            driver.after(50_000, note)
            await trio.sleep(2)
            driver.after(1_000, note)
            await trio.sleep(60)
            nursery.cancel_scope.cancel()

    run_seeded(body, seed=1)

    assert seen == [(3_000, 3.0), (50_000, 50.0)]


def test_an_agenda_with_too_much_to_do_falls_behind_and_starves_nobody() -> None:
    agenda = Agenda()

    def beat() -> None:
        agenda.after(1, beat)

    async def main() -> None:
        agenda.after(1, beat)
        driver = Driver(agenda, speed=1e9)
        async with trio.open_nursery() as nursery:
            await nursery.start(driver.run)
            for _ in range(5):
                await trio.lowlevel.checkpoint()
            assert driver.behind > 0
            nursery.cancel_scope.cancel()

    trio.run(main)


@pytest.mark.parametrize("speed", [0, -1, float("nan"), float("inf")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="give a number above 0"):
        Driver(Agenda(), speed=speed)
