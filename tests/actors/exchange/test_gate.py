"""The gate: a conjunction with reasons, told and not looked for (R4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise

import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.gate import (
    AccountStarted,
    BalancesReconciled,
    BalancesUnexplained,
    Facts,
    Gate,
    GateClosed,
    GateOpened,
    GetGate,
    Obstacle,
    OrdersOverdue,
    OrdersReconciled,
    Requirement,
    TopicHeld,
    TopicLost,
    Verdicts,
    live_ages,
    obstacles,
    requirements,
)
from benthic.actors.exchange.messages import GetLine, Line, LineChanged
from benthic.actors.market import TimeFrame
from benthic.runtime import Actor, Child, Millis, Ref, Supervisor, System, Tell, on, run_virtual

UP = Line("up", Millis(5), count=1)
AGAIN = Line("up", Millis(9), count=2)
CANDLES = Requirement("candles", "BTC/USDT", "1m")
OPEN = Facts(line=UP, orders=UP, balances=UP)

lines = st.sampled_from(
    [None, UP, AGAIN, Line("away", Millis(7), "no route", count=1), Line("shut", Millis(8))]
)
facts = st.builds(
    Facts,
    line=lines,
    orders=lines,
    balances=lines,
    unexplained=st.sampled_from(["", "1 BTC too much"]),
    overdue=st.integers(0, 2),
)


@given(facts=facts)
def test_the_gate_is_open_where_every_fact_holds_and_nowhere_else(facts: Facts) -> None:
    line = facts.line
    is_open = (
        line is not None
        and line.state == "up"
        and facts.orders == line
        and facts.balances == line
        and not facts.unexplained
        and not facts.overdue
    )

    assert (obstacles(facts) == ()) == is_open
    assert len(set(obstacles(facts))) == len(obstacles(facts))


def test_what_was_reconciled_holds_for_one_time_of_the_line_only() -> None:
    assert obstacles(OPEN) == ()
    later = Facts(line=AGAIN, orders=UP, balances=UP)
    assert [each.what for each in obstacles(later)] == ["orders", "balances"]


def test_each_reason_says_what_is_the_matter() -> None:
    closed = Facts(
        line=Line("barred", Millis(1), "too many requests"),
        unexplained="3 BTC at the venue, 2 BTC in the books",
        overdue=2,
    )
    assert [str(each) for each in obstacles(closed)] == [
        "line: it is barred, too many requests",
        "balances: 3 BTC at the venue, 2 BTC in the books",
        "doubts: the outcome of 2 orders is unknown for too long",
    ]


class Say(Tell):
    def __init__(self, line: Line) -> None:
        self.line = line


class Connector(Actor):
    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return UP

    @on(Say)
    def say(self, message: Say) -> None:
        self.publish(LineChanged(message.line))


class Witness(Actor):
    def __init__(self, heard: list[object]) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for event in (GateOpened, GateClosed):
            self.subscribe(self.lookup("gate"), event)

    @on(GateOpened, GateClosed)
    def hear(self, message: object) -> None:
        self._heard.append(message)


def test_a_gate_tells_of_each_change_and_of_nothing_else() -> None:
    heard: list[object] = []

    async def story(system: System) -> None:
        gate = system.lookup("/root/gate")

        async def wanting() -> list[str]:
            return [each.what for each in await gate.ask(GetGate())]

        assert await wanting() == ["orders", "balances", "candles"]
        for fact in (TopicHeld(CANDLES, Millis(0)), OrdersReconciled(UP), OrdersReconciled(UP)):
            gate.tell(fact)
        gate.tell(BalancesReconciled(UP))
        assert await wanting() == []
        gate.tell(OrdersOverdue(0))  # no change
        gate.tell(BalancesUnexplained("1 BTC too much"))
        assert await wanting() == ["balances"]
        gate.tell(BalancesReconciled(UP))
        gate.tell(TopicLost(CANDLES, Millis(0), "the line is down"))
        gate.tell(TopicHeld(CANDLES, Millis(0)))
        system.lookup("/root/connector").tell(Say(AGAIN))
        await system.settle()
        assert await wanting() == ["orders", "balances"]
        gate.tell(OrdersReconciled(AGAIN))
        gate.tell(BalancesReconciled(AGAIN))
        gate.tell(AccountStarted())
        assert await wanting() == ["orders", "balances"]

    tree = [
        Child("connector", Connector),
        Child("gate", lambda: Gate("connector", required=[CANDLES])),
        Child("witness", lambda: Witness(heard)),
    ]
    run_virtual(Supervisor("root", tree), story)
    opened = [isinstance(event, GateOpened) for event in heard]
    assert opened.count(True) == 4
    for event, after in pairwise(heard):
        assert event != after
    why = "not reconciled since the line came up"
    reasons = (Obstacle("orders", why, since=Millis(0)), Obstacle("balances", why, since=Millis(0)))
    assert heard[-1] == GateClosed(reasons, "BTC/USDT")


def wide(*ages: tuple[str, int], given: tuple[Requirement, ...] = ()) -> Gate:
    """A gate of two symbols, which all but balance and orders is told."""
    required = requirements("spot", ("A/B", "C/D"), ("1m",))
    max_ages = {part: Millis(age) for part, age in ages}
    return Gate("connector", required=required, max_ages=max_ages, given=given)


def play(gate: Callable[[], Gate], story: Callable[[Ref], Awaitable[None]]) -> list[object]:
    """What a gate publishes while the story happens to it."""
    heard: list[object] = []

    async def whole(system: System) -> None:
        ref = system.lookup("/root/gate")
        for fact in (OrdersReconciled(UP), BalancesReconciled(UP)):
            ref.tell(fact)
        await story(ref)
        await system.settle()

    tree = [
        Child("connector", Connector),
        Child("gate", gate),
        Child("witness", lambda: Witness(heard)),
    ]
    run_virtual(Supervisor("root", tree), whole)
    return heard


def held(part: str, symbol: str = "", at: int = 0) -> TopicHeld:
    return TopicHeld(Requirement(part, symbol, "1m" if part == "candles" else ""), Millis(at))


async def reasons(gate: Ref, symbol: str = "", frame: str = "") -> list[str]:
    return [str(each) for each in await gate.ask(GetGate(symbol, frame))]


def test_each_symbol_has_a_verdict_of_its_own() -> None:
    async def story(gate: Ref) -> None:
        for fact in (held("markets"), held("price", "A/B"), held("candles", "A/B")):
            gate.tell(fact)
        assert await reasons(gate, "A/B") == []
        assert await reasons(gate, "C/D") == [
            "price C/D: not heard yet",
            "candles C/D 1m: not heard yet",
        ]
        assert await reasons(gate, "C/D", "1h") == ["price C/D: not heard yet"]
        assert len(await reasons(gate)) == 2
        assert await reasons(gate, "E/F") == ["market E/F: the gate watches A/B, C/D alone"]
        gate.tell(TopicLost(Requirement("markets"), Millis(0), "the venue lists none"))

    heard = play(wide, story)
    opened = [each.symbol for each in heard if isinstance(each, GateOpened)]
    assert opened == ["A/B"]
    closed = [
        (each.symbol, str(each.obstacles[0])) for each in heard if isinstance(each, GateClosed)
    ]
    assert closed[-2:] == [
        ("A/B", "markets: the venue lists none"),
        ("C/D", "markets: the venue lists none"),
    ]


def test_a_gate_closes_by_itself_when_what_it_knows_is_too_old() -> None:
    markets = Requirement("markets")

    async def story(gate: Ref) -> None:
        for symbol in ("A/B", "C/D"):
            gate.tell(held("price", symbol))
            gate.tell(held("candles", symbol))
        assert await reasons(gate) == []
        await trio.sleep(3)
        gate.tell(held("price", "A/B", 3_000))  # as well known as before: nobody hears of it
        await trio.sleep(3)
        assert await reasons(gate) == ["price C/D: 6000 ms old"]
        await trio.sleep(4)
        assert await reasons(gate, "A/B") == ["price A/B: 7000 ms old"]
        gate.tell(held("price", "A/B", 10_000))
        assert await reasons(gate, "A/B") == []

    heard = play(lambda: wide(("price", 5_000), given=(markets,)), story)
    verdicts = [each for each in heard if isinstance(each, (GateOpened, GateClosed))]
    kinds = {
        symbol: [type(each) for each in verdicts if each.symbol == symbol]
        for symbol in ("A/B", "C/D")
    }
    assert kinds["A/B"][-3:] == [GateOpened, GateClosed, GateOpened]
    assert kinds["C/D"][-2:] == [GateOpened, GateClosed]
    closed = [each for each in heard if isinstance(each, GateClosed)][-2:]
    assert [each.obstacles[0].since for each in closed] == [5_001, 8_001]


def test_who_acts_behind_a_gate_knows_the_verdicts_on_its_own_symbols() -> None:
    verdicts = Verdicts(("A/B", "C/D"), "1m")
    away = (Obstacle("line", "it is away"),)
    hours = (Obstacle("candles", "not heard yet", "A/B", "1h"),)

    verdicts.hear(GateClosed(away, "A/B"))
    assert (verdicts.of("A/B"), verdicts.of("C/D"), bool(verdicts)) == (away, (), True)
    verdicts.hear(GateClosed(away))  # of a gate that names no symbols
    verdicts.hear(GateClosed(hours, "A/B"))  # a frame that is not acted on
    assert (verdicts.of("A/B"), verdicts.of("C/D")) == ((), away)
    verdicts.hear(GateOpened())
    assert not verdicts


def test_live_ages_leave_room_for_two_candles_of_each_frame() -> None:
    frames = [TimeFrame.parse(text) for text in ("1m", "1h", "1M")]

    assert live_ages(frames) == {
        "price": 60_000,
        "funding": 300_000,
        "candles 1m": 150_000,
        "candles 1h": 7_230_000,
        "candles 1M": 62 * 86_400_000 + 30_000,
    }
