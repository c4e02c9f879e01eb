"""Trades of a symbol feed: once each, in order, from whichever way they come."""

from __future__ import annotations

from decimal import Decimal

from benthic.actors.exchange.messages import FetchTrades, StreamChanged, TradesReported
from benthic.actors.feeds import (
    CandleEnded,
    Follow,
    GetRefused,
    GetTrades,
    TradesHeard,
    TradesMissed,
)
from benthic.actors.market import Trade
from benthic.runtime import Millis

from .told_feed import (
    FIRST,
    MINUTE,
    SECOND,
    START,
    SYMBOL,
    Market,
    Told,
    a_trade,
    follow_feed,
)

TRADES = Follow(subjects=frozenset({"trades"}), trade_ids="consecutive")
ANY_IDS = Follow(subjects=frozenset({"trades"}))
LIVE = StreamChanged(SYMBOL, "trades", "", "live")
DOWN = StreamChanged(SYMBOL, "trades", "", "down", "cut")


def report(*numbers: int) -> TradesReported:
    return TradesReported(SYMBOL, tuple(a_trade(number) for number in numbers))


def numbers(heard: list[object]) -> list[int]:
    return [
        int(trade.trade_id)
        for event in heard
        if isinstance(event, TradesHeard)
        for trade in event.trades
    ]


def test_trades_of_a_stream_and_of_polls_at_once_are_told_once_each() -> None:
    async def story(told: Told) -> None:
        await told.say(LIVE, report(0), report(1))
        await told.tell(report(0, 1, 2, 3))
        await told.say(report(2), report(3), report(4))
        assert await told.feed.ask(GetTrades(2)) == (a_trade(3), a_trade(4))

    assert numbers(follow_feed(story, follow=TRADES)) == [0, 1, 2, 3, 4]


def test_what_a_broken_stream_missed_is_told_before_what_came_after_it() -> None:
    for follow in (TRADES, ANY_IDS):

        async def story(told: Told) -> None:
            await told.say(LIVE, report(0), report(1), DOWN)
            told.market.trades = [a_trade(number) for number in range(8)]
            await told.pass_time(10 * SECOND)
            await told.say(LIVE, report(6), report(7))

        assert numbers(follow_feed(story, follow=follow)) == list(range(8))


def test_a_venue_that_is_away_is_asked_again_and_nothing_is_told_out_of_order() -> None:
    async def story(told: Told) -> None:
        await told.say(LIVE, report(0))
        await told.pass_time(10 * SECOND)
        told.market.trades = [a_trade(number) for number in range(100)]
        told.market.is_away = True
        await told.say(report(50))
        await told.pass_time(20 * SECOND)
        assert numbers(told.heard) == [0]
        told.market.is_away = False
        await told.pass_time(60 * SECOND)
        asked = [each for each in told.market.asked if isinstance(each, FetchTrades)]
        assert 3 <= len(asked) <= 10

    assert numbers(follow_feed(story, follow=TRADES)) == list(range(100))


def test_what_the_venue_does_not_have_any_more_is_told_as_missed() -> None:
    async def story(told: Told) -> None:
        await told.say(LIVE, report(0))
        told.market.trades = [a_trade(number) for number in range(7, 10)]
        await told.pass_time(10 * SECOND)
        await told.say(report(9))
        await told.pass_time(60 * SECOND)

    heard = follow_feed(story, follow=TRADES)
    (missed,) = [event for event in heard if isinstance(event, TradesMissed)]
    assert (missed.after, missed.until) == (a_trade(0).at, a_trade(7).at)
    assert numbers(heard) == [0, 7, 8, 9]


def test_trades_that_cannot_be_true_are_counted_by_name_and_never_told() -> None:
    bad = [
        a_trade(2, "NaN"),
        a_trade(3, "Infinity"),
        a_trade(4, -1),
        a_trade(5, 0),
        a_trade(10, "1e308"),
        a_trade(11, "1e-300"),
        a_trade(12, "-0"),
        Trade("6", "ETH/USDT", "buy", Decimal(1), Decimal(1), START),
        a_trade(7, at=START // 1_000),
        a_trade(8, at=START * 1_000),
        a_trade(9, at=START + 3_600_000),
    ]

    async def story(told: Told) -> None:
        await told.say(LIVE, report(0), TradesReported(SYMBOL, tuple(bad)), report(1))
        assert await told.feed.ask(GetRefused()) == {
            "trades NUMBER": 7,
            "trades SYMBOL": 1,
            "trades SECONDS": 1,
            "trades FINER": 1,
            "trades FUTURE": 1,
        }

    assert numbers(follow_feed(story, follow=TRADES)) == [0, 1]  # D4, M10, M13


def test_where_the_venue_has_no_candles_they_are_built_from_trades() -> None:
    market = Market()
    market.candles.clear()

    def at(seconds: int, number: int, price: int) -> TradesReported:
        when = Millis(FIRST + 1_000 * MINUTE + seconds * SECOND)
        return TradesReported(SYMBOL, (a_trade(number, price, at=when),))

    async def story(told: Told) -> None:
        await told.say(LIVE, at(0, 0, 10))  # its candle lacks what traded before
        await told.pass_time(70 * SECOND)
        await told.say(at(65, 1, 12), at(66, 2, 11))
        await told.pass_time(120 * SECOND)

    heard = follow_feed(story, market=market, follow=TRADES)
    ended = [event.candle for event in heard if isinstance(event, CandleEnded)]
    assert [(candle.at - FIRST) // MINUTE for candle in ended] == [1_001, 1_002]
    assert (ended[0].open, ended[0].high, ended[0].close, ended[0].volume) == (12, 12, 11, 2)
    assert (ended[1].open, ended[1].volume) == (11, 0)
