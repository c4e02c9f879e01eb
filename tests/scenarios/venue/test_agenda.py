"""The agenda: what is done, in which order, at what time."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime.clock import Millis
from benthic.runtime.errors import UsageError
from benthic.scenarios.venue.agenda import Agenda


def test_actions_run_at_their_time_and_then_it_is_the_time_asked_for() -> None:
    agenda = Agenda(Millis(100))
    seen: list[tuple[str, int]] = []
    agenda.at(300, lambda: seen.append(("late", agenda.now)))
    agenda.at(200, lambda: seen.append(("early", agenda.now)))

    agenda.run_to(250)

    assert seen == [("early", 200)]
    assert (agenda.now, agenda.next_at(), len(agenda)) == (250, 300, 1)


def test_an_action_of_the_past_is_due_now() -> None:
    agenda = Agenda(Millis(100))
    seen: list[int] = []

    agenda.at(5, lambda: seen.append(agenda.now))
    agenda.run_to(100)

    assert seen == [100]


def test_what_an_action_schedules_for_now_is_done_in_the_same_run() -> None:
    agenda = Agenda()
    seen: list[str] = []

    def first() -> None:
        seen.append("first")
        agenda.after(0, lambda: seen.append("second"))

    agenda.at(10, first)
    agenda.run_to(10)

    assert seen == ["first", "second"]


def test_a_cancelled_action_is_not_done_and_not_counted() -> None:
    agenda = Agenda()
    seen: list[int] = []
    ticket = agenda.at(10, lambda: seen.append(1))

    ticket.cancel()
    ticket.cancel()

    assert (len(agenda), agenda.next_at(), ticket.is_pending) == (0, None, False)
    agenda.run_to(20)
    assert seen == []


def test_cancelling_what_was_done_changes_nothing() -> None:
    agenda = Agenda()
    ticket = agenda.at(10, lambda: None)
    agenda.at(20, lambda: None)
    agenda.run_to(10)

    ticket.cancel()

    assert len(agenda) == 1


def test_a_heap_of_cancelled_actions_is_tidied() -> None:
    agenda = Agenda()
    for _ in range(10_000):
        agenda.at(10, lambda: None).cancel()

    assert len(agenda._heap) < 200


def test_an_action_cannot_run_the_agenda() -> None:
    agenda = Agenda()
    agenda.at(10, lambda: agenda.run_to(20))

    with pytest.raises(UsageError, match="schedules with `at`"):
        agenda.run_to(10)


def test_after_an_action_that_raises_the_rest_is_still_to_come() -> None:
    agenda = Agenda()
    seen: list[int] = []

    def fail() -> None:
        raise LookupError

    agenda.at(10, fail)
    agenda.at(10, lambda: seen.append(agenda.now))
    with pytest.raises(LookupError):
        agenda.run_to(50)
    agenda.run_to(50)

    assert (seen, agenda.now) == ([10], 50)


def test_a_sleeper_is_woken_for_what_comes_before_all_else() -> None:
    agenda = Agenda()
    woken: list[int | None] = []
    agenda.on_earlier = lambda: woken.append(agenda.next_at())

    agenda.at(20, lambda: None)
    agenda.at(30, lambda: None)
    agenda.at(10, lambda: None)

    assert woken == [20, 10]


@given(
    moments=st.lists(st.integers(0, 50), max_size=40),
    stops=st.lists(st.integers(0, 60), max_size=6),
    cancelled=st.sets(st.integers(0, 39)),
)
def test_the_order_is_that_of_moments_and_then_of_writing(
    moments: list[int], stops: list[int], cancelled: set[int]
) -> None:
    agenda = Agenda()
    seen: list[tuple[int, int]] = []

    def note(number: int) -> None:
        seen.append((agenda.now, number))

    for number, moment in enumerate(moments):
        ticket = agenda.at(moment, partial(note, number))
        if number in cancelled:
            ticket.cancel()

    for stop in [*sorted(stops), 60]:
        agenda.run_to(stop)

    kept = [(m, n) for n, m in enumerate(moments) if n not in cancelled]
    assert seen == sorted(kept)
    assert len(agenda) == 0
