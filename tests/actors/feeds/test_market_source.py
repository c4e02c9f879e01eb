"""The source of market data: streams where they speak, else polls (M4, M6, C12, E1, R9)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benthic.actors.exchange.budget import Admit, Limit
from benthic.actors.exchange.messages import (
    CandleReported,
    FetchBook,
    FetchCandles,
    FetchTicker,
    FetchTrades,
    TickerReported,
    Unwatch,
    Watch,
)
from benthic.actors.exchange.rate_budget import Limits, Window
from benthic.actors.feeds.market_source import MarketSource
from benthic.actors.feeds.poll_round import IN_FLIGHT
from benthic.actors.feeds.polling import Offers
from benthic.actors.feeds.source_messages import Preference, SourcedTopic
from benthic.runtime import Millis, UsageError

from .sourced_venue import MINUTE, START, SYMBOL, Script, Stage, a_candle, staged


def test_polls_deliver_until_the_stream_has_spoken_and_end_then() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(5)
        assert await stage.way("ticker") == "poll"
        await stage.run(1, "ticker")
        assert await stage.way("ticker") == "stream"
        asked = len(stage.script.asked)
        await stage.run(600, "ticker")
        assert len(stage.script.asked) == asked

    script = staged(story)
    assert [watch for _, watch in script.asides] == [Watch(SYMBOL, "ticker")]
    assert [change.way for change in script.changes] == ["poll", "stream"]


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


def test_a_stream_that_breaks_is_polled_within_a_second_and_polls_end_once_it_is_trusted() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(10, "ticker")
        asked = len(stage.script.asked)
        stage.act(lambda line: line.fall("ticker"))
        await stage.run(0.6)
        assert len(stage.script.asked) > asked  # the poll is out within half a second
        await stage.run(1)
        assert await stage.way("ticker") == "poll"
        await stage.run(3, "ticker")
        assert await stage.way("ticker") == "poll"  # it broke once: five seconds of both
        await stage.run(5, "ticker")
        assert await stage.way("ticker") == "stream"

    staged(story)


def test_a_stream_that_flaps_is_left_to_polls_for_longer_each_time_but_not_for_ever() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(2, "ticker")
        for _ in range(40):
            stage.act(lambda line: line.fall("ticker"))
            await stage.run(20, "ticker")
        switches = (await stage.only()).switches
        assert await stage.way("ticker") == "poll"
        await stage.run(60, "ticker")
        assert await stage.way("ticker") == "poll"
        await stage.run(300, "ticker")
        assert await stage.way("ticker") == "stream"
        assert switches <= 8

    staged(story)


def test_a_silent_stream_is_polled_and_taken_up_anew_within_its_cadence() -> None:  # M4
    async def story(stage: Stage) -> None:
        await stage.run(60, "ticker")
        stage.script.mute.add("ticker")
        before = len(stage.script.asides)
        await stage.run(10.7, "ticker")
        assert len(stage.script.told) > 0
        assert await stage.way("ticker") == "poll"
        told = stage.script.asides[before:]
        assert [aside for _, aside in told] == [Unwatch(SYMBOL, "ticker"), Watch(SYMBOL, "ticker")]
        stage.script.mute.clear()
        await stage.run(10, "ticker")
        source = await stage.only()
        assert (source.way, source.silences, source.quiet) == ("stream", 1, 0)

    staged(story)


def test_a_quiet_market_is_forgiven_more_each_time_that_a_poll_shows_it() -> None:  # M4
    async def story(stage: Stage) -> None:
        await stage.run(60, "ticker")
        stage.script.is_quiet = True
        await stage.run(3_600)
        source = await stage.only()
        assert source.silences == source.quiet
        renewed = [at - START for at, aside in stage.script.asides if isinstance(aside, Unwatch)]
        pauses = [after - before for before, after in pairwise(renewed)]
        assert 3 <= len(renewed) <= 10
        assert all(after > before for before, after in pairwise(pauses))

    staged(story)


def test_a_line_that_is_away_is_polled_and_all_is_watched_again_when_it_is_back() -> None:  # E1
    async def story(stage: Stage) -> None:
        await stage.run(10, "ticker", "trades")
        stage.act(lambda line: line.move("away"))
        await stage.run(1)
        ways = {source.way for source in (await stage.ways()).values()}
        assert ways == {"poll"}
        before = len(stage.script.asides)
        stage.act(lambda line: line.move("up"))
        await stage.run(8, "ticker", "trades")
        again = {aside for _, aside in stage.script.asides[before:]}
        assert again == {Watch(SYMBOL, "ticker"), Watch(SYMBOL, "trades")}
        assert await stage.way("trades") == "stream"

    staged(story, ("ticker", "trades"))


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


def test_a_stream_that_is_not_wanted_goes_on_until_a_poll_was_answered() -> None:  # M6
    async def story(stage: Stage) -> None:
        await stage.run(10, "ticker")
        stage.script.takes = 3_000
        stage.prefer("ticker", "poll")
        await stage.run(2, "ticker")
        assert await stage.way("ticker") == "stream"
        assert ("ticker", "") in stage.script.watched
        await stage.run(3, "ticker")
        assert await stage.way("ticker") == "poll"
        assert stage.script.watched == {}
        await stage.run(60, "ticker")
        assert stage.script.watched == {}

    staged(story)


def test_flips_every_minute_never_leave_a_moment_without_a_way_that_has_delivered() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(2, "ticker", "trades", "book")
        flips: tuple[Preference, ...] = ("poll", "stream", "auto")
        for flip in flips * 10:
            for topic, _ in await stage.ways():
                stage.prefer(topic, flip)
            for _ in range(60):
                await stage.run(1, "ticker", "trades", "book")
                for source in (await stage.ways()).values():
                    assert source.way != "none"
                    if source.way == "stream":  # it speaks now, and the feed hears it
                        assert stage.script.watched[source.topic, ""]
        assert all(source.switches >= 18 for source in (await stage.ways()).values())

    staged(story, ("ticker", "trades", "book"))


def test_a_preference_that_cannot_be_followed_is_refused_with_its_reason() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(5)
        stage.prefer("ticker", "stream")
        stage.prefer("liquidations", "poll")
        await stage.run(5)
        ways = await stage.ways()
        assert ways["ticker", ""].way == "poll"
        assert "the venue offers none" in ways["ticker", ""].reason
        assert "polls were asked for" in ways["liquidations", ""].reason
        assert ("liquidations", "") in stage.script.watched

    staged(story, ("ticker", "liquidations"), streams=("liquidations",))


def test_a_closed_candle_is_polled_just_after_its_close() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(600)

    script = staged(story, ("candles",), streams=())
    looks = [at % MINUTE for at in script.polls(FetchCandles, after=MINUTE)]
    assert len(looks) == 9
    assert all(2_000 <= look <= 2_600 for look in looks)
    closed = {report.candle.at for _, report in script.told if isinstance(report, CandleReported)}
    assert {a_candle(1_000 + number, 0).at for number in range(9)} <= closed


def test_what_the_venue_never_answers_is_asked_once() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(600)
        source = await stage.only()
        assert source.way == "none"
        assert "ask for one of these" in source.reason

    script = staged(story, ("open_interest",), script=Script(refuses="never"))
    assert len(script.asked) == 1


def test_diffs_come_as_whole_books_where_the_venue_has_no_diffs() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(5, "book")
        assert (await stage.only()).way == "stream"
        assert (await stage.only()).topic == "diffs"

    script = staged(story, ("diffs",))
    assert [aside for _, aside in script.asides] == [Watch(SYMBOL, "book")]
    assert all(isinstance(poll, FetchBook) for _, poll in script.asked)


def test_trades_are_polled_by_the_thousand() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(5)

    script = staged(story, ("trades",), streams=())
    assert {poll for _, poll in script.asked} == {FetchTrades(SYMBOL, 1_000)}


def test_candles_of_no_frame_are_a_mistake_that_is_told() -> None:
    with pytest.raises(UsageError, match="candles of no frame"):
        MarketSource(SYMBOL, topics=("candles",), connector="line", feed="feed")


def test_a_frame_that_the_venue_has_not_is_neither_watched_nor_polled() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(60)
        assert "offers no candles 1m" in (await stage.only()).reason

    script = staged(story, ("candles",), offers=Offers(("candles",), frames=("1h",)))
    assert (script.asides, script.asked) == ([], [])
