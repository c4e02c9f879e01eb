"""A symbol feed below a root, a venue that says what a test has it say, and whoever listens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

import msgspec
import trio

from benthic.actors.exchange.errors import NotOffered, VenueAway
from benthic.actors.exchange.gate.messages import TopicHeld, TopicLost
from benthic.actors.exchange.messages import (
    FetchBook,
    FetchCandles,
    FetchTrades,
    GetVenueClock,
    Line,
    LineChanged,
    LineState,
    VenueClock,
)
from benthic.actors.feeds import (
    BookChanged,
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FeedStarted,
    Follow,
    FundingChanged,
    GapFound,
    Intake,
    LiquidationsHeard,
    MarkPriceChanged,
    MiniTickerChanged,
    OpenInterestChanged,
    SymbolFeed,
    ThresholdCrossed,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)
from benthic.actors.market import Book, Candle, Level, Ticker, TimeFrame, Trade
from benthic.runtime import (
    Actor,
    Ask,
    Child,
    Millis,
    Ref,
    Schedule,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

SYMBOL = "BTC/USDT"
SECOND, MINUTE = 1_000, 60_000
FIRST = Millis(1_767_225_600_000)  # midnight, when the candle of number 0 begins
START = Millis(FIRST + 1_000 * MINUTE)
EVENTS = (
    BookChanged,
    Candle,
    CandleCorrected,
    CandleEnded,
    CandleMoved,
    FeedCaughtUp,
    FeedStarted,
    FundingChanged,
    GapFound,
    LiquidationsHeard,
    MarkPriceChanged,
    MiniTickerChanged,
    OpenInterestChanged,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)


def a_candle(number: int, close: float | None = None, *, step: int = MINUTE) -> Candle:
    price = float(number)
    last = price if close is None else close
    high, low = max(price, last), min(price, last)
    return Candle(Millis(FIRST + number * step), price, high, low, last, 1.0)


def a_trade(number: int, price: int | str = 100, *, at: int | None = None) -> Trade:
    when = Millis(START + number * 100 if at is None else at)
    return Trade(str(number), SYMBOL, "buy", Decimal(price), Decimal(1), when)


def a_ticker(last: int | str, *, at: int, mark: int | None = None) -> Ticker:
    told = None if mark is None else Decimal(mark)
    return Ticker(SYMBOL, Millis(at), last=Decimal(last), mark=told)


def a_book(bid: int, ask: int, *, at: int = START, sequence: int | None = None) -> Book:
    bids, asks = (Level(Decimal(bid), Decimal(1)),), (Level(Decimal(ask), Decimal(1)),)
    return Book(SYMBOL, bids, asks, Millis(at), sequence)


class Market:
    """What a venue knows. A test changes it; it outlives all incarnations."""

    def __init__(self) -> None:
        self.candles: dict[str, list[Candle]] = {"1m": []}
        self.trades: list[Trade] = []
        self.book: Book | None = None
        self.is_away = False
        self.ahead = 0  # ms, of our wall clock
        self.asked: list[Ask[object]] = []


class Say(msgspec.Struct, Tell, frozen=True):
    """Publish this."""

    event: object


class Venue(Actor):
    """A connector: answers from its market, and publishes what it is told to say."""

    def __init__(self, market: Market) -> None:
        self._market = market

    @on(Say)
    def say(self, message: Say) -> None:
        self.publish(message.event)

    @on(GetVenueClock)
    def clock(self, _: GetVenueClock) -> VenueClock:
        return VenueClock(self._market.ahead - self.elapsed + self.now)

    @on(FetchCandles)
    def candles(self, message: FetchCandles) -> tuple[Candle, ...]:
        self._note(message)
        known = self._market.candles.get(message.frame)
        if known is None:
            raise NotOffered(message.symbol, message.frame, tuple(self._market.candles))
        since = message.since
        if since is None:
            return tuple(known[-message.limit :])
        return tuple(candle for candle in known if candle.at >= since)[: message.limit]

    @on(FetchTrades)
    def trades(self, message: FetchTrades) -> tuple[Trade, ...]:
        self._note(message)
        since = message.since or 0
        return tuple(each for each in self._market.trades if each.at >= since)[: message.limit]

    @on(FetchBook)
    def book(self, message: FetchBook) -> Book:
        self._note(message)
        if self._market.book is None:
            raise NotOffered(message.symbol, "book", ())
        return self._market.book

    def _note(self, message: Ask[object]) -> None:
        self._market.asked.append(message)
        if self._market.is_away:
            raise VenueAway("binance", "no answer")


class Listener(Actor):
    """Hears the feed and takes the place of its gate; the list outlives its incarnations."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for kind in EVENTS:
            self.subscribe(None, kind)

    @on(*EVENTS, TopicHeld, TopicLost, ThresholdCrossed)
    def hear(self, message: object) -> None:
        self._heard.append(message)


class Told:
    """A running feed, from outside."""

    def __init__(self, system: System, market: Market, heard: list[object]) -> None:
        self.system = system
        self.market = market
        self.heard = heard
        self.feed: Ref = system.lookup("/root/feed")
        self.listener: Ref = system.lookup("/root/listener")

    async def say(self, *events: object) -> None:
        """The connector publishes these."""
        for event in events:
            self.system.lookup("/root/venue").tell(Say(event))
        await self.system.settle()

    async def tell(self, *messages: Tell) -> None:
        """Somebody else, a source or a tape, tells the feed these."""
        for message in messages:
            self.feed.tell(message)
        await self.system.settle()

    async def line(self, state: LineState) -> None:
        await self.say(LineChanged(Line(state, self.system.clock.now())))

    async def pass_time(self, duration: int) -> None:
        await trio.sleep(duration / 1_000)
        await self.system.settle()

    def of(self, *kinds: type) -> list[object]:
        """What was heard of these classes, in order."""
        return [event for event in self.heard if isinstance(event, kinds)]


def follow_feed(
    story: Callable[[Told], Awaitable[None]],
    *,
    market: Market | None = None,
    follow: Follow = Follow(),
    frames: Sequence[str] = ("1m",),
    intake: Intake = Intake.WATCHED,
    schedule: Schedule = Schedule.FIFO,
    more: Sequence[Child] = (),
) -> list[object]:
    """What a listener has heard once the story is over."""
    heard = list[object]()
    known = market or Market()

    def feed() -> SymbolFeed:
        return SymbolFeed(
            SYMBOL,
            [TimeFrame.parse(frame) for frame in frames],
            connector="venue",
            intake=intake,
            gate="listener",
            follow=follow,
        )

    async def body(system: System) -> None:
        await system.settle()
        await story(Told(system, known, heard))

    children = [
        Child("venue", lambda: Venue(known)),
        Child("listener", lambda: Listener(heard)),
        Child("feed", feed),
        *more,
    ]
    run_virtual(Supervisor("root", children), body, start=START, schedule=schedule)
    return heard
