"""Which source a price comes from, and what is held back (D2, M11, M13, M16)."""

from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.mark_price import (
    MAX_AGES,
    SOURCES,
    MarkPrice,
    MarkPrices,
    NoMarkPrice,
    Quoted,
    Source,
    mean_of,
    quoted_by_trades,
)
from benthic.actors.feeds.outliers import Guard, is_near
from benthic.actors.market.trade import Trade
from benthic.runtime import Millis, UsageError

NOW = Millis(1_700_000_000_000)
GUARD = Guard(Decimal("0.1"), confirmations=3, after=Millis(2_000))


def later(ms: int) -> Millis:
    return Millis(NOW + ms)


def told(prices: MarkPrices, source: Source, price: str, at: int = 0) -> MarkPrices:
    """As a source says it, heard at once."""
    found = prices.quoted(Quoted(source, Decimal(price), later(at)), now=later(at))
    assert isinstance(found, MarkPrices)
    return found


def mark(prices: MarkPrices, at: int = 0) -> tuple[str, str] | None:
    found = prices.mark(now=later(at))
    return None if isinstance(found, NoMarkPrice) else (found.source, str(found.price))


def test_the_first_price_counts_whatever_source_it_comes_from() -> None:
    for source in SOURCES:
        assert mark(told(MarkPrices(), source, "10")) == (source, "10")


def test_a_fresh_mark_of_the_venue_is_not_displaced_by_trades() -> None:
    prices = told(told(MarkPrices(), "venue", "10"), "trades", "25")

    assert mark(prices) == ("venue", "10")


def test_a_source_that_went_stale_makes_way_and_comes_back_with_its_first_fresh_price() -> None:
    prices = told(told(told(MarkPrices(), "candle", "9"), "ticker", "11"), "venue", "10")
    limit = MAX_AGES["venue"]

    assert mark(prices, limit) == ("venue", "10")
    assert mark(prices, limit + 1) == ("ticker", "11")
    assert mark(prices, MAX_AGES["ticker"] + 1) == ("candle", "9")
    assert mark(told(prices, "venue", "12", limit + 5), limit + 5) == ("venue", "12")
    assert prices.fresh_until(now=NOW) == NOW + limit


def test_where_nothing_is_fresh_there_is_no_price_and_the_reason_is_said() -> None:
    prices = told(MarkPrices(), "ticker", "11")
    found = prices.mark(now=later(60_001))

    assert isinstance(found, NoMarkPrice)
    assert str(found) == (
        "no fresh price: venue never heard, trades never heard, ticker 60001 ms old, "
        "candle never heard"
    )
    assert prices.fresh_until(now=later(60_001)) is None


def test_a_source_without_an_age_is_not_used() -> None:
    prices = told(MarkPrices({"ticker": Millis(1_000)}), "venue", "10")

    assert mark(prices) is None


@pytest.mark.parametrize("price", ["NaN", "0", "-1", "Infinity", "-0"])
def test_what_is_no_price_is_not_taken(price: str) -> None:
    assert MarkPrices().quoted(Quoted("venue", Decimal(price), NOW), now=NOW) == "NO_PRICE"


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (NOW // 1_000, "SECONDS"),
        (NOW * 1_000, "FINER"),
        (NOW + 2_001, "FUTURE"),
        (NOW - 1, "BACKWARDS"),
        (0, "NO_TIME"),
    ],
)
def test_what_has_no_time_of_now_is_not_taken(at: int, fault: str) -> None:
    prices = told(MarkPrices(), "venue", "10")

    assert prices.quoted(Quoted("venue", Decimal(11), Millis(at)), now=NOW) == fault
    assert mark(prices) == ("venue", "10")


