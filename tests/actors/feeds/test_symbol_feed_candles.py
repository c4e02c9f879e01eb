"""Candles of a symbol feed: unique, gapless, never changed once closed, in every frame (D3)."""

from __future__ import annotations

import pytest

from benthic.actors.exchange.gate.messages import TopicLost
from benthic.actors.exchange.messages import (
    CandleReported,
    FetchCandles,
    FormingReported,
    StreamChanged,
)
from benthic.actors.feeds import (
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FramesDoNotFit,
    GapFound,
    GetCandles,
    GetCounts,
    GetForming,
    GetRefused,
    Intake,
    NotFollowed,
    SymbolFeed,
)
from benthic.actors.feeds.higher_frames import combined
from benthic.actors.market import Candle, TimeFrame
from benthic.runtime import Millis, Schedule, Tell, UsageError

from .told_feed import (
    FIRST,
    MINUTE,
    START,
    SYMBOL,
    Market,
    Say,
    Told,
    a_candle,
    follow_feed,
)

FRAME = TimeFrame.parse("1m")


def closed(*numbers: int) -> list[CandleReported]:
    return [CandleReported(SYMBOL, "1m", a_candle(number)) for number in numbers]


def known(until: int, *, first: int = 990) -> Market:
    market = Market()
    market.candles["1m"] = [a_candle(number) for number in range(first, until)]
    return market


def ended(heard: list[object], frame: str = "1m") -> list[Candle]:
    return [
        event.candle for event in heard if isinstance(event, CandleEnded) and event.frame == frame
    ]


