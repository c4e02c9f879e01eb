"""What a sweep of feeds holds against them: the truth passes, and each planted lie is found."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.book_state import Status
from benthic.actors.feeds.messages import BookChanged, CandleEnded, TradesHeard, TradesMissed
from benthic.actors.market.book import Book, Level
from benthic.actors.market.candle import Candle
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.benchmarks.feed_sweep.checks import (
    Books,
    Candles,
    Swing,
    Trades,
    closed_stretches,
    overdue,
    recovery,
    rise,
    turns_behind,
)
from benthic.benchmarks.feed_sweep.truth import MarketTruth, Sides, Told
from benthic.runtime import Millis
from benthic.scenarios.venue.config import START, MarketPlan, VenueConfig
from benthic.scenarios.venue.venue import Venue

SYMBOL = "BTC/USDT"
MINUTE = TimeFrame.parse("1m")
END = Millis(START + 600_000)
NOBODY = Told()


def ten_minutes() -> tuple[MarketTruth, dict[int, Sides]]:
    """A market that was watched for ten minutes, and its book after each batch of changes."""
    venue = Venue(VenueConfig(markets=(MarketPlan(pair=SYMBOL),), seed=3))
    data = venue.feeds["spot"]["BTCUSDT"]
    truth = MarketTruth(SYMBOL, data)
    venue.start()
    books = dict[int, Sides]()
    while venue.now < END:
        venue.run_to(Millis(venue.now + 1_000))
        book = data.book(20)
        books[book.update_id] = (tuple(book.bids), tuple(book.asks))
    return truth, books


@pytest.fixture(scope="module")
def market() -> tuple[MarketTruth, dict[int, Sides]]:
    return ten_minutes()


@pytest.fixture(scope="module")
def truth(market: tuple[MarketTruth, dict[int, Sides]]) -> MarketTruth:
    return market[0]


# -- the truth itself


def test_the_truth_knows_the_book_of_each_update(
    market: tuple[MarketTruth, dict[int, Sides]],
) -> None:
    truth, books = market

    assert len(books) > 100
    assert all(truth.book.at(number, 20) == sides for number, sides in books.items())
    assert truth.book.at(max(books) + 1, 20) is None


# -- trades


def heard(truth: MarketTruth) -> list[Trade]:
    """As a feed without fault tells them."""
    return [
        Trade(
            trade_id=number,
            symbol=SYMBOL,
            side="sell" if trade.is_buyer_maker else "buy",
            price=truth.price(trade.price),
            amount=truth.amount(trade.amount),
            at=trade.at,
        )
        for number, trade in truth.trades.items()
    ]


def of_trades(truth: MarketTruth, trades: list[Trade], *, told: Told = NOBODY) -> list[str]:
    row = Trades()
    found = [each for one in trades for each in row.hear(TradesHeard(SYMBOL, (one,)), truth, told)]
    return [*found, *row.end(truth, END)]


def test_true_trades_pass(truth: MarketTruth) -> None:
    trades = heard(truth)

    assert len(trades) > 100
    assert of_trades(truth, trades) == []
    assert of_trades(truth, trades[50:]) == []


def test_a_trade_that_is_lost_is_found(truth: MarketTruth) -> None:
    trades = heard(truth)
    del trades[20]

    assert of_trades(truth, trades) == [f"{SYMBOL}: trade 22 came too early, 21 was to come"]


def test_a_trade_that_comes_twice_is_found(truth: MarketTruth) -> None:
    trades = heard(truth)
    trades.insert(21, trades[20])

    assert of_trades(truth, trades) == [f"{SYMBOL}: trade 21 came again or late, 22 was to come"]


def test_trades_out_of_order_are_found(truth: MarketTruth) -> None:
    trades = heard(truth)
    trades[20], trades[21] = trades[21], trades[20]

    assert [each.split(",")[0] for each in of_trades(truth, trades)] == [
        f"{SYMBOL}: trade 22 came too early",
        f"{SYMBOL}: trade 21 came again or late",
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"price": Decimal(1)},
        {"amount": Decimal(1_000)},
        {"at": Millis(1)},
    ],
)
def test_a_trade_that_is_altered_is_found(truth: MarketTruth, change: dict[str, object]) -> None:
    trades = heard(truth)
    trades[20] = msgspec.structs.replace(trades[20], **change)

    (found,) = of_trades(truth, trades)
    assert found.startswith(f"{SYMBOL}: trade 21 was")


def test_what_the_wire_told_otherwise_is_not_held_against_a_feed(truth: MarketTruth) -> None:
    trades = heard(truth)
    trades[20] = msgspec.structs.replace(trades[20], price=Decimal(1))

    assert of_trades(truth, trades, told=Told(trades={("BTCUSDT", "21")})) == []


def test_the_end_of_the_trades_is_missed(truth: MarketTruth) -> None:
    (found,) = of_trades(truth, heard(truth)[:-3])
    row = Trades()
    for trade in heard(truth)[:-3]:
        assert not list(row.hear(TradesHeard(SYMBOL, (trade,)), truth, NOBODY))
    assert list(row.end(truth, heard(truth)[-4].at)) == []  # the others may be on their way

    assert found.startswith(f"{SYMBOL}: the last 3 trades")
    assert of_trades(truth, []) == [f"{SYMBOL}: no trade came, the venue had {len(truth.trades)}"]


def test_trades_that_were_announced_as_missed_are_counted(truth: MarketTruth) -> None:
    row, trades = Trades(), heard(truth)
    found = [*row.hear(TradesHeard(SYMBOL, tuple(trades[:20])), truth, NOBODY)]
    row.announced(TradesMissed(SYMBOL, trades[19].at, trades[25].at, "gone"))
    found += row.hear(TradesHeard(SYMBOL, tuple(trades[25:])), truth, NOBODY)

    assert found == []
    assert row.missed == 5


# -- books


def levels_of(truth: MarketTruth, sides: Sides) -> tuple[tuple[Level, ...], tuple[Level, ...]]:
    bids, asks = (
        tuple(Level(truth.price(price), truth.amount(amount)) for price, amount in side)
        for side in sides
    )
    return bids, asks


def of_book(truth: MarketTruth, book: Book, *, told: Told = NOBODY) -> list[str]:
    return list(Books().shown(book, truth, told))


def test_true_books_pass_and_altered_ones_do_not(
    market: tuple[MarketTruth, dict[int, Sides]],
) -> None:
    truth, books = market
    for number, sides in books.items():
        bids, asks = levels_of(truth, sides)
        book = Book(SYMBOL, bids, asks, END, number)
        assert of_book(truth, book) == []

        more = (msgspec.structs.replace(bids[3], amount=bids[3].amount + 1),)
        altered = msgspec.structs.replace(book, bids=(*bids[:3], *more, *bids[4:]))
        lacking = msgspec.structs.replace(book, asks=(*asks[:5], *asks[6:]))
        assert "level 3 of the bids" in of_book(truth, altered)[0]
        assert "level 5 of the asks" in of_book(truth, lacking)[0]
        assert of_book(truth, altered, told=Told(books=[("BTCUSDT", 0, number + 1)])) == []


def test_a_book_of_another_update_than_it_says_is_found(
    market: tuple[MarketTruth, dict[int, Sides]],
) -> None:
    truth, books = market
    first, last = min(books), max(books)
    bids, asks = levels_of(truth, books[first])

    assert of_book(truth, Book(SYMBOL, bids, asks, END, last))
    assert of_book(truth, Book(SYMBOL, bids, asks, END, last + 1)) == [
        f"{SYMBOL}: a valid book is of update {last + 1}, the venue is at {last}"
    ]
    assert of_book(truth, Book(SYMBOL, bids, asks, END, None)) == [
        f"{SYMBOL}: a valid book has no number"
    ]


def test_an_invalid_book_may_tell_no_price(market: tuple[MarketTruth, dict[int, Sides]]) -> None:
    truth, books = market
    number = max(books)
    bids, asks = levels_of(truth, books[number])
    good = BookChanged(SYMBOL, "valid", bids[0], asks[0], number)
    rows = Books()

    assert list(rows.changed(good, truth, NOBODY)) == []
    assert list(rows.changed(BookChanged(SYMBOL, "invalid", None, None, None), truth, NOBODY)) == []
    assert list(
        rows.changed(BookChanged(SYMBOL, "invalid", bids[0], None, number), truth, NOBODY)
    ) == [f"{SYMBOL}: a book that is invalid tells prices"]
    assert (rows.valid, rows.invalid) == (1, 2)


def test_a_book_that_stays_away_is_found() -> None:
    bound = Millis(5_000)

    def of(*changes: tuple[int, Status]) -> list[str]:
        rows = Books()
        for at, status in changes:
            rows.passed(BookChanged(SYMBOL, status, None, None, None), Millis(at))
        return list(rows.end(SYMBOL, Millis(60_000), bound))

    assert of((1_000, "valid"), (2_000, "invalid"), (3_000, "invalid"), (7_000, "valid")) == []
    assert of((1_000, "valid"), (2_000, "invalid"), (3_000, "invalid"), (7_001, "valid")) == [
        f"{SYMBOL}: no valid book for 5 s"
    ]
    assert of((1_000, "valid"), (57_000, "invalid")) == [f"{SYMBOL}: no valid book since 0.95 min"]
    assert len(of()) == 2


# -- candles


def candles(truth: MarketTruth) -> list[Candle]:
    return list(truth.candles(MINUTE, START, 100).values())[:10]


def of_candles(truth: MarketTruth, told: list[Candle], *, lies: Told = NOBODY) -> list[str]:
    row = Candles(MINUTE)
    found = [each for one in told for each in row.ended(CandleEnded(SYMBOL, "1m", one))]
    return [*found, *row.end(truth, lies, (START, END))]


def test_true_candles_pass(truth: MarketTruth) -> None:
    assert len(candles(truth)) == 10
    assert of_candles(truth, candles(truth)) == []
    assert of_candles(truth, candles(truth)[4:]) == []


def test_a_candle_that_is_missing_is_found(truth: MarketTruth) -> None:
    told = candles(truth)
    gone = told.pop(4)

    assert of_candles(truth, told) == [
        f"{SYMBOL} 1m: after the candle of {gone.at - 60_000} came that of {gone.at + 60_000}",
        f"{SYMBOL} 1m: the candle of {gone.at} was never published",
    ]
    assert len(of_candles(truth, candles(truth)[:-1])) == 1
    assert of_candles(truth, []) == [f"{SYMBOL} 1m: no candle was published"]


def test_a_candle_that_comes_again_is_found_however_it_differs(truth: MarketTruth) -> None:
    told = candles(truth)
    other = msgspec.structs.replace(told[4], volume=told[4].volume + 1)

    (again,) = of_candles(truth, [*told[:5], told[4], *told[5:]])
    (revised,) = of_candles(truth, [*told[:5], other, *told[5:]])
    assert again.endswith("was published again")
    assert "again and otherwise" in revised


def test_a_candle_that_is_altered_is_found_unless_the_wire_lied(truth: MarketTruth) -> None:
    told = candles(truth)
    told[4] = msgspec.structs.replace(told[4], close=told[4].close + 1)
    lie = Told(candles={("BTCUSDT", "1m", told[4].at)})

    (found,) = of_candles(truth, told)
    assert f"the candle of {told[4].at} is" in found
    assert of_candles(truth, told, lies=lie) == []


def test_what_a_feed_remembers_is_what_it_published(truth: MarketTruth) -> None:
    row, known = Candles(MINUTE), candles(truth)
    for one in known:
        assert list(row.ended(CandleEnded(SYMBOL, "1m", one))) == []
    rows = [list(msgspec.structs.astuple(one)) for one in known]
    altered = [list(each) for each in rows]
    altered[4][4] += 1

    assert list(row.remembered(rows, truth)) == []
    assert len(list(row.remembered(altered, truth))) == 1
    assert len(list(row.remembered([*rows[:4], *rows[5:]], truth))) == 1


# -- the gate


def swings(*moments: int) -> list[Swing]:
    """A gate that opens at the first, closes at the second, and so on."""
    return [Swing(Millis(at), is_open=number % 2 == 0) for number, at in enumerate(moments)]


def behind(turns: list[int], moments: tuple[int, ...]) -> list[str]:
    return list(turns_behind([Millis(turn) for turn in turns], swings(*moments)))


def test_a_turn_behind_a_closed_gate_is_found() -> None:
    assert behind([15, 19, 35], (10, 20, 30)) == []
    assert behind([10, 20, 30], (10, 20, 30)) == []  # in the very millisecond: let pass
    assert behind([25], (10, 20, 30)) == [
        "a strategy had a turn at 25, its gate has been closed since 20"
    ]
    assert len(behind([5], (10,))) == 1
    assert len(behind([5], ())) == 1


@given(
    moments=st.lists(st.integers(1, 100), max_size=8, unique=True).map(sorted),
    turns=st.lists(st.integers(0, 100), max_size=8).map(sorted),
)
def test_turns_are_judged_as_a_plain_look_at_each_millisecond_does(
    moments: list[int], turns: list[int]
) -> None:
    def is_closed(turn: int) -> bool:
        passed = sum(at < turn for at in moments)
        return passed % 2 == 0 and turn not in moments

    assert len(behind(turns, tuple(moments))) == sum(map(is_closed, turns))


def test_recovery_is_counted_from_the_end_of_a_fault() -> None:
    stretches = closed_stretches(swings(100, 1_000, 5_000, 9_000), Millis(10_000))
    assert stretches == [(0, 100), (1_000, 5_000), (9_000, 10_000)]

    def took(struck: int, ceased: int) -> int:
        return recovery(Millis(struck), Millis(ceased), stretches)

    assert took(900, 2_000) == 3_000
    assert took(900, 6_000) == 0
    assert took(6_000, 8_000) == 0
    assert list(overdue({"M4": Millis(3_000)}, Millis(3_000))) == []
    assert len(list(overdue({"M4": Millis(3_001)}, Millis(3_000)))) == 1


def test_growth_is_the_slope_of_a_line() -> None:
    assert rise([5, 5, 5]) == pytest.approx(0)
    assert rise([0, 2, 4, 6]) == pytest.approx(2)
    assert rise([1]) == 0
