"""When there is a book, and what is said when there is none."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from benthic.actors.feeds.book_checksum import KRAKEN, OKX
from benthic.actors.feeds.book_state import BookState
from benthic.actors.market.book import Book, Level
from benthic.actors.market.book_diff import BookDiff, Quote
from benthic.runtime import Millis

NOW = Millis(1_700_000_000_000)


def levels(*quotes: Quote) -> tuple[Level, ...]:
    return tuple(Level(Decimal(price), Decimal(amount)) for price, amount in quotes)


def snapshot(sequence: int | None, **sides: Sequence[Quote]) -> Book:
    bids, asks = sides.get("bids", [("99", "1")]), sides.get("asks", [("101", "1")])
    return Book("BTC/USDT", levels(*bids), levels(*asks), NOW, sequence)


def spot(first: int, last: int, **fields: Any) -> BookDiff:
    return BookDiff(
        fields.get("bids", ()), fields.get("asks", ()), fields.get("at", NOW), last, first=first
    )


def linked(previous: int, last: int, **fields: Any) -> BookDiff:
    return BookDiff(
        fields.get("bids", ()),
        fields.get("asks", ()),
        fields.get("at", NOW),
        last,
        previous=previous,
    )


def fault(state: BookState) -> str:
    assert state.book(1) is None
    return "" if state.fault is None else state.fault.kind


def ready(**options: Any) -> BookState:
    state = BookState("BTC/USDT", numbering=options.pop("numbering", "ranges"), **options)
    assert state.load(snapshot(100)) == "valid"
    return state


def test_a_book_waits_for_its_snapshot_and_replays_what_came_before_it() -> None:
    state = BookState("BTC/USDT", numbering="ranges")
    assert state.apply(spot(99, 100, bids=[("98", "7")])) == "waiting"
    assert state.apply(spot(101, 103, bids=[("98", "2.50")])) == "waiting"

    assert state.book(5) is None
    assert state.load(snapshot(101)) == "valid"
    assert state.book(5) == Book(
        "BTC/USDT", levels(("99", "1"), ("98", "2.5")), levels(("101", "1")), NOW, 103
    )


def test_a_missing_diff_makes_the_book_invalid_at_once_and_the_later_one_is_kept() -> None:
    """M1."""
    state = ready()

    assert state.apply(spot(102, 103, bids=[("97", "3")])) == "invalid"
    assert fault(state) == "GAP"
    assert state.apply(spot(104, 104)) == "invalid"
    assert state.load(snapshot(101)) == "valid"
    book = state.book(5)
    assert book is not None
    assert (book.sequence, book.bids) == (104, levels(("99", "1"), ("97", "3")))


def test_diffs_that_were_kept_out_of_order_are_replayed_in_order() -> None:
    state = BookState("BTC/USDT", numbering="ranges")
    for number in (103, 102, 104, 102):
        state.apply(spot(number, number, bids=[("98", str(number))]))

    assert state.load(snapshot(101)) == "valid"
    book = state.book(5)
    assert book is not None
    assert (book.sequence, book.bids[1]) == (104, levels(("98", "104"))[0])


def test_a_snapshot_older_than_the_first_diff_is_not_taken() -> None:
    """M2."""
    state = BookState("BTC/USDT", numbering="ranges")
    state.apply(spot(110, 112))

    assert state.load(snapshot(105)) == "invalid"
    assert fault(state) == "STALE_SNAPSHOT"
    assert state.load(snapshot(109)) == "valid"


@pytest.mark.parametrize("ask", ["99", "98.5", "99.00"])
def test_a_crossed_or_locked_book_is_invalid(ask: str) -> None:
    """M3."""
    state = ready()

    state.apply(spot(101, 101, asks=[(ask, "1")]))

    assert fault(state) == "CROSSED"
    assert state.load(snapshot(101)) == "valid"


def test_a_crossed_snapshot_is_no_book() -> None:
    state = BookState("BTC/USDT", numbering="ranges")

    state.load(snapshot(100, bids=[("101", "1")]))

    assert fault(state) == "CROSSED"


@pytest.mark.parametrize(
    "quote",
    [
        *((price, "1") for price in ("NaN", "-0", "0", "-5", "1e400", "", "Infinity", "9 ", "1_0")),
        *(("98", amount) for amount in ("NaN", "-1", "1e400", "", "inf", " 1", "1.1.1", "1,5")),
        ("98", "1" + "0" * 28),
        ("98", "٣"),
    ],
)
def test_a_bad_number_makes_the_book_invalid(quote: Quote) -> None:
    """M10, D4."""
    state = ready()

    state.apply(spot(101, 101, bids=[quote]))

    assert fault(state) == "BAD_NUMBER"


def test_a_number_with_an_exponent_is_a_number() -> None:
    """M12."""
    state = ready()

    state.apply(spot(101, 101, bids=[("0.98e2", "1e-3"), ("99", "0e5")]))

    book = state.book(5)
    assert book is not None
    assert book.bids == levels(("98", "0.001"))


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal(-1), Decimal("Infinity")])
def test_a_bad_number_in_a_snapshot_makes_no_book(number: Decimal) -> None:
    state = BookState("BTC/USDT", numbering="ranges")
    good = snapshot(100)

    state.load(msgspec.structs.replace(good, asks=(*good.asks, Level(number, Decimal(1)))))
    assert fault(state) == "BAD_NUMBER"
    state.load(msgspec.structs.replace(good, asks=(*good.asks, Level(Decimal(102), number))))
    assert fault(state) == "BAD_NUMBER"
    assert state.load(good) == "valid"


def test_what_is_told_again_changes_nothing() -> None:
    state = ready()
    diff = spot(101, 103, bids=[("98", "2")])
    state.apply(diff)
    before = state.book(5)

    assert state.apply(diff) == "valid"
    assert state.apply(spot(90, 99, bids=[("98", "9")])) == "valid"
    assert state.book(5) == before
    assert state.counts.repeated == 2


def test_two_lines_at_once_continue_each_other() -> None:
    """M6: while one is made before the other breaks, diffs overlap."""
    state = ready()

    state.apply(spot(101, 103, bids=[("98", "2")]))
    state.apply(spot(102, 105, bids=[("98", "3")]))

    book = state.book(5)
    assert book is not None
    assert (book.sequence, book.bids[1]) == (105, levels(("98", "3"))[0])


def test_futures_are_held_together_by_the_number_before() -> None:
    state = BookState("BTC/USDT", numbering="links")
    state.apply(linked(90, 97))
    state.apply(linked(97, 105, bids=[("98", "2")]))

    assert state.load(snapshot(99)) == "valid"
    assert state.apply(linked(105, 130)) == "valid"
    assert state.apply(linked(131, 140)) == "invalid"
    assert fault(state) == "GAP"


def test_a_venue_that_counts_anew_on_the_same_line_is_followed_where_it_links_the_two() -> None:
    state = ready(numbering="links")
    state.apply(linked(100, 110))

    assert state.apply(linked(110, 3, bids=[("98", "2")])) == "valid"
    assert state.apply(linked(3, 3)) == "valid"
    assert state.apply(linked(3, 7)) == "valid"
    book = state.book(1)
    assert book is not None
    assert book.sequence == 7


def test_a_venue_that_counts_anew_without_a_word_is_noticed() -> None:
    state = ready()
    state.apply(spot(101, 105))

    assert state.apply(spot(1, 3, at=Millis(NOW + 60_000))) == "invalid"
    assert fault(state) == "RAN_BACK"
    assert state.load(snapshot(2)) == "valid"


def test_diffs_of_before_a_restart_do_not_stand_in_the_way_of_its_snapshot() -> None:
    state = BookState("BTC/USDT", numbering="ranges")
    state.apply(spot(501, 505))
    state.apply(spot(1, 3, at=Millis(NOW + 60_000)))

    assert state.load(snapshot(2)) == "valid"


def test_a_diff_without_its_numbers_is_not_trusted() -> None:
    state = ready()

    state.apply(BookDiff([("98", "1")], (), NOW))

    assert fault(state) == "UNNUMBERED"
    assert BookState("BTC/USDT", numbering="links").load(snapshot(None)) == "invalid"


def test_a_late_snapshot_does_not_take_a_valid_book_back() -> None:
    state = ready()
    state.apply(spot(101, 105, bids=[("98", "2")]))
    before = state.book(5)

    assert state.load(snapshot(103)) == "valid"
    assert state.book(5) == before


def test_a_valid_book_is_refreshed_without_a_moment_of_none() -> None:
    state = ready()
    state.refresh()
    state.apply(spot(101, 103, bids=[("98", "2")]))
    state.apply(spot(104, 105, bids=[("97", "4")]))

    assert state.load(snapshot(103, bids=[("99", "1"), ("98", "2"), ("50", "8")])) == "valid"
    book = state.book(9)
    assert book is not None
    assert book.bids == levels(("99", "1"), ("98", "2"), ("97", "4"), ("50", "8"))
    assert book.sequence == 105


def test_what_lies_beyond_a_snapshot_that_was_cut_is_never_shown() -> None:
    state = BookState("BTC/USDT", numbering="ranges")
    sides: dict[str, Sequence[Quote]] = {
        "bids": [("99", "1"), ("97", "1")],
        "asks": [("101", "1"), ("102", "1")],
    }
    state.load(snapshot(100, **sides), limit=2)

    state.apply(spot(101, 101, bids=[("98", "2"), ("90", "3"), ("97", "0")]))
    book = state.book(9)
    assert book is not None
    assert book.bids == levels(("99", "1"), ("98", "2"))

    state.apply(spot(102, 102, bids=[("99", "0"), ("98", "0")]))
    assert fault(state) == "SPENT"


def test_a_side_of_which_all_was_told_may_be_empty() -> None:
    state = ready()

    assert state.apply(spot(101, 101, bids=[("99", "0")])) == "valid"
    book = state.book(5)
    assert book is not None
    assert book.bids == ()


def test_whoever_feeds_it_can_withdraw_the_book() -> None:
    state = ready()

    assert state.withdraw("the line is down") == "invalid"
    assert fault(state) == "WITHDRAWN"
    assert state.fault is not None
    assert state.fault.detail == "the line is down"


def test_too_many_diffs_push_out_the_oldest_and_a_newer_snapshot_helps() -> None:
    state = BookState("BTC/USDT", numbering="ranges", kept=3)
    for number in range(101, 107):
        state.apply(spot(number, number))

    assert state.counts.forgotten == 3
    assert state.load(snapshot(101)) == "invalid"
    assert state.load(snapshot(103)) == "valid"


def test_a_book_given_out_never_changes() -> None:
    state = ready()
    before = state.book(5)

    state.apply(spot(101, 101, bids=[("99", "8"), ("98", "1")]))

    assert before == snapshot(100)


OKX_BIDS = [("3366.1", "7"), ("3366", "6")]
OKX_ASKS = [("3366.8", "9"), ("3368", "8")]


def test_checksums_are_those_of_the_examples_of_okx() -> None:
    assert OKX.of(OKX_BIDS, OKX_ASKS) == -1_881_014_294
    assert OKX.of(OKX_BIDS[:1], [*OKX_ASKS, ("3372", "8")]) == 831_078_360


def test_a_checksum_is_that_of_the_example_of_kraken() -> None:
    asks = (
        "45285.2 0.00100000,45286.4 1.54571953,45286.6 1.54571109,45289.6 1.54560911,"
        "45290.2 0.15890660,45291.8 1.54553491,45294.7 0.04454749,45296.1 0.35380000,"
        "45297.5 0.09945542,45299.5 0.18772827"
    )
    bids = (
        "45283.5 0.10000000,45283.4 1.54582015,45282.1 0.10000000,45281.0 0.10000000,"
        "45280.3 1.54592586,45279.0 0.07990000,45277.6 0.03310103,45277.5 0.30000000,"
        "45277.3 1.54602737,45276.6 0.15445238"
    )

    def quotes(text: str) -> list[Quote]:
        return [(price, amount) for price, amount in (each.split() for each in text.split(","))]

    assert KRAKEN.of(quotes(bids), quotes(asks)) == 3_310_070_434

    state = BookState("BTC/USD", numbering="none", checksum=KRAKEN, depth=10)
    whole = snapshot(None, bids=quotes(bids), asks=quotes(asks))
    assert state.load(whole) == "valid"
    told = BookDiff([("45283.5", "0.10000000")], (), NOW, checksum=3_310_070_434)
    assert state.apply(told) == "valid"
    assert state.apply(BookDiff([("45283.5", "0.2")], (), NOW, checksum=3_310_070_434)) == "invalid"
    assert fault(state) == "CHECKSUM"


def test_the_checksum_that_okx_sends_no_more_is_none() -> None:
    state = ready(numbering="links", checksum=OKX)

    assert state.apply(linked(100, 101)) == "valid"
    assert state.apply(msgspec.structs.replace(linked(101, 102), checksum=0)) == "valid"
    assert state.apply(msgspec.structs.replace(linked(102, 103), checksum=5)) == "invalid"


def test_a_venue_that_drops_what_is_deep_without_a_word_is_followed() -> None:
    state = BookState("BTC/USD", numbering="none", depth=2)
    state.load(snapshot(None, bids=[("99", "1"), ("98", "1")]))

    state.apply(BookDiff([("98.5", "1")], (), NOW))  # 98 is told no more
    state.apply(BookDiff([("98.5", "0"), ("97", "1")], (), NOW))

    book = state.book(9)
    assert book is not None
    assert book.bids == levels(("99", "1"), ("97", "1"))
