"""A small market to trade in: tapes, a venue, the line to it, and a trader with a plan."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from benthic.actors.exchange.latency import Latency
from benthic.actors.exchange.messages import (
    Cancel,
    Fill,
    FillReported,
    OrderReport,
    OrderReported,
    Query,
    Submit,
    SubmitPair,
)
from benthic.actors.exchange.replay import replay
from benthic.actors.exchange.simulated import SimulatedConnector
from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.feeds import SymbolFeed
from benthic.actors.market.candle import Candle
from benthic.actors.market.fees import Fees
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.side import Side
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.matching.face import VenueFace
from benthic.actors.matching.path_venue import PathVenue
from benthic.actors.matching.venue import SimulatedVenue
from benthic.runtime import (
    Actor,
    ActorCrashed,
    Backoff,
    Child,
    Millis,
    Refusal,
    Schedule,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

Bars = Sequence[tuple[float, float, float, float]]  # open, high, low, close
Request = Submit | SubmitPair | Cancel | Query
Plan = Mapping[int, Sequence[Request]]  # by the minute at which a candle closes
Diary = list[tuple[int, object]]  # when, ms, and what

PAIR = "BTC/USDT"
MINUTE = 60_000
FRAME = TimeFrame.parse("1m")
STILL = (100.0, 100.0, 100.0, 100.0)
DIP = (100.0, 100.0, 90.0, 100.0)


def a_tape(bars: Bars, symbol: str = PAIR) -> Tape:
    opens, highs, lows, closes = (np.array(column) for column in zip(*bars, strict=True))
    times = MINUTE * np.arange(len(bars))
    return Tape(symbol, FRAME, Columns(times, opens, highs, lows, closes, np.ones(len(bars))))


TENTH = Decimal("0.1")
INSTRUMENT = Instrument(
    Symbol.parse(PAIR),
    TENTH,
    TENTH,
    TENTH,
    Decimal(0),
    Fees(Decimal("0.0005"), Decimal("0.001")),
)


def a_venue(funds: dict[str, Decimal] | None = None) -> SimulatedVenue:
    return SimulatedVenue([INSTRUMENT], funds=funds)


def a_full_venue(funds: dict[str, Decimal] | None = None) -> PathVenue:
    return PathVenue([INSTRUMENT], funds=funds)


def market(client_id: str, side: Side = "buy") -> Submit:
    return Submit(client_id, PAIR, side, "market", Decimal(1), None)


def limit(client_id: str, price: str, side: Side = "buy") -> Submit:
    return Submit(client_id, PAIR, side, "limit", Decimal(1), Decimal(price))


class Fall(Tell):
    """Cuts the line to the venue."""


class Line(SimulatedConnector):
    @on(Fall)
    def fall(self, _: Fall) -> None:
        raise RuntimeError("fell")


class Trader(Actor):
    """Sends what its plan says when a candle comes, and writes down all it sees."""

    def __init__(self, plan: Plan, diary: Diary) -> None:
        self._plan = plan
        self._diary = diary

    def on_start(self) -> None:
        self._line = self.lookup("line")
        self.subscribe(self._line, FillReported)
        self.subscribe(self._line, OrderReported)
        self.subscribe(self.lookup("feed"), Candle)

    @on(FillReported)
    def reported(self, message: FillReported) -> None:
        self._diary.append((self.now, message.fill))

    @on(OrderReported)
    def changed(self, message: OrderReported) -> None:
        self._diary.append((self.now, message))

    @on(Candle)
    async def candle(self, candle: Candle) -> None:
        self._diary.append((self.now, candle.close))
        for request in self._plan.get(self.now // MINUTE, ()):
            try:
                answer: object = await self.ask(self._line, request, timeout=5 * MINUTE)
            except (Refusal, ActorCrashed) as error:
                self._diary.append((self.now, str(error)))
            else:
                self._diary.append((self.now, answer))


def a_bot(
    venue: VenueFace,
    tape: Tape,
    *,
    plan: Plan | None = None,
    diary: Diary | None = None,
    latency: Latency | None = None,
    backoff: Millis = Millis(0),
) -> Supervisor:
    children = [
        Child("line", lambda: Line(venue, [tape], latency or Latency())),
        Child("feed", lambda: SymbolFeed(PAIR, (FRAME,))),
    ]
    if diary is not None:
        children.append(Child("trader", lambda: Trader(plan or {}, diary)))
    return Supervisor(
        "bot",
        children,
        backoff=Backoff(base=backoff, cap=backoff, jitter=0.0),
    )


async def play(system: System, tape: Tape) -> None:
    await system.replay(replay((tape, system.lookup("/bot/feed"))))


def traded(
    bars: Bars,
    plan: Plan,
    *,
    venue: VenueFace | None = None,
    latency: Latency | None = None,
    schedule: Schedule = Schedule.FIFO,
    seed: int = 0,
) -> Diary:
    """What a trader with this plan writes down over these bars."""
    diary: Diary = []
    tape = a_tape(bars)
    root = a_bot(venue or a_venue(), tape, plan=plan, diary=diary, latency=latency)
    run_virtual(root, lambda system: play(system, tape), schedule=schedule, seed=seed)
    return diary


def fills_in(diary: Diary) -> list[Fill]:
    """The fills that were reported, in order."""
    return [fill for _, fill in diary if isinstance(fill, Fill)]


def answers_in(diary: Diary) -> list[object]:
    """What requests were answered with, in order; a refusal is its text."""
    return [answer for _, answer in diary if not isinstance(answer, Fill | float | OrderReported)]


def changes_in(diary: Diary) -> list[OrderReport]:
    """The orders that were reported to have changed by themselves, in order."""
    return [change.report for _, change in diary if isinstance(change, OrderReported)]
