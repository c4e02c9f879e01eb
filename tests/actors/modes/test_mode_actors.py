"""Producer and consumer as actors: what they say, survive, and do not repeat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import trio

from benthic.actors.exchange.gate.messages import GateClosed, GateOpened, GetGate
from benthic.actors.exchange.gate.readiness import Obstacle
from benthic.actors.exchange.messages import (
    Accepted,
    FetchFills,
    FetchHoldings,
    FetchOpenOrders,
    FillReported,
    GetLine,
    Line,
    NotOffered,
    OrderRejected,
    Query,
    Submit,
)
from benthic.actors.feeds import SymbolFeed
from benthic.actors.market import Candle, Fees, Fill, Instrument, Side, Symbol, TimeFrame
from benthic.actors.modes.consumer import AllInConsumer
from benthic.actors.modes.messages import Signal, SignalPassed
from benthic.actors.modes.producer import Producer
from benthic.actors.orders.desk import OrderDesk
from benthic.actors.orders.journal import JournalMemory, MemoryJournal
from benthic.actors.portfolio.ledger import Portfolio
from benthic.actors.portfolio.messages import GetBalances
from benthic.runtime import (
    Actor,
    Child,
    Millis,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

MINUTE = 60_000
BTC = Instrument(
    Symbol("BTC", "USDT"),
    Decimal("0.01"),
    Decimal("0.01"),
    Decimal("0.01"),
    Decimal(1),
    Fees(Decimal("0.001"), Decimal("0.001")),
)


def a_candle(number: int, close: float) -> Candle:
    return Candle(Millis(MINUTE * number), close, close, close, close, 1.0)


class Turns:
    """An evaluation that advises at every candle whose close is not 100: up is buy."""

    def __init__(self, shown: list[float]) -> None:
        self._shown = shown

    def add(self, candle: Candle) -> Side | None:
        self._shown.append(candle.close)
        if candle.close == 100:
            return None
        return "buy" if candle.close > 100 else "sell"


class Say(Tell):
    def __init__(self, event: object) -> None:
        self.event = event


class Speaker(Actor):
    """Publishes what it is told to."""

    @on(Say)
    def say(self, message: Say) -> None:
        self.publish(message.event)


class Witness(Actor):
    """Remembers signals."""

    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for event in (Signal, SignalPassed):
            self.subscribe(None, event)

    @on(Signal, SignalPassed)
    def hear(self, message: object) -> None:
        self._heard.append(message)


class Venue(Actor):
    """Fills each order at 100, or rejects all."""

    rejects = False

    @on(Submit)
    def submit(self, message: Submit) -> Accepted:
        if self.rejects:
            raise OrderRejected(message.client_id, "MIN_NOTIONAL", "not today")
        price, fee = Decimal(100), message.amount / 10
        client_id, trade_id = message.client_id, f"t-{message.client_id}"
        fill = Fill(
            trade_id,
            client_id,
            message.symbol,
            message.side,
            price,
            message.amount,
            fee,
            "USDT",
            self.now,
        )
        return Accepted(message.client_id, "v", (fill,), self.now)

    @on(Query)
    def query(self, _: Query) -> None:
        return None

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return Line("up", Millis(0), count=1)

    @on(FetchOpenOrders, FetchFills)
    def nothing(self, _: object) -> tuple[()]:
        return ()

    @on(FetchHoldings)
    def holdings(self, _: FetchHoldings) -> None:
        raise NotOffered("the account", "list of holdings")

    @on(FillReported)
    def refuse_from_now_on(self, _: FillReported) -> None:
        self.rejects = True


def produce(
    story: Callable[[System], Awaitable[None]], *, start: Millis = Millis(0), frame: str = ""
) -> tuple[list[float], list[object]]:
    """What a producer shows to its evaluation, and what it says."""
    known = TimeFrame.parse(frame) if frame else None
    shown, heard = list[float](), list[object]()
    feed = Child("feed", lambda: SymbolFeed("BTC/USDT", (TimeFrame.parse("1m"),)))
    producer = Child(
        "producer",
        lambda: Producer("BTC/USDT", feed="feed", evaluation=lambda: Turns(shown), frame=known),
    )
    tree = Supervisor("root", [feed, producer, Child("w", lambda: Witness(heard))])
    run_virtual(tree, story, start=start)
    return shown, heard


def test_a_producer_says_what_its_evaluation_advises() -> None:
    async def story(system: System) -> None:
        feed = system.lookup("/root/feed")
        for number, close in enumerate([100.0, 101.0, 99.0]):
            feed.tell(a_candle(number, close))
        await system.settle()

    _, heard = produce(story)
    assert heard == [
        Signal("BTC/USDT", "buy", 101.0, Millis(MINUTE)),
        Signal("BTC/USDT", "sell", 99.0, Millis(2 * MINUTE)),
    ]


def test_what_an_outage_missed_is_evaluated_and_not_traded_on() -> None:
    async def story(system: System) -> None:
        feed = system.lookup("/root/feed")
        for number, close in enumerate([100.0, 101.0, 99.0, 102.0]):  # told together, late
            feed.tell(a_candle(number, close))
        await system.settle()

    shown, heard = produce(story, start=Millis(4 * MINUTE + 1), frame="1m")
    assert shown == [100.0, 101.0, 99.0, 102.0]
    assert heard == [Signal("BTC/USDT", "buy", 102.0, Millis(3 * MINUTE))]


def test_a_producer_that_crashed_warms_up_in_silence_and_repeats_nothing() -> None:
    async def story(system: System) -> None:
        feed, producer = system.lookup("/root/feed"), system.lookup("/root/producer")
        for number, close in enumerate([100.0, 101.0, 99.0]):
            feed.tell(a_candle(number, close))
        await system.settle()
        producer.tell(Candle(None, *[0.0] * 5))  # type: ignore[arg-type]  # that is what kills it
        feed.tell(a_candle(3, 103.0))  # while it is down
        await trio.sleep(60)
        for number, close in ((2, 99.0), (3, 103.0), (4, 98.0)):  # two of them again
            producer.tell(a_candle(number, close))
        await system.settle()

    shown, heard = produce(story)
    assert shown == [100, 101, 99, 100, 101, 99, 103, 98]
    assert [signal.price for signal in heard if isinstance(signal, Signal)] == [101, 99, 98]


def consume(story: Callable[[System], Awaitable[None]], *, gate: str | None = None) -> list[object]:
    """What a consumer says of the signals that it did not trade on."""
    heard, memory = list[object](), JournalMemory()

    def desk() -> OrderDesk:
        return OrderDesk(
            "main", [BTC], connector="/root/venue", portfolio="portfolio", journal="/root/journal"
        )

    portfolio = Child("portfolio", lambda: Portfolio([("USDT", Decimal(1000))]))
    consumer = Child(
        "consumer",
        lambda: AllInConsumer(
            BTC, producer="speaker", portfolio="account/portfolio", desk="account/desk", gate=gate
        ),
    )
    tree: list[Child | Supervisor] = [
        Child("journal", lambda: MemoryJournal(memory)),
        Child("venue", Venue),
        Supervisor("account", [portfolio, Child("desk", desk)], strategy=Strategy.ONE_FOR_ALL),
        Child("speaker", Speaker),
        Child("gate", Doorkeeper),
        consumer,
        Child("w", lambda: Witness(heard)),
    ]
    run_virtual(Supervisor("root", tree), story)
    return [event for event in heard if isinstance(event, SignalPassed)]


async def signal(system: System, side: Side) -> dict[str, Decimal]:
    """Give a signal; what is available afterwards."""
    system.lookup("/root/speaker").tell(Say(Signal("BTC/USDT", side, 100.0, Millis(0))))
    await system.settle()
    balances = await system.lookup("/root/account/portfolio").ask(GetBalances())
    return {balance.asset: balance.available for balance in balances}


def test_a_consumer_goes_all_in_once_and_all_out_once() -> None:
    async def story(system: System) -> None:
        bought = await signal(system, "buy")
        assert bought == {"BTC": Decimal("9.99"), "USDT": Decimal("0.001")}
        assert await signal(system, "buy") == bought
        sold = await signal(system, "sell")
        assert sold == {"BTC": 0, "USDT": Decimal("998.002")}
        assert await signal(system, "sell") == sold

    passed = consume(story)
    assert ["the position is as it should be" in str(event) for event in passed] == [True, True]


def test_a_consumer_survives_refusals_and_says_so() -> None:
    async def story(system: System) -> None:
        nothing = FillReported(None)  # type: ignore[arg-type]  # only its type counts
        system.lookup("/root/venue").tell(nothing)
        assert await signal(system, "buy") == {"USDT": 1000}

    (passed,) = consume(story)
    assert "not today" in str(passed)


def test_a_consumer_trades_on_after_the_desk_died() -> None:
    async def story(system: System) -> None:
        nothing = FillReported(None)  # type: ignore[arg-type]  # that is what kills it
        system.lookup("/root/account/desk").tell(nothing)
        system.lookup("/root/speaker").tell(Say(Signal("BTC/USDT", "buy", 100.0, Millis(0))))
        await trio.sleep(60)
        assert await signal(system, "sell") in (
            {"USDT": 1000},  # the first signal fell into the gap
            {"BTC": 0, "USDT": Decimal("998.002")},
        )
        assert (await signal(system, "buy"))["BTC"] > 9

    consume(story)


class Doorkeeper(Actor):
    """A gate that does as it is told."""

    def __init__(self) -> None:
        self._obstacles: tuple[Obstacle, ...] = ()

    @on(GetGate)
    def get(self, _: GetGate) -> tuple[Obstacle, ...]:
        return self._obstacles

    @on(GateOpened, GateClosed)
    def turn(self, message: GateOpened | GateClosed) -> None:
        self._obstacles = message.obstacles if isinstance(message, GateClosed) else ()
        self.publish(message)


def test_a_consumer_drops_signals_behind_a_closed_gate_and_goes_on_when_it_opens() -> None:
    async def story(system: System) -> None:
        gate = system.lookup("/root/gate")
        gate.tell(GateClosed((Obstacle("line", "it is away"),)))
        assert await signal(system, "buy") == {"USDT": 1000}
        gate.tell(GateOpened())
        assert (await signal(system, "buy"))["BTC"] > 9  # R4

    (passed,) = consume(story, gate="gate")
    assert "the gate is closed (line: it is away)" in str(passed)
