"""The gate of one exchange: it is told facts, and tells whether new risk may be taken.

It looks at nothing itself but the line, so that each fact has one owner. Of the account they are
told by the desk (`readiness`), of the market by its feeds (`requirements`). There is a verdict for
each symbol: that nothing of the account and nothing of the symbol stands in the way. It is closed
until it knows better, and closes by itself once something that it was told is too old.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from ....runtime import Actor, Millis, Outcome, Tell, Timer, on
from ..messages import GetLine, LineChanged
from .messages import (
    AccountStarted,
    BalancesReconciled,
    BalancesUnexplained,
    GateClosed,
    GateOpened,
    GetGate,
    OrdersOverdue,
    OrdersReconciled,
    TopicHeld,
    TopicLost,
)
from .readiness import BY_DESK, Facts, Obstacle, concerning, obstacles
from .requirements import NotReady, Readiness, Requirement

Key: TypeAlias = tuple[str, ...]
"""What an obstacle is, whatever time has made of its words."""


class _Weigh(msgspec.Struct, Tell, frozen=True):
    """By now time alone may have changed something."""


class Gate(Actor):
    """Answers `GetGate`; publishes `GateOpened` and `GateClosed`, of each symbol.

    connector: where it is. required: what must be known besides that line, orders, balances and
    doubts are well; of their symbols there are verdicts. max_ages: see `Readiness`; None of them
    where nothing goes stale, as on a tape. given: what is known from the start, and stays so.
    """

    def __init__(
        self,
        connector: str,
        *,
        required: Iterable[Requirement] = (),
        max_ages: Mapping[str, Millis] = MappingProxyType({}),
        given: Iterable[Requirement] = (),
    ) -> None:
        self._connector = connector
        asked = tuple(required)
        self._symbols = tuple(dict.fromkeys(each.symbol for each in asked if each.symbol)) or ("",)
        self._known = Readiness(
            (each for each in asked if each.part not in BY_DESK), max_ages=max_ages
        )
        self._given = tuple(given)
        self._facts = Facts()
        self._told: dict[str, tuple[Key, ...]] = {}  # by symbol, what the last verdict said
        self._since: dict[Key, Millis] = {}  # when each obstacle was found
        self._timer: Timer | None = None  # for the next change that time alone makes
        self._due: Millis | None = None  # when it fires

    def on_start(self) -> None:
        for each in self._given:
            self._known.tell(each, at=self.elapsed)
        self._weigh()
        connector = self.lookup(self._connector)
        self.subscribe(connector, LineChanged)
        answer = self.request(connector, GetLine())
        if answer is not None:
            self.line_known(answer)

    @on(GetGate)
    def get(self, message: GetGate) -> tuple[Obstacle, ...]:
        symbol = message.symbol
        found = tuple(each for _, each in self._found(self.elapsed))
        if symbol and symbol not in self._symbols and self._symbols != ("",):
            watched = ", ".join(self._symbols)
            found = (*found, Obstacle("market", f"the gate watches {watched} alone", symbol))
        return concerning(found, symbol, message.frame)

    # -- of the account

    @on(Outcome)
    def line_known(self, message: Outcome) -> None:
        if self._facts.line is None:  # else it has changed since, and this is old
            self._take(replace(self._facts, line=message.get()))

    @on(LineChanged)
    def line_changed(self, message: LineChanged) -> None:
        self._take(replace(self._facts, line=message.line))

    @on(AccountStarted)
    def account_started(self, _: AccountStarted) -> None:
        self._take(Facts(line=self._facts.line))

    @on(OrdersReconciled)
    def orders_reconciled(self, message: OrdersReconciled) -> None:
        self._take(replace(self._facts, orders=message.line))

    @on(BalancesReconciled)
    def balances_reconciled(self, message: BalancesReconciled) -> None:
        self._take(replace(self._facts, balances=message.line, unexplained=""))

    @on(BalancesUnexplained)
    def balances_unexplained(self, message: BalancesUnexplained) -> None:
        self._take(replace(self._facts, unexplained=message.reason))

    @on(OrdersOverdue)
    def orders_overdue(self, message: OrdersOverdue) -> None:
        self._take(replace(self._facts, overdue=message.count))

    # -- of the market

    @on(TopicHeld)
    def topic_held(self, message: TopicHeld) -> None:
        if self._known.tell(message.requirement, at=message.at, now=self.elapsed):
            self._weigh()  # else it is as well known as it was; the timer finds it younger

    @on(TopicLost)
    def topic_lost(self, message: TopicLost) -> None:
        self._known.lose(message.requirement, at=message.at, why=message.why)
        self._weigh()

    @on(_Weigh)
    def time_has_passed(self, _: _Weigh) -> None:
        self._timer = self._due = None
        self._weigh()

    # -- the verdict

    def _take(self, facts: Facts) -> None:
        if facts != self._facts:
            self._facts = facts
            self._weigh()

    def _weigh(self) -> None:
        """Say so where anything makes a difference, and wake for the next that may."""
        now = self.elapsed
        found = tuple(self._found(now))
        self._since = {key: self._since.get(key, now) for key, _ in found}
        for symbol in self._symbols:
            mine = [(key, each) for key, each in found if each.concerns(symbol)]
            keys = tuple(key for key, _ in mine)
            if keys != self._told.get(symbol):
                self._told[symbol] = keys
                reasons = tuple(each for _, each in mine)
                self.publish(GateClosed(reasons, symbol) if reasons else GateOpened(symbol))
        self._plan(self._known.next_change(now=now))

    def _found(self, now: Millis) -> Iterator[tuple[Key, Obstacle]]:
        """All that stands in the way now, each since it was found."""
        for fact in obstacles(self._facts):
            key: Key = (fact.what, fact.reason)
            yield key, replace(fact, since=self._since.get(key, now))
        verdict = self._known.verdict(now=now)
        for unmet in verdict.reasons if isinstance(verdict, NotReady) else ():
            of = unmet.requirement
            key = (of.part, of.symbol, of.frame, unmet.kind, unmet.why)
            since = self._since.get(key, now)
            yield key, Obstacle(of.part, unmet.why or unmet.detail, of.symbol, of.frame, since)

    def _plan(self, when: Millis | None) -> None:
        if when == self._due:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due = when
        if when is not None:
            self._timer = self.after(when - self.elapsed, _Weigh())
