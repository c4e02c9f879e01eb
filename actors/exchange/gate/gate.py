"""The gate of one exchange: it is told facts, and tells whether new risk may be taken.

It looks at nothing itself but the line, so that each fact has one owner; which facts make it open
is decided in `readiness`. It is closed until it knows better.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ....runtime import Actor, Outcome, on
from ..messages import GetLine, LineChanged
from .messages import (
    AccountStarted,
    BalancesReconciled,
    BalancesUnexplained,
    GateClosed,
    GateOpened,
    GetGate,
    HistoryHeld,
    HistoryMissing,
    OrdersOverdue,
    OrdersReconciled,
    TopicHeld,
    TopicLost,
)
from .readiness import Facts, Obstacle, obstacles


class Gate(Actor):
    """Answers `GetGate`; publishes `GateOpened` and `GateClosed`.

    connector: where it is. series: candles that must have their history, such as "BTC/USDT 1m".
    """

    def __init__(self, connector: str, *, series: Iterable[str] = ()) -> None:
        self._connector = connector
        self._facts = Facts(missing=frozenset(series))
        self._obstacles = obstacles(self._facts)

    def on_start(self) -> None:
        connector = self.lookup(self._connector)
        self.subscribe(connector, LineChanged)
        answer = self.request(connector, GetLine())
        if answer is not None:
            self.line_known(answer)

    @on(GetGate)
    def get(self, _: GetGate) -> tuple[Obstacle, ...]:
        return self._obstacles

    @on(Outcome)
    def line_known(self, message: Outcome) -> None:
        if self._facts.line is None:  # else it has changed since, and this is old
            self._weigh(replace(self._facts, line=message.get()))

    @on(LineChanged)
    def line_changed(self, message: LineChanged) -> None:
        self._weigh(replace(self._facts, line=message.line))

    @on(AccountStarted)
    def account_started(self, _: AccountStarted) -> None:
        fresh = Facts(line=self._facts.line, missing=self._facts.missing)
        self._weigh(fresh)

    @on(OrdersReconciled)
    def orders_reconciled(self, message: OrdersReconciled) -> None:
        self._weigh(replace(self._facts, orders=message.line))

    @on(BalancesReconciled)
    def balances_reconciled(self, message: BalancesReconciled) -> None:
        self._weigh(replace(self._facts, balances=message.line, unexplained=""))

    @on(BalancesUnexplained)
    def balances_unexplained(self, message: BalancesUnexplained) -> None:
        self._weigh(replace(self._facts, unexplained=message.reason))

    @on(OrdersOverdue)
    def orders_overdue(self, message: OrdersOverdue) -> None:
        self._weigh(replace(self._facts, overdue=message.count))

    @on(HistoryMissing)
    def history_missing(self, message: HistoryMissing) -> None:
        self._weigh(replace(self._facts, missing=self._facts.missing | {message.series}))

    @on(HistoryHeld)
    def history_held(self, message: HistoryHeld) -> None:
        self._weigh(replace(self._facts, missing=self._facts.missing - {message.series}))

    @on(TopicHeld, TopicLost)
    def topic(self, message: TopicHeld | TopicLost) -> None:
        required = message.requirement
        if required.part != "candles":
            return
        series = frozenset((f"{required.symbol} {required.frame}",))
        missing = self._facts.missing
        is_held = isinstance(message, TopicHeld)
        self._weigh(replace(self._facts, missing=missing - series if is_held else missing | series))

    def _weigh(self, facts: Facts) -> None:
        """Take the facts, and say so where they make a difference."""
        before, self._obstacles = self._obstacles, obstacles(facts)
        self._facts = facts
        if self._obstacles == before:
            return
        if self._obstacles:
            self.publish(GateClosed(self._obstacles))
        else:
            self.publish(GateOpened())
