"""The source of market data: streams where they speak, else polls (M4, M6, C12, E1, R9)."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from benthic.actors.exchange.messages import (
    FetchBook,
    Unwatch,
    Watch,
)
from benthic.actors.feeds.market_source import MarketSource
from benthic.actors.feeds.polling import Offers
from benthic.actors.feeds.source_messages import Preference
from benthic.runtime import UsageError
from benthic.runtime.chance import stream

from .sourced_venue import START, SYMBOL, Connector, Stage, staged


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


def test_a_preference_of_the_book_is_one_of_its_diffs() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(5, "book")
        stage.prefer("book", "poll")
        await stage.run(5, "book")
        assert (await stage.only()).way == "poll"

    staged(story, ("diffs",))


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


def test_a_connector_that_has_started_anew_is_asked_again_for_all_it_had() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(10, "ticker", "trades")
        stage.act(Connector.start_anew)
        await stage.run(1)
        assert set(stage.script.watched) == {("ticker", ""), ("trades", "")}
        assert await stage.way("ticker") == "poll"
        await stage.run(8, "ticker", "trades")
        assert await stage.way("ticker") == "stream"

    staged(story, ("ticker", "trades"))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_befalls_the_stream_the_feed_hears_something_every_minute(
    seed: int,
) -> None:  # M4, M6, E1
    chance = stream(seed, "faults")
    acts: tuple[Callable[[Stage], None], ...] = (
        lambda stage: stage.act(lambda line: line.fall("ticker")),
        lambda stage: stage.act(lambda line: line.move("away")),
        lambda stage: stage.act(lambda line: line.move("up")),
        lambda stage: stage.act(Connector.start_anew),
        lambda stage: stage.script.mute.add("ticker"),
        lambda stage: stage.script.mute.clear(),
        lambda stage: stage.prefer("ticker", "poll"),
        lambda stage: stage.prefer("ticker", "auto"),
    )

    async def story(stage: Stage) -> None:
        for _ in range(60):
            chance.choice(acts)(stage)
            await stage.run(chance.uniform(0.1, 40), "ticker")

    script = staged(story)
    times = sorted({*script.spoken, *(at for at, _ in script.told)})
    assert max(after - before for before, after in pairwise(times)) <= 61_000  # gaps are learnt


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


def test_diffs_come_as_whole_books_where_the_venue_has_no_diffs() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(5, "book")
        assert (await stage.only()).way == "stream"
        assert (await stage.only()).topic == "diffs"

    script = staged(story, ("diffs",))
    assert [aside for _, aside in script.asides] == [Watch(SYMBOL, "book")]
    assert all(isinstance(poll, FetchBook) for _, poll in script.asked)


def test_candles_of_no_frame_are_a_mistake_that_is_told() -> None:
    with pytest.raises(UsageError, match="candles of no frame"):
        MarketSource(SYMBOL, topics=("candles",), connector="line", feed="feed")


def test_a_frame_that_the_venue_has_not_is_neither_watched_nor_polled() -> None:
    async def story(stage: Stage) -> None:
        await stage.run(60)
        assert "offers no candles 1m" in (await stage.only()).reason

    script = staged(story, ("candles",), offers=Offers(("candles",), frames=("1h",)))
    assert (script.asides, script.asked) == ([], [])
