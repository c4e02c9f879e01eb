"""What a market publishes, held against what happened in the engine."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benthic.actors.matching.markets import Market
from benthic.scenarios.venue.market import (
    AggTrade,
    BookTop,
    Diff,
    Keep,
    Kline,
    Mark,
    Ticker,
    UnknownInterval,
    UnknownMarket,
)

from .arena import START, Arena, inverse, linear, seeded, spot

HOUR = 3_600_000
DAY = 86_400_000
MINUTE = 60_000


@pytest.mark.parametrize("hours", [0.01, 5, 30], ids=["seconds", "hours", "more than a day"])
def test_the_ticker_is_reckoned_over_the_trades_of_the_last_day(hours: float) -> None:
    arena = seeded(start=START + 17_123, density=0.1)
    arena.run(int(hours * HOUR))
    begin = -(-(arena.agenda.now - DAY) // MINUTE) * MINUTE
    inside = [trade for trade in arena.trades if trade.at >= begin]

    ticker = arena.data.ticker()

    assert ticker is not None
    assert (ticker.open_time, ticker.close_time) == (begin, arena.agenda.now)
    assert ticker.open == inside[0].price
    assert ticker.last == inside[-1].price
    assert ticker.last_amount == inside[-1].amount
    assert ticker.high == max(trade.price for trade in inside)
    assert ticker.low == min(trade.price for trade in inside)
    assert ticker.volume == sum(trade.amount for trade in inside)
    assert ticker.turnover == sum(trade.price * trade.amount for trade in inside)
    assert ticker.trades == len(inside)
    assert (ticker.first_id, ticker.last_id) == (inside[0].trade_id, inside[-1].trade_id)
    assert ticker.change == ticker.last - ticker.open
    before = [trade.price for trade in arena.trades if trade.at < begin]
    assert ticker.previous_close == (before[-1] if before else ticker.open)
    bids, asks = arena.engine.depth(arena.symbol, 1)
    assert (ticker.bid, ticker.ask) == (bids[0], asks[0])


def test_a_ticker_of_any_window_is_reckoned_over_its_trades() -> None:
    arena = seeded(density=0.2)
    arena.run(5 * HOUR)
    begin = arena.agenda.now - HOUR
    inside = [trade for trade in arena.trades if trade.at >= begin]

    ticker = arena.data.window(HOUR)

    assert ticker is not None
    assert ticker.open_time == begin
    assert ticker.volume == sum(trade.amount for trade in inside)
    assert ticker.high == max(trade.price for trade in inside)
    assert ticker.open == inside[0].price


def test_a_quiet_market_keeps_its_last_price_and_empties_its_ticker() -> None:
    arena = Arena(spot())
    arena.order("sell", 100_000, 6_000_000)
    arena.order("buy", 50_000)
    arena.run(2 * DAY)

    ticker = arena.data.ticker()

    assert ticker is not None
    assert (ticker.last, ticker.open, ticker.high, ticker.low) == (6_000_000,) * 4
    assert (ticker.volume, ticker.trades) == (0, 0)
    assert ticker.previous_close == 6_000_000
    assert len(arena.data.klines("1h")) == 49


def test_a_market_in_which_nothing_traded_has_no_ticker_and_no_candles() -> None:
    data = Arena(spot()).data

    assert data.ticker() is None
    assert data.average_price() is None
    assert data.klines("1m") == []
    assert data.window(HOUR) is None
    assert data.top().bid == (0, 0)


def test_the_average_price_is_weighted_over_the_last_five_minutes() -> None:
    arena = seeded()
    arena.run(HOUR + 23_456)
    begin = arena.agenda.now // MINUTE * MINUTE - 4 * MINUTE
    inside = [trade for trade in arena.trades if trade.at >= begin]

    average = arena.data.average_price()

    assert average is not None
    assert average.volume == sum(trade.amount for trade in inside)
    assert average.cost == sum(trade.amount * trade.price for trade in inside)
    assert average.close_time == inside[-1].at


@pytest.mark.parametrize("period", [100, 250, 1_000])
def test_diffs_applied_to_a_snapshot_give_the_book_of_the_engine(period: int) -> None:
    arena = seeded(shape="gap")
    diffs: list[Diff] = []
    arena.data.news.diff(period).listen(diffs.append)
    arena.run(20_050)
    snapshot = arena.data.book(5_000)
    bids, asks = dict(snapshot.bids), dict(snapshot.asks)
    arena.run(12 * HOUR)
    arena.order("buy", 100_000)  # a change that no beat has told yet
    wanted = arena.data.book(5_000)
    for _ in range(period):
        if diffs[-1].last_id == wanted.update_id:
            break
        arena.run(1)

    later = [diff for diff in diffs if diff.last_id > snapshot.update_id]
    assert later[0].first_id <= snapshot.update_id + 1
    for diff in later:
        bids.update(diff.bids)
        asks.update(diff.asks)
    assert sorted((p, a) for p, a in bids.items() if a) == sorted(wanted.bids)
    assert sorted((p, a) for p, a in asks.items() if a) == sorted(wanted.asks)


def test_diffs_follow_one_another_without_a_gap_and_on_their_beat() -> None:
    arena = seeded()
    diffs: list[Diff] = []
    arena.data.news.diff(100).listen(diffs.append)
    arena.run(10 * MINUTE)

    assert len(diffs) > 100
    for earlier, later in pairwise(diffs):
        assert later.first_id == earlier.last_id + 1
        assert later.previous_id == earlier.last_id
        assert later.first_id <= later.last_id
        assert later.at % 100 == 0


def test_nothing_is_on_the_agenda_for_nobody() -> None:
    arena = Arena(spot())
    news = arena.data.news
    ears = [
        news.diff().listen(lambda _: None),
        news.kline("1m").listen(lambda _: None),
        news.ticker().listen(lambda _: None),
        news.depth(5).listen(lambda _: None),
        news.mark().listen(lambda _: None),
    ]
    arena.order("sell", 100_000, 6_000_000)
    arena.order("buy", 50_000)
    assert len(arena.agenda) > 0

    for ear in ears:
        ear.stop()
        ear.stop()

    assert len(arena.agenda) == 0
    arena.order("buy", 50_000)
    assert len(arena.agenda) == 0


def test_aggregated_trades_are_what_one_order_took_at_one_price() -> None:
    arena = Arena(spot())
    told: list[AggTrade] = []
    arena.data.news.agg_trade.listen(told.append)
    for price in (6_000_000, 6_000_000, 6_000_100):
        arena.order("sell", 10_000, price)
    arena.order("buy", 25_000)
    arena.order("buy", 5_000)

    seen = [(each.id, each.price, each.amount, each.first_id, each.last_id) for each in told]
    assert seen == [
        (1, 6_000_000, 20_000, 1, 2),
        (2, 6_000_100, 5_000, 3, 3),
        (3, 6_000_100, 5_000, 4, 4),
    ]
    assert arena.data.agg_trades() == told
    assert arena.data.agg_trades(from_id=2, limit=1) == told[1:2]
    assert arena.data.agg_trades(start=START, end=START) == told
    assert not told[0].is_buyer_maker


def test_recent_trades_are_bounded_and_found_by_id_and_time() -> None:
    arena = Arena(spot(), keep=Keep(trades=10))
    arena.order("sell", 10_000_000, 6_000_000)
    for _ in range(57):
        arena.order("buy", 1_000)
        arena.run(1_000)
    trades = arena.data.trades

    assert 10 <= len(trades) <= 20
    assert [trade.trade_id for trade in trades.last(3)] == [55, 56, 57]
    assert [trade.trade_id for trade in trades.from_id(54, 2)] == [54, 55]
    assert trades.from_id(1, 1)[0].trade_id == trades.first_id
    inside = trades.between(START + 50_000, START + 52_000, 10)
    assert [trade.at - START for trade in inside] == [50_000, 51_000, 52_000]


def test_the_top_of_the_book_is_told_when_it_changes_and_only_then() -> None:
    arena = Arena(spot())
    tops: list[BookTop] = []
    arena.data.news.top.listen(tops.append)
    arena.order("buy", 10_000, 5_999_000)
    arena.order("buy", 10_000, 5_998_000)  # behind the best
    arena.order("sell", 20_000, 6_001_000)
    arena.order("buy", 5_000)

    assert [(top.bid, top.ask) for top in tops] == [
        ((5_999_000, 10_000), (0, 0)),
        ((5_999_000, 10_000), (6_001_000, 20_000)),
        ((5_999_000, 10_000), (6_001_000, 15_000)),
    ]
    assert [top.update_id for top in tops] == [1, 3, 4]


def test_a_candle_is_pushed_on_beats_and_once_when_it_ends() -> None:
    arena = seeded(start=START + 30_500)
    pushed: list[Kline] = []
    arena.data.news.kline("1m").listen(pushed.append)
    arena.run(10 * MINUTE)

    closed = [kline for kline in pushed if kline.is_closed]
    assert [kline.close_time + 1 - START for kline in closed] == [MINUTE * n for n in range(1, 11)]
    assert all(kline.at == kline.close_time + 1 for kline in closed)
    assert [kline.bar for kline in closed] == arena.data.klines("1m", end=closed[-1].close_time)
    assert all(kline.at % 2_000 == 0 for kline in pushed)
    assert len(pushed) > 100


def test_a_candle_without_trades_ends_flat() -> None:
    arena = Arena(spot())
    arena.order("sell", 100_000, 6_000_000)
    arena.order("buy", 50_000)
    pushed: list[Kline] = []
    arena.data.news.kline("1s").listen(pushed.append)
    arena.run(3_000)

    assert [(kline.bar.open, kline.bar.volume, kline.is_closed) for kline in pushed] == [
        (6_000_000, 50_000, True),
        (6_000_000, 0, True),
        (6_000_000, 0, True),
    ]


def test_tickers_of_all_markets_come_in_one_beat_where_they_traded() -> None:
    arena = seeded(spot(), spot("ETH"), density=0.2)
    told: list[list[Ticker]] = []
    ear = arena.feeds.tickers().listen(told.append)
    arena.run(MINUTE)

    assert {ticker.symbol for each in told for ticker in each} == {"BTCUSDT", "ETHUSDT"}
    assert all(ticker.close_time % 1_000 == 0 for each in told for ticker in each)
    ear.stop()
    count = len(told)
    arena.run(MINUTE)
    assert len(told) == count


@pytest.mark.parametrize("market", [linear(), inverse()], ids=["linear", "inverse"])
def test_marks_are_told_on_every_beat(market: Market) -> None:
    arena = seeded(market)
    one: list[Mark] = []
    every: list[list[Mark]] = []
    arena.data.news.mark(1_000).listen(one.append)
    arena.feeds.marks(3_000).listen(every.append)
    arena.run(MINUTE)

    assert len(one) == 60
    assert len(every) == 20
    assert every[-1] == [arena.data.mark()]


def test_the_turnover_of_inverse_contracts_is_in_their_base() -> None:
    arena = Arena(inverse())
    arena.order("sell", 10, 600_000)
    arena.order("buy", 6)

    ticker = arena.data.ticker()

    assert ticker is not None
    assert ticker.volume == 6
    assert ticker.turnover == 6 * 100 * 10**8 // 60_000


def test_unknown_markets_and_intervals_are_named() -> None:
    arena = Arena(spot())

    with pytest.raises(UnknownMarket, match="no market 'NOPE'; there are BTCUSDT"):
        arena.feeds["NOPE"]
    with pytest.raises(UnknownInterval, match="interval '7m': candles come in 1s, 1m"):
        arena.data.klines("7m")
