"""A scripted connector, a feed that writes down, and a source between them: what tests stand on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import attrs
import trio

from benthic.actors.exchange.budget import RateBudget
from benthic.actors.exchange.errors import Barred, NotOffered, VenueAway
from benthic.actors.exchange.messages import (
    BookReported,
    CandleReported,
    FetchBook,
    FetchCandles,
    FetchForming,
    FetchFunding,
    FetchOpenInterest,
    FetchTicker,
    FetchTrades,
    FormingReported,
    FundingReported,
    GetLine,
    GetVenueClock,
    Line,
    LineChanged,
    LineState,
    OpenInterestReported,
    StreamChanged,
    TickerReported,
    Topic,
    TradesReported,
    Unwatch,
    VenueClock,
    Watch,
)
from benthic.actors.feeds.market_source import MarketSource
from benthic.actors.feeds.polling import Offers
from benthic.actors.feeds.source_messages import (
    GetSources,
    Prefer,
    Preference,
    SourceChanged,
    SourcedTopic,
    TopicSource,
)
from benthic.actors.market import Candle
from benthic.actors.market.book import Book, Level
from benthic.actors.market.funding import Funding
from benthic.actors.market.open_interest import OpenInterest
from benthic.actors.market.ticker import Ticker
from benthic.actors.market.trade import Trade
from benthic.runtime import Actor, Child, Millis, Ref, Supervisor, System, on, run_virtual

SYMBOL = "BTC/USDT"
MINUTE = 60_000
START = Millis(1_000 * MINUTE)
Poll = (
    FetchTicker
    | FetchTrades
    | FetchBook
    | FetchCandles
    | FetchForming
    | FetchFunding
    | FetchOpenInterest
)


@attrs.define
class Script:
    """How the venue behaves, and what became of that."""

    price: int = 100  # what everything trades at
    is_quiet: bool = False  # the price stays as it is
    refuses: str = ""  # every poll: "away", "barred" or "never"; "": none
    until: Millis = Millis(0)  # of a bar
    takes: int = 20  # ms until a poll is answered
    speaks: int = 1_000  # ms between two words of a stream
    mute: set[Topic] = attrs.field(
        factory=set[Topic]
    )  # streams that are watched, and bring nothing
    line: Line = Line("up", START, count=1)
    watched: dict[tuple[SourcedTopic, str], bool] = attrs.field(
        factory=dict[tuple[SourcedTopic, str], bool]
    )  # and whether it has spoken
    asked: list[tuple[Millis, Poll]] = attrs.field(factory=list[tuple[Millis, Poll]])
    asides: list[tuple[Millis, Watch | Unwatch]] = attrs.field(
        factory=list[tuple[Millis, Watch | Unwatch]]
    )
    told: list[tuple[Millis, object]] = attrs.field(
        factory=list[tuple[Millis, object]]
    )  # the feed, by the source
    changes: list[SourceChanged] = attrs.field(factory=list[SourceChanged])
    spoken: list[Millis] = attrs.field(factory=list[Millis])  # when a stream brought something
    most: int = 0  # polls that were under way at a time
    ahead: int = 0  # ms, of the venue's clock before our wall clock

    def polls(self, kind: type | None = None, *, after: int = 0) -> list[Millis]:
        """When the venue was asked, ms from the start."""
        return [
            Millis(at - START)
            for at, poll in self.asked
            if at - START > after and (kind is None or isinstance(poll, kind))
        ]


@attrs.frozen
class Act:
    """Do something in the connector's turn."""

    what: Callable[[Connector], None]


class Connector(Actor):
    """A venue as the script has it."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._under_way = 0

    @on(GetLine)
    def get_line(self, _: GetLine) -> Line:
        return self.script.line

    @on(GetVenueClock)
    def get_clock(self, _: GetVenueClock) -> VenueClock:
        return VenueClock(self.now - self.elapsed + self.script.ahead)

    @on(Act)
    def act(self, message: Act) -> None:
        message.what(self)

    @on(Watch)
    def watch_market(self, message: Watch) -> None:
        self.script.asides.append((self.now, message))
        self.script.watched.setdefault((message.topic, message.frame), False)

    @on(Unwatch)
    def unwatch_market(self, message: Unwatch) -> None:
        self.script.asides.append((self.now, message))
        if self.script.watched.pop((message.topic, message.frame), False):
            self.publish(StreamChanged(SYMBOL, message.topic, message.frame, "down", "unwatched"))

    @on(
        FetchTicker,
        FetchTrades,
        FetchBook,
        FetchCandles,
        FetchForming,
        FetchFunding,
        FetchOpenInterest,
    )
    def fetch(self, poll: Poll) -> None:
        script = self.script
        script.asked.append((self.now, poll))
        if script.refuses == "never":
            raise NotOffered(SYMBOL, type(poll).__name__)
        if script.refuses == "away":
            raise VenueAway("binance", "no answer")
        if script.refuses == "barred":
            raise Barred("binance", "429", until=script.until)
        self._under_way += 1
        script.most = max(script.most, self._under_way)
        reply = self.reply_later()

        def give(_: Connector) -> None:
            self._under_way -= 1
            reply.answer(answer_to(poll, script.price, Millis(self.now + script.ahead)))

        self.after(script.takes, Act(give))

    # -- what a test does to it

    def speak(self, topic: Topic, frame: str = "") -> None:
        """The stream brings something, where it is watched and not mute."""
        has_spoken = self.script.watched.get((topic, frame))
        if has_spoken is None or topic in self.script.mute:
            return
        if not has_spoken:
            self.script.watched[topic, frame] = True
            self.publish(StreamChanged(SYMBOL, topic, frame, "live"))
        self.script.spoken.append(self.now)
        self.publish(word_of(topic, frame, self.script.price, self.now))

    def fall(self, topic: Topic, frame: str = "") -> None:
        """The stream breaks."""
        if self.script.watched.get((topic, frame)):
            self.script.watched[topic, frame] = False
            self.publish(StreamChanged(SYMBOL, topic, frame, "down", "reset"))

    def move(self, state: LineState, until: Millis | None = None) -> None:
        """The line changes; where it is away, every stream is cut without a word."""
        before = self.script.line
        count = before.count + (state == "up")
        self.script.line = Line(state, self.now, "as told", until, count)
        if state == "away":
            self.script.watched = dict.fromkeys(self.script.watched, False)
        self.publish(LineChanged(self.script.line))

    def start_anew(self) -> None:
        """As another incarnation does: nothing is watched, and its line comes up first."""
        self.script.watched.clear()
        self.script.line = Line("up", self.now, count=1)
        self.publish(LineChanged(self.script.line))


class Recorder(Actor):
    """In the feed's place: writes down what it is told."""

    def __init__(self, script: Script) -> None:
        self._script = script

    def on_start(self) -> None:
        self.subscribe(None, SourceChanged)

    @on(SourceChanged)
    def changed(self, message: SourceChanged) -> None:
        self._script.changes.append(message)

    @on(
        TickerReported,
        TradesReported,
        BookReported,
        CandleReported,
        FormingReported,
        FundingReported,
        OpenInterestReported,
    )
    def heard(self, report: object) -> None:
        self._script.told.append((self.now, report))


