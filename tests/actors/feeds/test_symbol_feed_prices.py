"""Prices of a symbol feed: what has an age, the mark price, and whoever waits for a level (G5)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from benthic.actors.exchange.gate.messages import TopicHeld, TopicLost
from benthic.actors.exchange.messages import (
    FundingReported,
    LiquidationsReported,
    OpenInterestReported,
    StreamChanged,
    TickerReported,
    TradesReported,
)
from benthic.actors.feeds import (
    Arm,
    BadLevel,
    Disarm,
    Follow,
    Fresh,
    FundingChanged,
    GetFunding,
    GetLiquidations,
    GetMarkPrice,
    GetOpenInterest,
    GetRefused,
    GetTicker,
    Guard,
    Intake,
    LiquidationsHeard,
    MarkPrice,
    MarkPriceChanged,
    MiniTickerChanged,
    NoMarkPrice,
    OpenInterestChanged,
    Stale,
    ThresholdCrossed,
    TickerChanged,
)
from benthic.actors.market import Candle, Ticker
from benthic.actors.market.funding import Funding
from benthic.actors.market.liquidation import Liquidation
from benthic.actors.market.open_interest import OpenInterest
from benthic.runtime import Millis, UsageError

from .told_feed import (
    MINUTE,
    SECOND,
    START,
    SYMBOL,
    Market,
    Told,
    a_candle,
    a_ticker,
    a_trade,
    follow_feed,
)

TICKER = Follow(subjects=frozenset({"ticker"}))
ALL = Follow(
    subjects=frozenset({"ticker", "trades", "funding", "liquidations", "open_interest"}),
    trade_ids="consecutive",
)


def ticker(last: int | str, *, after: int = 0, mark: int | None = None) -> TickerReported:
    return TickerReported(a_ticker(last, at=START + after, mark=mark))


def funding(mark: int, *, after: int = 0) -> FundingReported:
    rate = Decimal("0.0001")
    return FundingReported(Funding(SYMBOL, rate, Millis(START + after), mark=Decimal(mark)))


def marks(heard: list[object]) -> list[tuple[str, int] | None]:
    return [
        (event.mark.source, int(event.mark.price)) if isinstance(event.mark, MarkPrice) else None
        for event in heard
        if isinstance(event, MarkPriceChanged)
    ]


def crossed(heard: list[object]) -> list[tuple[int, int]]:
    return [
        (event.threshold, int(event.price))
        for event in heard
        if isinstance(event, ThresholdCrossed)
    ]


def test_a_ticker_is_told_and_read_with_its_age() -> None:
    async def story(told: Told) -> None:
        assert await told.feed.ask(GetTicker()) is None
        await told.say(ticker(100), ticker(100, after=500), ticker(99, after=400))
        read = await told.feed.ask(GetTicker(Millis(5_000)))
        assert isinstance(read, Fresh)
        assert read.value.at == START + 500
        await told.pass_time(6 * SECOND)
        assert isinstance(await told.feed.ask(GetTicker(Millis(5_000))), Stale)  # D2

    heard = follow_feed(story, follow=TICKER)
    assert sum(isinstance(event, TickerChanged) for event in heard) == 2
    assert sum(isinstance(event, MiniTickerChanged) for event in heard) == 1


def test_funding_open_interest_and_liquidations_are_told_and_read() -> None:
    interest = OpenInterestReported(OpenInterest(SYMBOL, Decimal(5), START))
    liquidation = Liquidation(SYMBOL, "sell", Decimal(100), Decimal(1), START)

    async def story(told: Told) -> None:
        await told.pass_time(2 * SECOND)
        brought = LiquidationsReported(SYMBOL, (liquidation,))
        await told.say(funding(100), brought, brought, interest, interest)
        read = await told.feed.ask(GetFunding())
        assert isinstance(read, Fresh)
        assert read.value.mark == 100
        assert isinstance(await told.feed.ask(GetOpenInterest()), Fresh)
        assert await told.feed.ask(GetLiquidations(5)) == (liquidation,)

    heard = follow_feed(story, follow=ALL)
    for kind in (FundingChanged, OpenInterestChanged, LiquidationsHeard):
        assert sum(isinstance(event, kind) for event in heard) == 1


def test_numbers_and_times_that_cannot_be_true_are_counted_by_name() -> None:
    bad = [
        ticker("NaN"),
        ticker(-1),
        TickerReported(Ticker(SYMBOL, Millis(START // 1_000), last=Decimal(1))),
        FundingReported(Funding(SYMBOL, Decimal("Infinity"), START)),
    ]

    async def story(told: Told) -> None:
        await told.say(*bad)
        assert await told.feed.ask(GetRefused()) == {
            "ticker NUMBER": 2,
            "ticker SECONDS": 1,
            "funding NUMBER": 1,
        }
        assert isinstance(await told.feed.ask(GetMarkPrice()), NoMarkPrice)

    heard = follow_feed(story, follow=ALL)
    assert not [event for event in heard if isinstance(event, (TickerChanged, FundingChanged))]


def test_the_mark_price_comes_from_the_first_source_that_is_fresh() -> None:
    market = Market()
    market.candles["1m"] = [a_candle(999)]

    async def story(told: Told) -> None:
        await told.say(ticker(101))
        await told.say(StreamChanged(SYMBOL, "trades", "", "live"))
        await told.say(TradesReported(SYMBOL, (a_trade(0, 102),)))
        await told.say(funding(103))
        await told.pass_time(11 * SECOND)  # the venue's mark is stale, then the trades, the ticker
        await told.pass_time(20 * SECOND)
        await told.pass_time(30 * SECOND)
        await told.pass_time(60 * SECOND)
        assert isinstance(await told.feed.ask(GetMarkPrice()), NoMarkPrice)

    assert marks(follow_feed(story, market=market, follow=ALL)) == [
        ("candle", 999),
        ("ticker", 101),
        ("trades", 102),
        ("venue", 103),
        ("trades", 102),
        ("ticker", 101),
        ("candle", 999),
        None,
    ]


def test_a_level_fires_once_and_never_on_a_price_that_is_bad_or_of_before() -> None:
    async def story(told: Told) -> None:
        await told.pass_time(20 * SECOND)
        arm = Arm(Decimal(110), "above", told.listener)
        threshold = await told.feed.ask(arm)
        await told.say(StreamChanged(SYMBOL, "trades", "", "live"))
        await told.say(TradesReported(SYMBOL, (a_trade(0, 120, at=START),)))  # long before
        await told.say(ticker("Infinity", after=20_000), ticker("NaN", after=20_000))
        assert crossed(told.heard) == []
        await told.say(TradesReported(SYMBOL, (a_trade(1, 111, at=START + 20_001),)))
        await told.say(TradesReported(SYMBOL, (a_trade(2, 112, at=START + 20_002),)))
        assert crossed(told.heard) == [(threshold, 111)]  # G5
        assert await told.feed.ask(Disarm(threshold)) is False

    follow_feed(story, follow=ALL)


def test_last_and_mark_are_levels_apart() -> None:
    async def story(told: Told) -> None:
        last = await told.feed.ask(Arm(Decimal(90), "below", told.listener))
        mark = await told.feed.ask(Arm(Decimal(95), "below", told.listener, "mark"))
        gone = await told.feed.ask(Arm(Decimal(95), "below", told.listener, "mark"))
        assert await told.feed.ask(Disarm(gone)) is True
        await told.say(ticker(96, after=1), funding(94, after=2), ticker(89, after=3))
        assert crossed(told.heard) == [(mark, 94), (last, 89)]  # M16
        with pytest.raises(BadLevel):
            await told.feed.ask(Arm(Decimal("NaN"), "below", told.listener))

    follow_feed(story, follow=ALL)


def test_a_spike_that_nobody_confirms_fires_nothing_where_a_guard_stands() -> None:
    guarded = Follow(subjects=frozenset({"ticker"}), guard=Guard(Decimal("0.1")))

    async def story(told: Told) -> None:
        await told.feed.ask(Arm(Decimal(50), "below", told.listener))
        await told.say(ticker(100), ticker(10, after=1), ticker(100, after=2))
        assert crossed(told.heard) == []  # M11
        for number in range(5):
            await told.pass_time(SECOND)
            await told.say(ticker(45, after=1_000 * (number + 1)))
        assert len(crossed(told.heard)) == 1

    follow_feed(story, follow=guarded)


@pytest.mark.parametrize(
    ("candle", "levels"),
    [((100.0, 120.0, 80.0, 110.0), [90, 115]), ((100.0, 120.0, 80.0, 90.0), [115, 90])],
)
def test_in_a_backtest_a_candle_fires_on_its_way_as_the_simulated_venue_has_it(
    candle: tuple[float, float, float, float], levels: list[int]
) -> None:
    bar = Candle(Millis(START - MINUTE), *candle, 1.0)

    async def story(told: Told) -> None:
        await told.feed.ask(Arm(Decimal(115), "above", told.listener))
        await told.feed.ask(Arm(Decimal(90), "below", told.listener))
        await told.tell(bar)
        fired = [each for each in told.heard if isinstance(each, ThresholdCrossed)]
        assert [int(each.level) for each in fired] == levels

    follow_feed(story, intake=Intake.TOLD)


def test_the_gate_hears_what_is_known_and_what_is_not() -> None:
    def told_of(heard: list[object], part: str) -> list[str]:
        words = [
            type(each).__name__
            for each in heard
            if isinstance(each, (TopicHeld, TopicLost)) and each.requirement.part == part
        ]
        return [word for place, word in enumerate(words) if word != words[place - 1] or not place]

    async def story(told: Told) -> None:
        await told.say(ticker(100), funding(100))
        await told.pass_time(300 * SECOND)
        await told.tell(ticker(100, after=300_000), funding(100, after=300_000))

    heard = follow_feed(story, follow=ALL)
    for part in ("price", "funding"):
        assert told_of(heard, part) == ["TopicLost", "TopicHeld", "TopicLost", "TopicHeld"]
    held = [each.at for each in heard if isinstance(each, TopicHeld)]
    assert held == sorted(held)


def test_the_gate_hears_every_five_seconds_what_is_still_held() -> None:
    async def story(told: Told) -> None:
        await told.say(ticker(100))
        await told.pass_time(50 * SECOND)

    heard = follow_feed(story, follow=ALL)
    held = [
        each.at
        for each in heard
        if isinstance(each, TopicHeld) and each.requirement.part == "price"
    ]
    assert len(held) > 8
    assert all(4 * SECOND < later - at <= 6 * SECOND for at, later in pairwise(held))


def test_in_a_backtest_the_price_is_held_before_the_first_candle_is_heard_and_stays_so() -> None:
    async def story(told: Told) -> None:
        await told.feed.ask(Arm(Decimal(1), "below", told.listener))
        await told.tell(a_candle(1_000))
        await told.pass_time(10 * MINUTE)
        await told.tell(a_candle(1_030))

    heard = follow_feed(story, intake=Intake.TOLD)
    told = [
        type(each).__name__
        for each in heard
        if isinstance(each, Candle)
        or (isinstance(each, (TopicHeld, TopicLost)) and each.requirement.part == "price")
    ]
    assert told == ["TopicLost", "TopicHeld", "Candle", "TopicHeld", "Candle"]


def test_a_host_whose_clock_is_behind_takes_no_stamp_for_one_of_the_future() -> None:  # L4
    market = Market()
    market.ahead = 30 * SECOND

    async def story(told: Told) -> None:
        await told.say(ticker(100, after=30 * SECOND))
        mark = await told.feed.ask(GetMarkPrice())
        assert isinstance(mark, MarkPrice)
        assert mark.age == 0
        await told.say(ticker(101, after=33 * SECOND))  # of the future by the venue's own clock
        assert await told.feed.ask(GetRefused()) == {"ticker FUTURE": 1}

    follow_feed(story, market=market, follow=TICKER)


@pytest.mark.parametrize(
    "wish",
    [
        {"level": 100.5},
        {"level": "100"},
        {"direction": "sideways"},
        {"price": "mid"},
        {"to": None},
    ],
)
def test_a_threshold_of_what_cannot_be_fails_where_it_is_made(wish: dict[str, Any]) -> None:
    async def story(told: Told) -> None:
        right: dict[str, Any] = {"level": Decimal(100), "direction": "above", "to": told.listener}
        with pytest.raises(UsageError, match="give"):
            Arm(**{**right, **wish})

    follow_feed(story)
