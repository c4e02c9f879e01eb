"""A paper account to test in: a data connector that says what a test wants, and a listener."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

from benthic.actors.exchange.errors import NotOffered, VenueAway
from benthic.actors.exchange.messages import (
    BookDiffReported,
    BookReported,
    Candle,
    CandleReported,
    FetchCandles,
    FetchForming,
    FetchFunding,
    FetchListings,
    FetchTicker,
    FillReported,
    FormingReported,
    FundingReported,
    GetLine,
    HoldingsReported,
    Line,
    LineChanged,
    LiquidationsReported,
    OrderReported,
    StreamChanged,
    TickerReported,
    TradesReported,
    Unwatch,
    Watch,
)
from benthic.actors.exchange.paper import PaperConnector
from benthic.actors.market.funding import Funding
from benthic.actors.market.listing import Listing
from benthic.actors.market.ticker import Ticker
from benthic.actors.market.trade import Trade
from benthic.actors.matching.path_venue import PathVenue
from benthic.runtime import Actor, Child, Millis, Supervisor, System, Tell, on, run_virtual

from .trading import PAIR

SLOW = 5_000  # ms that the market's candles take to come


class Say(Tell):
    """What `data` is to publish."""

    def __init__(self, event: object) -> None:
        self.event = event


class Data(Actor):
    """Stands where a connector to a real venue stands: publishes what it is told to."""

    def __init__(self, watched: list[Watch], funding: Funding | None) -> None:
        self._watched = watched
        self._funding = funding

    @on(Say)
    def say(self, message: Say) -> None:
        self.publish(message.event)

    @on(Watch)
    def watch_market(self, message: Watch) -> None:
        self._watched.append(message)

    @on(Unwatch)
    def unwatch_market(self, message: Unwatch) -> None:
        self._watched.remove(Watch(message.symbol, message.topic, message.frame))

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return Line("up", Millis(0), count=1)

    @on(FetchListings)
    def listings(self, _: FetchListings) -> tuple[Listing, ...]:
        raise VenueAway("data", "it is on holiday")

    @on(FetchTicker)
    def ticker(self, message: FetchTicker) -> Ticker:
        return Ticker(message.symbol, self.now, last=Decimal(7))

    @on(FetchCandles)
    async def candles(self, _: FetchCandles) -> tuple[Candle, ...]:
        await self.sleep(SLOW)
        return (Candle(Millis(0), 1.0, 1.0, 1.0, 1.0, 1.0),)

    @on(FetchForming)
    def forming(self, _: FetchForming) -> Candle | None:
        return Candle(Millis(60_000), 2.0, 2.0, 2.0, 2.0, 0.0)

    @on(FetchFunding)
    def funding(self, message: FetchFunding) -> Funding:
        if self._funding is None:
            raise NotOffered(message.symbol, "funding")
        return self._funding


EVENTS = (
    FillReported,
    OrderReported,
    HoldingsReported,
    LineChanged,
    TradesReported,
    TickerReported,
    BookReported,
    CandleReported,
    BookDiffReported,
    FormingReported,
    FundingReported,
    LiquidationsReported,
    StreamChanged,
)


class Listener(Actor):
    """Writes down all that the paper connector publishes."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for event in EVENTS:
            self.subscribe(self.lookup("paper"), event)

    @on(*EVENTS)
    def hear(self, event: object) -> None:
        self._heard.append(event)


class Paper:
    """A running paper account, as a test sees it."""

    def __init__(self, system: System, heard: list[object], watched: list[Watch]) -> None:
        self.system = system
        self.line = system.lookup("/bot/paper")
        self.data = system.lookup("/bot/data")
        self.heard = heard
        self.watched = watched

    async def say(self, *events: object) -> None:
        """Let `data` publish, and everybody hear it."""
        for event in events:
            self.data.tell(Say(event))
            await self.data.ask(GetLine())
            await self.line.ask(GetLine())

    async def trade(self, *prices: str, symbol: str = PAIR) -> None:
        """Others trade at these prices, one after the other."""
        now = self.system.clock.now()
        for price in prices:
            trade = Trade("", symbol, "buy", Decimal(price), Decimal(1), now)
            await self.say(TradesReported(symbol, (trade,)))

    async def tick(self, bid: str | None, ask: str | None, last: str | None = None) -> None:
        """A ticker comes."""
        bids, asks, lasts = (None if each is None else Decimal(each) for each in (bid, ask, last))
        ticker = Ticker(PAIR, self.system.clock.now(), last=lasts, bid=bids, ask=asks)
        await self.say(TickerReported(ticker))

    def fills(self) -> list[tuple[str, Decimal]]:
        """Who traded, and at which price, as it was published."""
        return [
            (each.fill.client_id, each.fill.price)
            for each in self.heard
            if isinstance(each, FillReported)
        ]


def on_paper(
    venue: PathVenue,
    story: Callable[[Paper], Awaitable[None]],
    *,
    funding: Funding | None = None,
    stale: Millis = Millis(60_000),
) -> None:
    """Let a story happen to a paper account over this venue, in virtual time."""
    heard: list[object] = []
    watched: list[Watch] = []
    root = Supervisor(
        "bot",
        [
            Child("data", lambda: Data(watched, funding)),
            Child("paper", lambda: PaperConnector(venue, data="data", stale=stale)),
            Child("listener", lambda: Listener(heard)),
        ],
    )

    async def body(system: System) -> None:
        paper = Paper(system, heard, watched)
        await paper.say()
        await story(paper)

    run_virtual(root, body)
