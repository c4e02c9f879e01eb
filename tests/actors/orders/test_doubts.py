"""Promises of the list of orders in doubt: what is looked up next, and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.orders.doubts import Doubts
from benthic.actors.orders.evidence import Doubt, Patience
from benthic.runtime import Millis

PATIENCE = Patience()
NOW = Millis(1_000_000)


def in_doubt(*client_ids: str) -> Doubts:
    doubts = Doubts(PATIENCE)
    for client_id in client_ids:
        doubts.add(client_id, Doubt(NOW), NOW)
    return doubts


def test_the_order_whose_time_comes_first_is_next() -> None:
    doubts = in_doubt("a", "b")
    doubts.add_more("a", NOW)

    assert doubts.next() == (NOW + PATIENCE.first, "b")
    doubts.settle("b")
    assert doubts.next() == (NOW + PATIENCE.first * PATIENCE.factor, "a")
    doubts.settle("a")
    assert doubts.next() is None
    assert len(doubts) == 0


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["add", "add_more", "settle"]),
            st.sampled_from("abc"),
            st.integers(0, 30_000),
        )
    )
)
def test_whatever_happens_each_order_in_doubt_is_looked_up_once_in_a_while(
    steps: list[tuple[str, str, int]],
) -> None:
    doubts, at, known = Doubts(PATIENCE), NOW, set[str]()
    for what, client_id, wait in steps:
        at = Millis(at + wait)
        if what == "settle":
            doubts.settle(client_id)
            known.discard(client_id)
            continue
        known.add(client_id)
        if what == "add":
            doubts.add(client_id, Doubt(at), at)
        else:
            doubts.add_more(client_id, at)

    looked = list[str]()
    while (due := doubts.next()) is not None:
        assert due[0] <= at + PATIENCE.cap
        looked.append(due[1])
        doubts.settle(due[1])
    assert sorted(looked) == sorted(known)


def test_a_silent_venue_is_asked_by_one_order_at_a_time_and_ever_later() -> None:
    doubts, at, waits = in_doubt("a", "b"), NOW, list[int]()
    for _ in range(8):
        doubts.unheard(at, at)
        due = doubts.next()
        assert due is not None
        assert doubts.is_silent
        waits.append(due[0] - at)
        at = due[0]

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (PATIENCE.first, PATIENCE.cap)
    doubts.heard()
    assert not doubts.is_silent


def test_a_venue_that_nobody_has_a_question_for_is_not_silent() -> None:
    doubts = in_doubt("a")
    doubts.unheard(NOW, NOW)
    doubts.settle("a")
    doubts.add("b", Doubt(NOW), NOW)

    assert not doubts.is_silent
    assert doubts.next() == (NOW + PATIENCE.first, "b")


def test_requests_that_fall_silent_together_count_as_one() -> None:
    doubts = in_doubt("a")
    later = Millis(NOW + 10_000)
    for _ in range(20):
        doubts.unheard(NOW, later)

    assert doubts.next() == (later + PATIENCE.first, "a")


def test_an_order_that_is_being_looked_up_is_not_due() -> None:
    doubts = in_doubt("a")
    doubts.take("a")
    assert doubts.next() is None
    doubts.put_back("a", NOW)
    assert doubts.next() == (NOW, "a")


def test_an_order_is_overdue_past_the_fence_and_without_one_past_the_longest_pause() -> None:
    doubts = in_doubt("a", "b")
    assert doubts.overdue(Millis(NOW + 17_000)) == 0
    assert doubts.overdue(Millis(NOW + 17_001)) == 2
    fenceless = Doubts(Patience(fence=None))
    fenceless.add("a", Doubt(NOW), NOW)
    assert fenceless.overdue(Millis(NOW + 60_000)) == 0
    assert fenceless.overdue(Millis(NOW + 60_001)) == 1


@given(
    begun=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20_000))),
    settled=st.sets(st.sampled_from("abcd")),
)
def test_whoever_wakes_when_one_more_is_overdue_misses_none(
    begun: list[tuple[str, int]], settled: set[str]
) -> None:
    doubts, at, since = Doubts(PATIENCE), NOW, dict[str, Millis]()
    for client_id, wait in begun:
        at = Millis(at + wait)
        doubts.add(client_id, Doubt(at), at)
        since.setdefault(client_id, at)
    for client_id in settled:
        doubts.settle(client_id)
        since.pop(client_id, None)

    wakes, moment = list[Millis](), NOW
    while (due := doubts.next_overdue(moment)) is not None:
        assert due > moment
        wakes.append(moment := due)

    fence = PATIENCE.fence or 0
    assert wakes == sorted({Millis(began + fence + 1) for began in since.values()})
    assert all(doubts.overdue(Millis(due - 1)) < doubts.overdue(due) for due in wakes)


def test_a_cancel_that_goes_unanswered_too_does_not_put_off_when_an_order_is_overdue() -> None:
    doubts = in_doubt("a")  # R4
    later = Millis(NOW + 16_000)
    doubts.add("a", Doubt(later), later)
    assert doubts.overdue(Millis(NOW + 17_001)) == 1
    doubts.settle("a")
    doubts.add("a", Doubt(later), later)
    assert doubts.overdue(Millis(NOW + 17_001)) == 0
