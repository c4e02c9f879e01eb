"""A book from a line that loses, repeats and swaps, against the venue that told it (M1, M2, D1)."""

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.feeds.book_state import BookState
from benthic.actors.market.book_diff import BookDiff, Numbering

from .told_book import SYMBOL, ToldBook

WHOLE = 1_000  # levels


def line(chance: Random, told: ToldBook) -> list[BookDiff]:
    """What arrives when a diff is told: it, nothing, it twice, or it after the next one."""
    fate, diff = chance.random(), told.diff()
    if fate < 0.08:
        return []
    if fate < 0.16:
        return [diff, diff]
    if fate < 0.22:
        return [told.diff(), diff]
    if fate < 0.25:
        bad = chance.choice(("NaN", "-1", "1e999", "", "1.2.3", "٣", "1_0", "inf"))
        return [msgspec.structs.replace(diff, bids=(*diff.bids, ("90", bad)))]
    return [diff]


def assert_true(state: BookState, told: ToldBook, limit: int | None) -> bool:
    """Whether there is a book; what it shows is what the venue had."""
    book = state.book(WHOLE)
    assert (book is not None) == (state.status == "valid")
    assert (state.fault is None) == (state.status != "invalid")
    if book is None or book.sequence is None:
        return False
    bids, asks = told.levels(book.sequence)
    if limit is None:
        assert (book.bids, book.asks) == (bids, asks)
    else:
        assert book.bids
        assert book.asks
        assert book.bids == bids[: len(book.bids)]
        assert book.asks == asks[: len(book.asks)]
    return True


@settings(max_examples=200)
@given(
    st.randoms(use_true_random=True),
    st.sampled_from(["ranges", "links"]),
    st.sampled_from([None, 3, 12, 40]),
)
def test_a_book_that_calls_itself_valid_is_the_one_that_the_venue_has(
    chance: Random, numbering: Numbering, limit: int | None
) -> None:
    told = ToldBook(chance, numbering)
    state = BookState(SYMBOL, numbering=numbering, kept=chance.choice((4, 1_000)))
    for _ in range(80):
        for diff in line(chance, told):
            state.apply(diff)
            assert_true(state, told, limit)
        if chance.random() < (0.02 if state.status == "valid" else 0.4):
            if chance.random() < 0.5:
                state.refresh()
                for diff in line(chance, told):
                    state.apply(diff)
                    assert_true(state, told, limit)
            state.load(told.snapshot(back=chance.choice((0, 3, 30)), limit=limit), limit=limit)
            assert_true(state, told, limit)

    # Whatever happened: a snapshot of now makes a book, and the next diff continues it.
    state.withdraw("the line was cut")
    state.load(told.snapshot(back=0, limit=40), limit=40)
    assert assert_true(state, told, 40)
    state.apply(told.diff())
    assert assert_true(state, told, 40)


@settings(max_examples=30)
@given(st.randoms(use_true_random=True), st.sampled_from(["ranges", "links"]))
def test_on_a_line_without_faults_nothing_is_ever_invalid(
    chance: Random, numbering: Numbering
) -> None:
    told = ToldBook(chance, numbering)
    state = BookState(SYMBOL, numbering=numbering)
    for _ in range(chance.randint(0, 10)):
        assert state.apply(told.diff()) == "waiting"
    snapshot = told.snapshot(back=chance.randint(0, 8), limit=None)
    late = [told.diff() for _ in range(chance.randint(0, 5))]
    for diff in late:
        state.apply(diff)

    assert state.load(snapshot) == "valid"
    for _ in range(50):
        assert state.apply(told.diff()) == "valid"
        assert assert_true(state, told, None)
