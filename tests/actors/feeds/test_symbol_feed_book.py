"""The book of a symbol feed: contiguous or invalid, by diffs, by streams and by polls (D1)."""

from __future__ import annotations

from benthic.actors.exchange.messages import (
    BookDiffReported,
    BookReported,
    FetchBook,
    StreamChanged,
)
from benthic.actors.feeds import BookChanged, BookDiff, Follow, GetBook
from benthic.runtime import Millis

from .told_feed import SECOND, START, SYMBOL, Told, a_book, follow_feed

DIFFS = Follow(subjects=frozenset({"book"}), numbering="ranges")
WHOLE = Follow(subjects=frozenset({"book"}))


def live(topic: str) -> StreamChanged:
    return StreamChanged(SYMBOL, topic, "", "live")  # type: ignore[arg-type]  # a Topic


def down(topic: str) -> StreamChanged:
    return StreamChanged(SYMBOL, topic, "", "down", "cut")  # type: ignore[arg-type]


def diff(first: int, last: int, bid: str = "99", amount: str = "1") -> BookDiffReported:
    return BookDiffReported(SYMBOL, BookDiff([(bid, amount)], [], START, last=last, first=first))


def states(heard: list[object]) -> list[tuple[str, int | None]]:
    return [(event.status, event.sequence) for event in heard if isinstance(event, BookChanged)]


def test_diffs_that_came_before_the_snapshot_are_in_the_book() -> None:
    async def story(told: Told) -> None:
        told.market.book = a_book(98, 101, sequence=11)
        await told.say(live("diffs"), diff(11, 12), diff(13, 14, "100"))
        view = await told.feed.ask(GetBook())
        assert view.status == "valid"
        assert view.book is not None
        assert [int(level.price) for level in view.book.bids] == [100, 99, 98]
        assert told.market.asked[1:] == [FetchBook(SYMBOL, 1_000)]

    assert states(follow_feed(story, follow=DIFFS))[-1] == ("valid", 14)


def test_a_missing_diff_makes_the_book_invalid_at_once_until_there_is_a_new_snapshot() -> None:
    async def story(told: Told) -> None:
        told.market.book = a_book(98, 101, sequence=10)
        await told.say(live("diffs"), diff(11, 11))
        await told.say(diff(13, 13))  # M1: 12 is missing; the venue's snapshot is old as well
        view = await told.feed.ask(GetBook())
        assert (view.status, view.book) == ("invalid", None)
        told.market.book = a_book(97, 101, sequence=13)
        await told.pass_time(5 * SECOND)
        assert (await told.feed.ask(GetBook())).status == "valid"

    heard = follow_feed(story, follow=DIFFS)
    said = states(heard)
    assert said[-1] == ("valid", 13)
    assert [status for status, _ in said].count("invalid") >= 1
    assert all(
        event.bid is None and event.ask is None
        for event in heard
        if isinstance(event, BookChanged) and event.status == "invalid"
    )


def test_a_snapshot_that_is_older_than_the_diffs_is_asked_for_again_after_a_pause() -> None:
    async def story(told: Told) -> None:
        told.market.book = a_book(98, 101, sequence=5)
        await told.say(live("diffs"), diff(20, 21))
        await told.pass_time(10 * SECOND)
        asked = [each for each in told.market.asked if isinstance(each, FetchBook)]
        assert 2 <= len(asked) <= 11  # M2
        told.market.book = a_book(98, 101, sequence=21)
        await told.pass_time(60 * SECOND)

    assert states(follow_feed(story, follow=DIFFS))[-1] == ("valid", 21)


def test_whole_books_replace_one_another_and_none_runs_back() -> None:
    async def story(told: Told) -> None:
        await told.say(live("book"), BookReported(a_book(98, 101, sequence=10)))
        await told.tell(BookReported(a_book(90, 91, sequence=9)))  # a poll that was slow
        await told.say(BookReported(a_book(97, 101, at=START + 1, sequence=12)))

    assert states(follow_feed(story, follow=WHOLE)) == [
        ("waiting", None),
        ("valid", 10),
        ("valid", 12),
    ]


def test_a_crossed_book_is_no_book() -> None:
    async def story(told: Told) -> None:
        await told.say(live("book"), BookReported(a_book(98, 101)))
        await told.say(BookReported(a_book(102, 101, at=START + 1)))
        view = await told.feed.ask(GetBook())
        assert (view.status, view.book) == ("invalid", None)
        assert view.fault is not None
        assert view.fault.kind == "CROSSED"  # M3

    follow_feed(story, follow=WHOLE)


def test_polled_books_do_not_run_a_live_book_back_and_carry_on_when_its_stream_is_down() -> None:
    async def story(told: Told) -> None:
        told.market.book = a_book(98, 101, sequence=10)
        await told.say(live("diffs"), diff(11, 11))
        await told.tell(BookReported(a_book(97, 101, sequence=9)))
        assert states(told.heard)[-1] == ("valid", 11)
        await told.tell(BookReported(a_book(97, 101, at=START + 1, sequence=12)))
        await told.say(down("diffs"))
        assert states(told.heard)[-1] == ("valid", 12)
        told.market.book = a_book(96, 101, sequence=20)
        await told.say(live("diffs"), diff(20, 21))
        assert states(told.heard)[-1] == ("valid", 21)

    said = states(follow_feed(story, follow=DIFFS))
    assert "invalid" not in [status for status, _ in said]


def test_polled_books_that_stop_coming_and_a_line_that_is_away_leave_no_book() -> None:
    async def story(told: Told) -> None:
        await told.tell(BookReported(a_book(98, 101)))
        await told.pass_time(20 * SECOND)
        assert states(told.heard)[-1] == ("invalid", None)  # D2
        await told.tell(BookReported(a_book(98, 101, at=Millis(START + 20_000))))
        assert states(told.heard)[-1] == ("valid", None)
        await told.line("away")
        assert states(told.heard)[-1] == ("invalid", None)

    follow_feed(story, follow=WHOLE)
