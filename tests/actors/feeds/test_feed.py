"""The candle feed keeps order, remembers and tells on (D3)."""

from collections.abc import Callable, Iterable

import pytest

from benthic.actors.exchange.messages import FetchCandles, NotOffered
from benthic.actors.feeds import (
    BadLimit,
    FeedCounts,
    Follow,
    GapFound,
    GetCandles,
    GetCounts,
    GetLast,
    SymbolFeed,
)
from benthic.actors.market.candle import Candle
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import (
    AT_ONCE,
    Actor,
    Child,
    Millis,
    Schedule,
    StartFailed,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

PAIR = "BTC/USDT"
MINUTE = 60_000


def a_candle(minute: int, close: float = 100.0) -> Candle:
    return Candle(Millis(minute * MINUTE), 100.0, 110.0, 90.0, close, 1.0)


class Listener(Actor):
    """Writes down what the feed says; the list outlives its incarnations."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        feed = self.lookup("feed")
        self.subscribe(feed, Candle)
        self.subscribe(feed, GapFound)

    @on(Candle, GapFound)
    def hear(self, message: Candle | GapFound) -> None:
        self._heard.append(message)


class Fall(Tell):
    """Makes a feed crash."""


class FragileFeed(SymbolFeed):
    @on(Fall)
    def fall(self, _: Fall) -> None:
        raise RuntimeError("fell")


class Archive(Actor):
    """A connector that knows candles of the past."""

    def __init__(self, past: list[Candle]) -> None:
        self._past = past

    @on(FetchCandles)
    def fetch(self, message: FetchCandles) -> tuple[Candle, ...]:
        if (message.symbol, message.frame) != (PAIR, "1m"):
            raise NotOffered(message.symbol, message.frame, ("BTC/USDT 1m",))
        return tuple(self._past[-message.limit :])


def heard_from(
    candles: Iterable[Candle], frame: str = "1m", schedule: Schedule = Schedule.FIFO
) -> tuple[list[object], FeedCounts]:
    """What a listener hears when a feed gets these candles."""
    heard: list[object] = []

    async def body(system: System) -> FeedCounts:
        feed = system.lookup("/bot/feed")
        await system.replay((number, feed, each) for number, each in enumerate(candles))
        return await feed.ask(GetCounts())

    return heard, run_virtual(
        Supervisor("bot", [feed_child(frame), Child("listener", lambda: Listener(heard))]),
        body,
        schedule=schedule,
    )


def feed_child(frame: str = "1m", factory: Callable[[], SymbolFeed] | None = None) -> Child:
    return Child("feed", factory or (lambda: SymbolFeed(PAIR, (TimeFrame.parse(frame),))))


@pytest.mark.parametrize("schedule", Schedule)
def test_subscribers_hear_every_candle_once_and_in_order(schedule: Schedule) -> None:
    candles = [a_candle(minute) for minute in range(50)]

    heard, counts = heard_from(candles, schedule=schedule)

    assert heard == candles
    assert counts == FeedCounts(0, 0, 0, 0, 0)


def test_a_candle_that_repeats_or_comes_late_is_dropped_and_counted() -> None:
    good = [a_candle(minute) for minute in range(4)]
    again, late = a_candle(3, close=105.0), a_candle(1)

    heard, counts = heard_from([*good, again, late, good[3], a_candle(4)])

    assert heard == [*good, a_candle(4)]  # D3: what is closed never changes
    assert counts == FeedCounts(repeated=2, late=1, misplaced=0, gaps=0, missing=0)


def test_a_candle_off_the_grid_of_its_frame_is_dropped_and_counted() -> None:
    crooked = Candle(Millis(MINUTE + 1), 100.0, 110.0, 90.0, 100.0, 1.0)

    heard, counts = heard_from([a_candle(0), crooked, a_candle(1)])

    assert heard == [a_candle(0), a_candle(1)]
    assert counts.misplaced == 1


def test_a_gap_is_told_before_the_candle_that_follows_it() -> None:
    heard, counts = heard_from([a_candle(0), a_candle(1), a_candle(5), a_candle(6)])

    gap = GapFound(PAIR, "1m", Millis(MINUTE), Millis(5 * MINUTE), 3)
    assert heard == [a_candle(0), a_candle(1), gap, a_candle(5), a_candle(6)]
    assert (counts.gaps, counts.missing) == (1, 3)


def test_months_follow_the_calendar_and_repeats_of_them_are_dropped() -> None:
    frame = TimeFrame.parse("1M")
    opened = [Millis(1_704_067_200_000)]  # 2024-01-01
    for _ in range(14):
        opened.append(frame.close_of(opened[-1]))
    months = [Candle(at, 100.0, 110.0, 90.0, 100.0, 1.0) for at in opened]

    heard, counts = heard_from([*months[:6], months[5], *months[6:9], *months[11:]], frame="1M")

    gap = GapFound(PAIR, "1M", opened[8], opened[11], 2)
    assert heard == [*months[:9], gap, *months[11:]]
    assert (counts.repeated, counts.gaps, counts.missing) == (1, 1, 2)


def test_a_feed_answers_with_the_newest_candles_it_has() -> None:
    async def body(system: System) -> None:
        feed = system.lookup("/bot/feed")
        assert await feed.ask(GetLast()) is None
        assert (await feed.ask(GetCandles(5))).shape == (0, 6)

        await system.replay([(minute * MINUTE, feed, a_candle(minute)) for minute in range(9)])

        assert await feed.ask(GetLast()) == a_candle(8)
        newest = await feed.ask(GetCandles(2))
        assert newest[:, 0].tolist() == [7 * MINUTE, 8 * MINUTE]
        assert not newest.flags.writeable
        with pytest.raises(BadLimit, match="/bot/feed: asked for 0 candles"):
            await feed.ask(GetCandles(0))
        assert await feed.ask(GetLast()) == a_candle(8)

    run_virtual(Supervisor("bot", [feed_child()]), body)


def test_a_feed_that_crashed_remembers_again_from_its_connector() -> None:
    past: list[Candle] = []

    def new_feed() -> SymbolFeed:
        return FragileFeed(
            PAIR, (TimeFrame.parse("1m"),), connector="archive", follow=Follow(capacity=4)
        )

    async def body(system: System) -> None:
        feed = system.lookup("/bot/feed")
        await system.replay([(minute * MINUTE, feed, a_candle(minute)) for minute in range(6)])
        past.extend(a_candle(minute) for minute in range(6))
        feed.tell(Fall())
        await system.settle()
        known = await feed.ask(GetCandles(100))
        assert known[:, 0].tolist() == [minute * MINUTE for minute in range(2, 6)]

        feed.tell(a_candle(5))
        feed.tell(a_candle(7))
        counts = await feed.ask(GetCounts())
        assert (counts.repeated, counts.missing) == (1, 1)

    root = Supervisor(
        "bot",
        [Child("archive", lambda: Archive(past)), feed_child(factory=new_feed)],
        strategy=Strategy.REST_FOR_ONE,
        backoff=AT_ONCE,
    )
    run_virtual(root, body)


def test_a_feed_of_a_series_that_nobody_has_does_not_start() -> None:
    def new_feed() -> SymbolFeed:
        return SymbolFeed("ETH/USDT", (TimeFrame.parse("1m"),), connector="archive")

    async def body(_: System) -> None:
        pytest.fail("the tree started")

    root = Supervisor("bot", [Child("archive", lambda: Archive([])), feed_child(factory=new_feed)])
    with pytest.RaisesGroup(StartFailed, flatten_subgroups=True):
        run_virtual(root, body)