@given(st.randoms(use_true_random=True))
def test_the_price_is_always_the_first_fresh_one_of_the_order(chance: Random) -> None:
    prices, said = MarkPrices(), dict[Source, Quoted]()
    at = 0
    for _ in range(40):
        at += chance.choice((0, 100, 5_000, 40_000))
        if chance.random() < 0.7:
            quote = Quoted(chance.choice(SOURCES), Decimal(chance.randint(1, 99)), later(at))
            found = prices.quoted(quote, now=later(at))
            assert isinstance(found, MarkPrices)
            prices, said[quote.source] = found, quote
        known = [said[source] for source in SOURCES if source in said]
        fresh = [each for each in known if later(at) - each.at <= MAX_AGES[each.source]]
        found_mark = prices.mark(now=later(at))
        assert isinstance(found_mark, MarkPrice) == bool(fresh)
        if isinstance(found_mark, MarkPrice):
            told_by = Quoted(found_mark.source, found_mark.price, found_mark.at)
            assert told_by == fresh[0]


def test_a_spike_that_nobody_else_saw_never_counts() -> None:
    prices = told(MarkPrices(guard=GUARD), "ticker", "100")

    prices = told(prices, "ticker", "1000", 100)
    assert mark(prices, 100) == ("ticker", "100")
    prices = told(prices, "ticker", "101", 200)
    assert mark(prices, 200) == ("ticker", "101")
    assert not prices.suspicions


def test_a_spike_that_a_second_source_saw_counts() -> None:
    prices = told(told(MarkPrices(guard=GUARD), "ticker", "100"), "venue", "100")

    prices = told(prices, "ticker", "80", 100)
    assert prices.suspicions["ticker"].price == Decimal(80)
    prices = told(prices, "venue", "79", 200)
    assert mark(prices, 200) == ("venue", "79")


def test_a_spike_of_long_ago_is_no_witness() -> None:
    prices = told(told(MarkPrices(guard=GUARD), "ticker", "100"), "venue", "100")
    prices = told(prices, "venue", "80", 100)

    prices = told(prices, "ticker", "80", MAX_AGES["venue"] + 101)

    assert mark(prices, MAX_AGES["venue"] + 101) == ("ticker", "100")


def test_a_market_that_stays_where_it_moved_is_believed_in_time() -> None:
    prices = told(MarkPrices(guard=GUARD), "ticker", "100")

    for at, price in ((100, "150"), (600, "151"), (1_200, "149")):
        prices = told(prices, "ticker", price, at)
        assert mark(prices, at) == ("ticker", "100")
    prices = told(prices, "ticker", "150", 2_100)
    assert mark(prices, 2_100) == ("ticker", "150")


def test_prices_that_jump_about_do_not_confirm_each_other() -> None:
    prices = told(MarkPrices(guard=GUARD), "ticker", "100")

    for number in range(1, 20):
        prices = told(prices, "ticker", ("200", "400")[number % 2], number * 1_000)
    assert mark(prices, 19_000) == ("ticker", "100")


def test_with_nothing_to_compare_it_to_a_price_counts() -> None:
    prices = told(MarkPrices(guard=GUARD), "ticker", "100")

    assert mark(told(prices, "ticker", "500", 60_001), 60_001) == ("ticker", "500")


@given(st.decimals("0.0001", 10**9, allow_nan=False), st.decimals("0.0001", 10**9, allow_nan=False))
def test_nearness_does_not_depend_on_who_is_asked(one: Decimal, other: Decimal) -> None:
    assert is_near(one, other, GUARD.share) == is_near(other, one, GUARD.share)


def test_a_guard_that_cannot_be_is_refused() -> None:
    for share in ("0", "-1", "NaN"):
        with pytest.raises(UsageError, match="above 0"):
            Guard(Decimal(share))
    with pytest.raises(UsageError, match="1 confirmation"):
        Guard(Decimal(1), confirmations=0)


def test_the_mean_of_recent_trades_is_as_old_as_the_newest_of_them() -> None:
    trades = [
        Trade("", "A/B", "buy", Decimal(price), Decimal(1), later(at))
        for at, price in ((-9_000, 50), (-4_000, 10), (-1_000, 5), (-2_000, 7))
    ]

    quoted = quoted_by_trades(trades, now=NOW, window=Millis(5_000))
    assert quoted is not None
    assert quoted == Quoted("trades", Decimal("7.333333333333333333333333333"), later(-1_000))
    assert quoted_by_trades(trades[:1], now=NOW, window=Millis(5_000)) is None
    assert mean_of(()) is None
