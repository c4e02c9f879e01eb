"""What a source polls: as often as it may, and never where it must not (C12, E14, R9)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from benthic.actors.exchange.budget import Admit, Limit
from benthic.actors.exchange.messages import (
    CandleReported,
    FetchCandles,
    FetchTicker,
    FetchTrades,
    TickerReported,
)
from benthic.actors.exchange.rate_budget import Limits, Window
from benthic.actors.feeds.channel import channel_of
from benthic.actors.feeds.poll_round import IN_FLIGHT
from benthic.actors.feeds.polling import Offers
from benthic.actors.feeds.source_messages import SourcedTopic
from benthic.actors.market import Ticker
from benthic.runtime import Millis

from .sourced_venue import MINUTE, START, SYMBOL, Script, Stage, a_candle, staged


def test_what_is_not_offered_as_a_stream_is_polled_for_ever_at_its_base() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(60)
        source = await stage.only()
        assert (source.way, source.every, source.failed) == ("poll", 2_000, 0)
        assert "no stream" in source.reason

    script = staged(story, streams=())
    assert script.asides == []
    assert 27 <= len(script.polls(FetchTicker)) <= 34
    assert all(isinstance(report, TickerReported) for _, report in script.told)


def test_where_nobody_trades_polls_beside_a_stream_become_few_and_many_with_the_next_trade() -> (
    None
):
    async def story(stage: Stage) -> None:
        stage.script.is_quiet = True
        await stage.run(600)
        assert (await stage.only()).every == 20_000
        asked = len(stage.script.asked)
        await stage.run(600)
        assert len(stage.script.asked) - asked <= 45
        stage.script.is_quiet = False
        await stage.run(200)  # the stream brings nothing of it
        assert (await stage.only()).every == 2_000

    staged(story, ("trades",))


def test_hours_of_maintenance_cost_few_polls_and_end_within_a_second() -> None:  # C12
    async def story(stage: Stage) -> None:
        await stage.run(10, "ticker")
        stage.script.refuses = "away"
        stage.act(lambda line: line.move("away"))
        await stage.run(6 * 3600)
        source = await stage.only()
        assert source.way == "none"
        assert "no answer" in source.reason
        assert len(stage.script.asked) < 6 * 3600 / 25
        stage.script.refuses = ""
        stage.act(lambda line: line.move("up"))
        await stage.run(1)
        assert await stage.way("ticker") == "poll"
        assert (await stage.only()).every == 2_000

    staged(story, script=Script(speaks=60_000))


@pytest.mark.parametrize("by", ["an answer", "the line"])
def test_nothing_is_asked_before_the_time_that_a_bar_ends(by: str) -> None:  # R9
    ends = Millis(START + 300_000)

    async def story(stage: Stage) -> None:
        await stage.run(10)
        asked = len(stage.script.asked)
        if by == "an answer":
            stage.script.refuses, stage.script.until = "barred", ends
            await stage.run(10)
            assert len(stage.script.asked) - asked <= IN_FLIGHT  # those that were under way
            asked = len(stage.script.asked)
        else:
            stage.act(lambda line: line.move("barred", ends))
            await stage.run(10)
        await stage.run(279)
        assert len(stage.script.asked) == asked
        stage.script.refuses = ""
        stage.act(lambda line: line.move("up"))
        await stage.run(30)
        assert {source.way for source in (await stage.ways()).values()} == {"poll"}

    script = staged(story, ("ticker", "trades", "book"), streams=())
    if by == "the line":
        assert not [at for at in script.polls() if 10_100 < at < 300_000]


def test_a_stream_that_breaks_during_a_bar_waits_for_its_end_as_well() -> None:  # R9
    async def story(stage: Stage) -> None:
        await stage.run(10, "ticker", "trades")
        asked = len(stage.script.asked)
        stage.act(lambda line: line.move("barred", Millis(START + 100_000)))
        stage.act(lambda line: line.fall("ticker"))
        await stage.run(10)
        stage.act(lambda line: line.fall("trades"))
        await stage.run(79)
        assert len(stage.script.asked) == asked
        assert await stage.way("ticker") == "none"
        await stage.run(3)
        assert await stage.way("ticker") == "poll"

    staged(story, ("ticker", "trades"))


def test_a_line_that_is_shut_is_not_asked_at_all() -> None:  # E14
    async def story(stage: Stage) -> None:
        await stage.run(10)
        stage.act(lambda line: line.move("shut"))
        await stage.run(0.1)
        asked = len(stage.script.asked)
        await stage.run(600)
        stage.prefer("ticker", "poll")
        await stage.run(3_000)
        assert len(stage.script.asked) == asked

    staged(story, ("ticker", "trades"), streams=("trades",), script=Script(speaks=5_000))


def test_a_tight_budget_stretches_pauses_and_they_recover() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(20)
        stage.script.takes = 2_500  # each waits for its turn
        await stage.run(300)
        assert (await stage.only()).every == 30_000
        slow = len(stage.script.polls(FetchTicker, after=260_000))
        assert slow <= 3
        stage.script.takes = 20
        await stage.run(180)
        assert (await stage.only()).every == 2_000

    staged(story, streams=())


def test_polls_leave_room_where_others_use_most_of_the_budget() -> None:
    async def story(stage: Stage) -> None:
        budget = stage.system.lookup("/bot/budget")
        budget.tell(Limit(Limits(weights=(Window(Millis(60_000), 1_000),))))
        for second in range(300):
            if second < 180:
                await budget.ask(Admit("entry", Millis(1_000), cost=12))  # 72 in a hundred
            await stage.run(1)

    script = staged(story, streams=(), budget="budget")
    calm = script.polls(FetchTicker, after=240_000)
    tight = [at for at in script.polls(FetchTicker, after=90_000) if at < 180_000]
    assert 25 <= len(calm) <= 33
    assert 6 <= len(tight) <= 10  # ten seconds or so instead of two


def test_polls_without_an_answer_have_a_deadline_and_few_are_under_way() -> None:
    async def story(stage: Stage) -> None:
        stage.script.takes = 3_600_000
        await stage.run(120)
        source = await stage.ways()
        assert sum(each.failed for each in source.values()) >= 6
        stage.script.takes = 20
        await stage.run(60)
        assert {each.way for each in (await stage.ways()).values()} == {"poll"}

    topics: tuple[SourcedTopic, ...] = (
        "ticker",
        "trades",
        "book",
        "funding",
        "open_interest",
        "candles",
    )
    script = staged(story, topics, streams=())
    assert {type(poll) for _, poll in script.asked[:IN_FLIGHT]} != set()
    assert len([at for at in script.polls() if at <= 14_000]) == IN_FLIGHT


def test_a_closed_candle_is_polled_just_after_its_close() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(600)

    script = staged(story, ("candles",), streams=())
    looks = [at % MINUTE for at in script.polls(FetchCandles, after=MINUTE)]
    assert len(looks) == 9
    assert all(2_000 <= look <= 2_600 for look in looks)
    closed = {report.candle.at for _, report in script.told if isinstance(report, CandleReported)}
    assert {a_candle(1_000 + number, 0).at for number in range(9)} <= closed


def test_a_close_is_one_by_the_venues_clock_whatever_ours_says() -> None:  # L4
    async def story(stage: Stage) -> None:
        await stage.run(600)

    script = staged(story, ("candles",), streams=(), script=Script(ahead=20_000))
    looks = [(at + 20_000) % MINUTE for at in script.polls(FetchCandles, after=MINUTE)]
    assert len(looks) == 9
    assert all(2_000 <= look <= 2_600 for look in looks)


def test_what_the_venue_never_answers_is_asked_once() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(600)
        source = await stage.only()
        assert source.way == "none"
        assert "ask for one of these" in source.reason

    script = staged(story, ("open_interest",), script=Script(refuses="never"))
    assert len(script.asked) == 1


def test_trades_are_polled_by_the_two_hundred_and_fewer_where_little_is_new() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(10)

    script = staged(story, ("trades",), streams=())
    first, *others = [poll for _, poll in script.asked]
    assert first == FetchTrades(SYMBOL, 200)
    assert set(others) == {FetchTrades(SYMBOL, 50)}


def a_ticker(last: int, bid: int | None = None) -> TickerReported:
    told = None if bid is None else Decimal(bid)
    return TickerReported(Ticker(SYMBOL, START, last=Decimal(last), bid=told, ask=told))


def test_a_stream_is_not_found_wanting_for_what_it_never_tells() -> None:  # M4
    channel = channel_of("ticker", "", Offers(streams=("ticker",)), "auto")
    assert channel.heard(a_ticker(100))  # as Binance's mini ticker: neither bid nor ask
    assert not channel.heard(a_ticker(100, 99))
    assert not channel.heard(a_ticker(100, 98))
    assert channel.heard(a_ticker(101, 98))


def test_a_stream_that_tells_a_bid_has_to_tell_when_it_moves() -> None:  # M4
    channel = channel_of("ticker", "", Offers(streams=("ticker",)), "auto")
    assert channel.heard(a_ticker(100, 99))
    assert not channel.heard(a_ticker(100, 99))
    assert channel.heard(a_ticker(100, 98))
