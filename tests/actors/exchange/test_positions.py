"""Positions are known once the venue has told them, and not while it does not (R4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import msgspec
import trio

from benthic.actors.exchange.errors import VenueAway
from benthic.actors.exchange.gate.gate import Gate
from benthic.actors.exchange.gate.messages import GetGate
from benthic.actors.exchange.gate.requirements import Requirement
from benthic.actors.exchange.messages import (
    FetchPositions,
    FillReported,
    GetLine,
    Line,
    LineChanged,
    LineState,
)
from benthic.actors.exchange.positions import GetPositions, Positions, PositionsChanged
from benthic.actors.market.fill import Fill
from benthic.actors.market.position import Position
from benthic.runtime import Actor, Child, Millis, Supervisor, System, Tell, on, run_virtual

SYMBOL = "BTC/USDT:USDT"
START = Millis(1_767_225_600_000)
LONG = Position(SYMBOL, "long", Decimal(2), Decimal(60_000), START)
FILL = Fill("t1", "bn-1", SYMBOL, "buy", Decimal(1), Decimal(1), Decimal(0), "USDT", START)


class Say(msgspec.Struct, Tell, frozen=True):
    event: object


class Venue(Actor):
    """A connector whose positions a test sets."""

    def __init__(self, held: list[Position], asked: list[Millis]) -> None:
        self._held = held
        self._asked = asked
        self._state: LineState = "up"

    @on(Say)
    def say(self, message: Say) -> None:
        if isinstance(message.event, LineChanged):
            self._state = message.event.line.state
        self.publish(message.event)

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return Line(self._state, START, count=1)

    @on(FetchPositions)
    def positions(self, _: FetchPositions) -> tuple[Position, ...]:
        self._asked.append(self.now)
        if self._state != "up":
            raise VenueAway("binance", "no answer")
        return tuple(self._held)


class Reader(Actor):
    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        self.subscribe(None, PositionsChanged)

    @on(PositionsChanged)
    def hear(self, event: PositionsChanged) -> None:
        self._heard.append(event.positions)


def followed(
    story: Callable[[System, list[Position]], Awaitable[None]],
) -> tuple[list[object], list[Millis]]:
    """What was published, and when the venue was asked."""
    held, heard, asked = list[Position](), list[object](), list[Millis]()
    children = [
        Child("venue", lambda: Venue(held, asked)),
        Child("gate", lambda: Gate("venue", required=[Requirement("positions", SYMBOL)])),
        Child("reader", lambda: Reader(heard)),
        Child("positions", lambda: Positions([SYMBOL], connector="venue", gate="gate")),
    ]

    async def body(system: System) -> None:
        await system.settle()
        await story(system, held)

    run_virtual(Supervisor("root", children), body, start=START)
    return heard, asked


async def obstacles(system: System) -> list[str]:
    found = await system.lookup("/root/gate").ask(GetGate(SYMBOL))
    return [each.reason for each in found if each.what == "positions"]


async def say(system: System, event: object) -> None:
    system.lookup("/root/venue").tell(Say(event))
    await system.settle()


def test_the_gate_waits_for_positions_while_the_line_is_away_and_no_longer() -> None:
    async def story(system: System, held: list[Position]) -> None:
        assert await obstacles(system) == []
        await say(system, LineChanged(Line("away", START)))
        assert await obstacles(system) == ["the line is away"]
        assert await system.lookup("/root/positions").ask(GetPositions()) is None
        held.append(LONG)
        await say(system, LineChanged(Line("up", START, count=2)))
        assert await obstacles(system) == []
        assert await system.lookup("/root/positions").ask(GetPositions()) == (LONG,)

    heard, _ = followed(story)
    assert heard == [(), (LONG,)]


def test_positions_are_read_after_a_trade_and_every_minute() -> None:
    async def story(system: System, held: list[Position]) -> None:
        held.append(LONG)
        await say(system, FillReported(FILL))
        assert await system.lookup("/root/positions").ask(GetPositions()) == (LONG,)
        await trio.sleep(150)

    _, asked = followed(story)
    assert [at - START for at in asked] == [0, 0, 60_000, 120_000]


def test_a_venue_that_does_not_tell_them_is_asked_ever_less_often() -> None:
    async def story(system: System, _: list[Position]) -> None:
        await say(system, LineChanged(Line("away", START)))
        await say(system, FillReported(FILL))
        await trio.sleep(600)
        assert "no answer" in (await obstacles(system))[0]

    _, asked = followed(story)
    assert 10 <= len(asked) <= 40
