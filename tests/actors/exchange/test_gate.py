"""The gate: a conjunction with reasons, told and not looked for (R4)."""

from __future__ import annotations

from itertools import pairwise

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
    HistoryHeld,
    HistoryMissing,
    Obstacle,
    OrdersOverdue,
    OrdersReconciled,
    obstacles,
)
from benthic.actors.exchange.messages import GetLine, Line, LineChanged
from benthic.runtime import Actor, Child, Millis, Supervisor, System, Tell, on, run_virtual

UP = Line("up", Millis(5), count=1)
AGAIN = Line("up", Millis(9), count=2)
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
    missing=st.frozensets(st.sampled_from(["BTC/USDT 1m", "ETH/USDT 1h"])),
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
        and not facts.missing
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
        missing=frozenset(["BTC/USDT 1m"]),
    )
    assert [str(each) for each in obstacles(closed)] == [
        "line: it is barred, too many requests",
        "balances: 3 BTC at the venue, 2 BTC in the books",
        "doubts: the outcome of 2 orders is unknown for too long",
        "candles: BTC/USDT 1m has no history yet",
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
        for fact in (HistoryHeld("BTC/USDT 1m"), OrdersReconciled(UP), OrdersReconciled(UP)):
            gate.tell(fact)
        gate.tell(BalancesReconciled(UP))
        assert await wanting() == []
        gate.tell(OrdersOverdue(0))  # no change
        gate.tell(BalancesUnexplained("1 BTC too much"))
        assert await wanting() == ["balances"]
        gate.tell(BalancesReconciled(UP))
        gate.tell(HistoryMissing("BTC/USDT 1m"))
        gate.tell(HistoryHeld("BTC/USDT 1m"))
        system.lookup("/root/connector").tell(Say(AGAIN))
        await system.settle()
        assert await wanting() == ["orders", "balances"]
        gate.tell(OrdersReconciled(AGAIN))
        gate.tell(BalancesReconciled(AGAIN))
        gate.tell(AccountStarted())
        assert await wanting() == ["orders", "balances"]

    tree = [
        Child("connector", Connector),
        Child("gate", lambda: Gate("connector", series=["BTC/USDT 1m"])),
        Child("witness", lambda: Witness(heard)),
    ]
    run_virtual(Supervisor("root", tree), story)
    opened = [isinstance(event, GateOpened) for event in heard]
    assert opened.count(True) == 4
    for event, after in pairwise(heard):
        assert event != after
    assert heard[-1] == GateClosed(
        (
            Obstacle("orders", "not reconciled since the line came up"),
            Obstacle("balances", "not reconciled since the line came up"),
        )
    )
