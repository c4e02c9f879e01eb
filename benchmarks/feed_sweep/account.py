"""The account of a run: somebody who trades on it, and who vouches for it to the gate.

Orders and balances are other sweeps' affair. Here they are well as soon as the line is up, so that
what closes the gate is the line or the market.
"""

from __future__ import annotations

from typing import Final

from ...actors.exchange.gate.messages import BalancesReconciled, OrdersReconciled, TopicHeld
from ...actors.exchange.gate.requirements import Requirement
from ...actors.exchange.messages import GetLine, LineChanged
from ...actors.matching.refusals import Refused
from ...actors.matching.values import AccountId, OrderRequest
from ...runtime import Actor, Outcome, on
from ...scenarios.venue.venue import Venue

AMOUNT: Final = 10  # steps of the market that somebody buys


class Account(Actor):
    """Tells the gate that all of the account is reconciled, each time that the line comes up."""

    def __init__(self, *, line: str, gate: str) -> None:
        self._line = line
        self._gate = gate

    def on_start(self) -> None:
        line = self.lookup(self._line)
        self.subscribe(line, LineChanged)
        answer = self.request(line, GetLine())
        if answer is not None:
            self.line_known(answer)

    @on(Outcome)
    def line_known(self, outcome: Outcome) -> None:
        self.line_changed(LineChanged(outcome.get()))

    @on(LineChanged)
    def line_changed(self, event: LineChanged) -> None:
        if event.line.state == "up":
            gate = self.lookup(self._gate)
            gate.tell(OrdersReconciled(event.line))
            gate.tell(BalancesReconciled(event.line))
            gate.tell(TopicHeld(Requirement("markets"), self.elapsed))


def buy_a_little(venue: Venue, account: AccountId, symbol: str) -> None:
    """An order of the account's, placed elsewhere: its stream tells of it."""
    engine = venue.engines["spot"]
    market = engine.markets[symbol]
    price = engine.last(symbol)
    if price is None:
        return
    limit = price // market.tick * market.tick
    amount = max(AMOUNT * market.step, -(-2 * market.min_cost // limit))
    amount = -(-amount // market.step) * market.step
    request = OrderRequest(
        account=account,
        symbol=symbol,
        side="buy",
        kind="limit",
        amount=amount,
        price=limit,
        time_in_force="IOC",
    )
    try:
        engine.submit(request, venue.now)
    except Refused:
        return  # the market is halted, or has no such price any more
    venue.settle()
