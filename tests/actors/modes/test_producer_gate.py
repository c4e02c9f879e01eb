"""A producer behind a gate: its evaluation is shown nothing until all is known (R4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from benthic.actors.exchange.gate import (
    Gate,
    Requirement,
    TopicHeld,
    TopicLost,
)
from benthic.actors.exchange.gate.messages import BalancesReconciled, OrdersReconciled
from benthic.actors.exchange.messages import GetLine, Line
from benthic.actors.feeds.messages import FeedCaughtUp, GetCandles
from benthic.actors.market import Candle, Side, TimeFrame
from benthic.actors.modes.messages import Signal
from benthic.actors.modes.producer import Producer
from benthic.runtime import (
    Actor,
    Child,
    Millis,
    Schedule,
    Supervisor,
    System,
    on,
    run_virtual,
)

MINUTE = 60_000
UP = Line("up", Millis(0), count=1)
MINUTES = Requirement("candles", "BTC/USDT", "1m")
HOURS = Requirement("candles", "BTC/USDT", "1h")
OTHERS = Requirement("price", "ETH/USDT")


def a_candle(number: int) -> Candle:
    close = float(number)
    return Candle(Millis(MINUTE * number), close, close, close, close, 1.0)


class Connector(Actor):
    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return UP


class Memory(Actor):
    """A feed that remembers all that it was told."""

    def __init__(self) -> None:
        self._candles = list[Candle]()

    @on(Candle)
    def candle(self, candle: Candle) -> None:
        self._candles.append(candle)
        self.publish(candle)

    @on(FeedCaughtUp)
    def caught_up(self, message: FeedCaughtUp) -> None:
        self.publish(message)

    @on(GetCandles)
    def candles(self, _: GetCandles) -> NDArray[np.float64]:
        rows = [(each.at, *[each.close] * 4, 1.0) for each in self._candles]
        return np.array(rows, dtype=np.float64).reshape(len(rows), 6)


class Buys:
    """An evaluation that advises to buy at every candle; each one has a list of its own."""

    def __init__(self, shown: list[list[int]]) -> None:
        self._mine = list[int]()
        shown.append(self._mine)

    def add(self, candle: Candle) -> Side | None:
        self._mine.append(int(candle.close))
        return "buy"


class Witness(Actor):
    def __init__(self, heard: list[int]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        self.subscribe(None, Signal)

    @on(Signal)
    def hear(self, message: Signal) -> None:
        self._heard.append(int(message.price))


def produce(
    story: Callable[[System], Awaitable[None]], schedule: Schedule = Schedule.FIFO
) -> tuple[list[list[int]], list[int]]:
    """What is shown to each evaluation, and what is advised aloud."""
    shown, heard = list[list[int]](), list[int]()

    def producer() -> Producer:
        return Producer(
            "BTC/USDT",
            feed="feed",
            evaluation=lambda: Buys(shown),
            frame=TimeFrame.parse("1m"),
            gate="gate",
        )

    tree = [
        Child("connector", Connector),
        Child("gate", lambda: Gate("connector", required=(MINUTES, HOURS, OTHERS))),
        Child("feed", Memory),
        Child("producer", producer),
        Child("witness", lambda: Witness(heard)),
    ]
    run_virtual(Supervisor("root", tree), story, schedule=schedule)
    return [each for each in shown if each], heard


async def tell(system: System, name: str, *words: object) -> None:
    for word in words:
        system.lookup(f"/root/{name}").tell(word)
        await system.settle()


async def open_gate(system: System) -> None:
    """All but the candles is known."""
    await tell(system, "gate", OrdersReconciled(UP), BalancesReconciled(UP))
    held = [TopicHeld(each, Millis(0)) for each in (MINUTES, HOURS, OTHERS)]
    await tell(system, "gate", *held)


@pytest.mark.parametrize("schedule", list(Schedule))
def test_a_closed_gate_hides_every_candle_and_an_opened_one_shows_them_in_silence(
    schedule: Schedule,
) -> None:
    async def story(system: System) -> None:
        await tell(system, "feed", a_candle(0), a_candle(1))
        await tell(system, "feed", FeedCaughtUp("BTC/USDT", "1m", Millis(0)))
        await open_gate(system)
        await tell(system, "feed", a_candle(2))

    shown, heard = produce(story, schedule)

    assert shown == [[0, 1, 2]]
    assert heard == [2]


def test_after_a_closed_gate_a_fresh_evaluation_sees_all_that_the_old_one_missed() -> None:
    async def story(system: System) -> None:
        await open_gate(system)
        await tell(system, "feed", a_candle(0))
        await tell(system, "gate", TopicLost(MINUTES, Millis(0), "cut"))
        await tell(system, "feed", a_candle(1), a_candle(2))
        await tell(system, "gate", TopicHeld(MINUTES, Millis(0)))
        await tell(system, "feed", a_candle(3))

    shown, heard = produce(story)

    assert shown == [[0], [0, 1, 2, 3]]
    assert heard == [0, 3]


def test_what_another_symbol_or_frame_lacks_is_not_waited_for() -> None:
    async def story(system: System) -> None:
        await open_gate(system)
        await tell(system, "gate", TopicLost(OTHERS, Millis(0), "cut"))
        await tell(system, "gate", TopicLost(HOURS, Millis(0), "cut"))
        await tell(system, "feed", a_candle(0))

    shown, heard = produce(story)

    assert (shown, heard) == ([[0]], [0])