def numbers(heard: list[object]) -> list[int]:
    return [(candle.at - FIRST) // MINUTE for candle in ended(heard)]


def test_a_candle_that_stream_and_poll_tell_both_is_told_once() -> None:
    async def story(told: Told) -> None:
        await told.pass_time(3 * MINUTE)
        for number in range(1_000, 1_003):
            await told.say(*closed(number))
            await told.tell(*closed(number - 1, number))
        counts = await told.feed.ask(GetCounts())
        assert (counts.repeated, counts.gaps) == (6, 0)

    heard = follow_feed(story, market=known(1_000))
    assert numbers(heard) == [1_000, 1_001, 1_002]
    assert [event for event in heard if isinstance(event, Candle)] == ended(heard)


def test_a_closed_candle_that_is_told_differently_is_an_event_and_never_changes() -> None:
    other = a_candle(1_000, 1_005.0)

    async def story(told: Told) -> None:
        await told.pass_time(MINUTE)
        await told.say(*closed(1_000), CandleReported(SYMBOL, "1m", other))
        await told.tell(CandleReported(SYMBOL, "1m", other))
        counts = await told.feed.ask(GetCounts())
        assert (counts.revised, counts.repeated) == (1, 1)
        last = (await told.feed.ask(GetCandles(1)))[0].tolist()
        assert last[4] == a_candle(1_000).close

    heard = follow_feed(story, market=known(1_000))
    assert [event for event in heard if isinstance(event, CandleCorrected)] == [
        CandleCorrected(SYMBOL, "1m", a_candle(1_000), other)  # M8
    ]


def test_a_hole_of_the_venue_itself_is_told_and_one_of_the_line_is_filled() -> None:
    market = known(1_000)

    async def story(told: Told) -> None:
        await told.pass_time(10 * MINUTE)
        market.candles["1m"] += [a_candle(number) for number in (1_000, 1_001, 1_005, 1_006)]
        await told.say(*closed(1_006))

    heard = follow_feed(story, market=market)
    assert numbers(heard) == [1_000, 1_001, 1_005, 1_006]
    (gap,) = [event for event in heard if isinstance(event, GapFound)]
    assert (gap.after, gap.until, gap.missing) == (a_candle(1_001).at, a_candle(1_005).at, 3)


def test_a_venue_that_has_the_missing_candle_a_little_later_leaves_no_gap() -> None:
    market = known(1_000)

    async def story(told: Told) -> None:
        await told.pass_time(3 * MINUTE)
        await told.say(*closed(1_002))
        await told.pass_time(2_000)
        market.candles["1m"] += [a_candle(number) for number in range(1_000, 1_003)]
        await told.pass_time(MINUTE)

    heard = follow_feed(story, market=market)
    assert numbers(heard) == [1_000, 1_001, 1_002]
    assert not [event for event in heard if isinstance(event, GapFound)]  # M9


def test_a_close_that_the_stream_lost_is_asked_for_before_the_gate_must_close() -> None:  # M4, M9
    market = known(1_000)

    async def story(told: Told) -> None:
        await told.pass_time(MINUTE + 1_000)
        market.candles["1m"].append(a_candle(1_000))
        await told.pass_time(5_000)
        assert numbers(told.heard) == [1_000]

    heard = follow_feed(story, market=market)
    assert not [event for event in heard if isinstance(event, TopicLost) and event.at > START]


def test_a_market_without_candles_is_asked_for_them_ever_less_often() -> None:
    market = known(1_000)

    async def story(told: Told) -> None:
        await told.pass_time(60 * MINUTE)

    follow_feed(story, market=market)
    assert 5 <= sum(isinstance(each, FetchCandles) for each in market.asked) <= 14


def test_a_hole_that_nobody_can_fill_holds_nothing_up_forever() -> None:
    async def story(told: Told) -> None:
        await told.pass_time(3 * MINUTE)
        await told.say(*closed(1_002))
        await told.pass_time(5 * MINUTE)

    heard = follow_feed(story, market=known(1_000))
    assert numbers(heard) == [1_002]
    assert len([event for event in heard if isinstance(event, GapFound)]) == 1


def test_a_stream_that_is_live_again_is_asked_for_what_closed_meanwhile() -> None:
    market = known(1_000)

    async def story(told: Told) -> None:
        await told.say(StreamChanged(SYMBOL, "candles", "1m", "down", "cut"))
        await told.pass_time(4 * MINUTE)
        market.candles["1m"] += [a_candle(number) for number in range(1_000, 1_004)]
        await told.say(StreamChanged(SYMBOL, "candles", "1m", "live"))

    assert numbers(follow_feed(story, market=market)) == [1_000, 1_001, 1_002, 1_003]


def test_a_question_that_nobody_answers_holds_nothing_back_that_continues_what_is_known() -> None:
    async def story(told: Told) -> None:
        told.market.is_away = True
        await told.say(StreamChanged(SYMBOL, "candles", "1m", "live"))
        for number in (1_000, 1_001):
            await told.pass_time(MINUTE)
            await told.say(*closed(number))
        assert numbers(told.heard) == [1_000, 1_001]

    follow_feed(story, market=known(1_000))


def test_impossible_candles_are_counted_and_never_told() -> None:
    bad = [
        Candle(a_candle(1_000).at, float("nan"), 1.0, 1.0, 1.0, 1.0),
        Candle(a_candle(1_000).at, 1.0, 1.0, 1.0, -1.0, 1.0),
        Candle(a_candle(1_000).at, 1.0, 1.0, 2.0, 1.0, 1.0),
        Candle(a_candle(1_000).at, 1.0, 1.0, 1.0, 1.0, 1e308),
        Candle(Millis(a_candle(1_000).at + 1), 1.0, 1.0, 1.0, 1.0, 1.0),
        Candle(Millis(a_candle(1_000).at // 1_000), 1.0, 1.0, 1.0, 1.0, 1.0),
        a_candle(2_000),  # it has yet to come
    ]

    async def story(told: Told) -> None:
        await told.pass_time(MINUTE)
        await told.say(*[CandleReported(SYMBOL, "1m", each) for each in bad])
        await told.say(CandleReported(SYMBOL, "7m", a_candle(1_000)), *closed(1_000))
        counts = await told.feed.ask(GetCounts())
        assert (counts.impossible, counts.misplaced) == (4, 3)  # M10, M13
        assert await told.feed.ask(GetRefused()) == {"candles FRAME": 1}

    assert numbers(follow_feed(story, market=known(1_000))) == [1_000]


def test_the_forming_candle_is_told_apart_and_ends_when_it_closes() -> None:
    async def story(told: Told) -> None:
        await told.pass_time(30_000)
        moving = a_candle(1_000, 1_001.0)
        await told.say(FormingReported(SYMBOL, "1m", moving))
        await told.tell(FormingReported(SYMBOL, "1m", moving))
        assert await told.feed.ask(GetForming()) == moving
        await told.pass_time(MINUTE)
        await told.say(*closed(1_000), FormingReported(SYMBOL, "1m", moving))
        assert await told.feed.ask(GetForming()) is None

    heard = follow_feed(story, market=known(1_000))
    assert len([event for event in heard if isinstance(event, CandleMoved)]) == 1


def fives(until: int) -> list[Candle]:
    return [
        combined([a_candle(each) for each in range(number, number + 5)], at=a_candle(number).at)
        for number in range(900, until, 5)
    ]


def test_a_higher_frame_that_the_venue_does_not_have_is_built() -> None:
    async def story(told: Told) -> None:
        await told.pass_time(11 * MINUTE)
        for number in range(1_000, 1_010):
            await told.say(*closed(number))
        past = await told.feed.ask(GetCandles(100, "5m"))
        assert past[:, 0].tolist() == [candle.at for candle in fives(1_010)]

    heard = follow_feed(story, market=known(1_000, first=900), frames=("1m", "5m"))
    assert ended(heard, "5m") == fives(1_010)[20:]


def test_a_higher_frame_that_the_venue_has_is_compared_and_the_venues_word_stands() -> None:
    market = known(1_000, first=900)
    market.candles["5m"] = fives(1_000)
    right, ours = fives(1_010)[-2:]
    wrong = Candle(ours.at, 1.0, 9_999.0, 1.0, 2.0, 3.0)

    async def story(told: Told) -> None:
        await told.pass_time(11 * MINUTE)
        await told.say(*[CandleReported(SYMBOL, "5m", each) for each in (right, wrong)])
        await told.say(*closed(*range(1_000, 1_010)))
        counts = await told.feed.ask(GetCounts("5m"))
        assert (counts.disagreed, counts.revised) == (1, 0)

    heard = follow_feed(story, market=market, frames=("1m", "5m"))
    assert ended(heard, "5m") == [right, wrong]


def test_a_tape_makes_the_higher_frames_and_their_past() -> None:
    async def story(told: Told) -> None:
        await told.tell(*[a_candle(number) for number in range(1_000, 1_012)])
        past = await told.feed.ask(GetCandles(100, "5m"))
        assert past[:, 0].tolist() == [candle.at for candle in fives(1_010)]
        forming = await told.feed.ask(GetForming("5m"))
        assert forming == combined([a_candle(1_010), a_candle(1_011)], at=a_candle(1_010).at)
        with pytest.raises(NotFollowed, match="does not follow candles of 3m: it follows 1m, 5m"):
            await told.feed.ask(GetCandles(1, "3m"))

    market = known(1_000, first=900)
    heard = follow_feed(story, market=market, frames=("1m", "5m"), intake=Intake.TOLD)
    assert ended(heard, "5m") == fives(1_010)[20:]
    assert [event for event in heard if isinstance(event, Candle)] == ended(heard)


def test_a_bare_candle_is_checked_like_any_other_where_a_venue_is_watched() -> None:
    async def story(told: Told) -> None:
        await told.pass_time(MINUTE)
        odd = Candle(a_candle(1_000).at, 1.0, 1.0, 2.0, 1.0, 1.0)
        await told.tell(odd, a_candle(1_000), a_candle(1_000))
        counts = await told.feed.ask(GetCounts())
        assert (counts.impossible, counts.repeated) == (1, 1)

    assert numbers(follow_feed(story, market=known(1_000))) == [1_000]


def test_a_feed_needs_frames_each_once() -> None:
    for frames in ([], [FRAME, FRAME]):
        with pytest.raises(UsageError, match="give frames, each once"):
            SymbolFeed(SYMBOL, frames)


def test_frames_that_do_not_add_up_are_refused_before_anything_starts() -> None:
    frames = [TimeFrame.parse("2m"), TimeFrame.parse("5m")]
    with pytest.raises(FramesDoNotFit):
        SymbolFeed(SYMBOL, frames)


def test_a_feed_that_has_caught_up_says_so_after_what_it_told() -> None:
    async def story(told: Told) -> None:
        told.market.candles["1m"] += [a_candle(1_000)]
        await told.pass_time(MINUTE)
        await told.line("up")

    heard = follow_feed(story, market=known(1_000))
    kinds: list[type[Tell]] = [CandleEnded, FeedCaughtUp]
    assert [type(event) for event in heard if type(event) in kinds] == [
        FeedCaughtUp,
        CandleEnded,
        FeedCaughtUp,
    ]


def test_nothing_is_told_twice_or_out_of_order_however_the_turns_fall() -> None:
    """Streams of the connector and polls of a source, in every schedule of the runtime."""
    heard: dict[Schedule, list[object]] = {}
    for schedule in Schedule:

        async def story(told: Told) -> None:
            for number in range(1_000, 1_030):
                await told.pass_time(MINUTE)
                told.market.candles["1m"].append(a_candle(number))
                told.market.is_away = number % 7 == 0
                if number % 3:
                    for report in closed(number):
                        told.system.lookup("/root/venue").tell(Say(report))
                if number % 4 == 0:
                    for report in closed(*range(number - 5, number + 1)):
                        told.feed.tell(report)
                if number % 11 == 0:
                    await told.line("away")
                    await told.line("up")
            told.market.is_away = False
            await told.line("up")
            await told.pass_time(2 * MINUTE)

        heard[schedule] = follow_feed(story, market=known(1_000), schedule=schedule)
    for each in heard.values():
        assert numbers(each) == list(range(1_000, 1_030))
        assert not [event for event in each if isinstance(event, GapFound)]