@attrs.define
class Stage:
    """What a test sees and does."""

    system: System
    script: Script

    @property
    def source(self) -> Ref:
        return self.system.lookup("/bot/source")

    async def ways(self) -> dict[tuple[SourcedTopic, str], TopicSource]:
        return {(each.topic, each.frame): each for each in await self.source.ask(GetSources())}

    async def way(self, topic: SourcedTopic) -> str:
        return next(each.way for (of, _), each in (await self.ways()).items() if of == topic)

    async def only(self) -> TopicSource:
        (found,) = (await self.ways()).values()
        return found

    def act(self, what: Callable[[Connector], None]) -> None:
        self.system.lookup("/bot/line").tell(Act(what))

    def prefer(self, topic: SourcedTopic, preference: Preference) -> None:
        self.source.tell(Prefer(topic, preference))

    async def run(self, seconds: float, *talks: Topic, frame: str = "") -> None:
        """Let time pass while these streams speak."""
        ends = trio.current_time() + seconds
        while trio.current_time() < ends - 1e-9:
            await trio.sleep(min(self.script.speaks / 1000, ends - trio.current_time()))
            if not self.script.is_quiet:
                self.script.price += 1
                for topic in talks:
                    self.act(partial(Connector.speak, topic=topic, frame=frame))
            await self.system.settle()


def answer_to(poll: Poll, price: int, now: Millis) -> object:  # noqa: PLR0911  # one each
    """What the venue knows."""
    match poll:
        case FetchTicker():
            return a_ticker(price, now)
        case FetchTrades():
            return (a_trade(price),)
        case FetchBook():
            return a_book(price, now)
        case FetchCandles(limit=limit):
            closed = now // MINUTE
            return tuple(a_candle(each, price) for each in range(closed - limit, closed))
        case FetchForming():
            return a_candle(now // MINUTE, price)
        case FetchFunding():
            return Funding(SYMBOL, Decimal("0.0001"), now, mark=Decimal(price))
        case FetchOpenInterest():
            return OpenInterest(SYMBOL, Decimal(price), now)


def word_of(topic: Topic, frame: str, price: int, now: Millis) -> object:
    """What a stream says."""
    if topic == "ticker":
        return TickerReported(a_ticker(price, now))
    if topic == "trades":
        return TradesReported(SYMBOL, (a_trade(price),))
    if topic == "book":
        return BookReported(a_book(price, now))
    return FormingReported(SYMBOL, frame, a_candle(now // MINUTE, price))


def a_ticker(price: int, now: Millis) -> Ticker:
    return Ticker(SYMBOL, now, last=Decimal(price))


def a_trade(number: int) -> Trade:
    return Trade(str(number), SYMBOL, "buy", Decimal(number), Decimal(1), Millis(START + number))


def a_book(price: int, now: Millis) -> Book:
    bid, ask = Level(Decimal(price), Decimal(1)), Level(Decimal(price + 1), Decimal(1))
    return Book(SYMBOL, (bid,), (ask,), now, sequence=price)


def a_candle(number: int, price: float) -> Candle:
    return Candle(Millis(number * MINUTE), price, price, price, price, 1.0)


def staged(
    story: Callable[[Stage], Awaitable[None]],
    topics: Sequence[SourcedTopic] = ("ticker",),
    *,
    streams: Sequence[Topic] = ("ticker", "trades", "book", "candles"),
    script: Script | None = None,
    seed: int = 0,
    **more: Any,
) -> Script:
    """Play a story; gives the script as it ended. more: of MarketSource."""
    script = Script() if script is None else script
    frames = ("1m",) if "candles" in topics else ()
    options: dict[str, Any] = {"offers": Offers(tuple(streams)), "frames": frames, **more}

    async def body(system: System) -> None:
        await system.settle()
        await story(Stage(system, script))
        assert sum(node.restarts for node in system.tree().walk()) == 0

    children = [
        Child("budget", lambda: RateBudget("binance", "here")),
        Child("line", lambda: Connector(script)),
        Child("feed", lambda: Recorder(script)),
        Child(
            "source",
            lambda: MarketSource(SYMBOL, topics=topics, connector="line", feed="feed", **options),
        ),
    ]
    run_virtual(Supervisor("bot", children), body, start=START, seed=seed)
    return script
