"""Reconciling: what the venue has of the account, held against what the desk believes.

After a start, after each time that the line came up again, and every so often while orders are
live, all open orders and the latest trades are read; what is live here and not listed there is
looked up one by one. After the first two the account's holdings are judged as well, and only then
does the gate hear that all is well. The stream of the account is heard before anything is read, so
what happens meanwhile is not missed; what is read twice changes nothing (B3, B4, C8, P4).

It decides what to ask and what an answer means; it lives within the turns of its desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from ...runtime import Actor, Millis, Outcome, Ref, Refusal, UnknownMessage
from ..exchange.errors import NotOffered
from ..exchange.gate.messages import OrdersOverdue, OrdersReconciled
from ..exchange.gate.readiness import is_same_time
from ..exchange.messages import (
    FetchFills,
    FetchHoldings,
    FetchOpenOrders,
    Fill,
    GetLine,
    HoldingsReported,
    Line,
    OrderReport,
)
from .balancing import Balancing
from .clerk import Clerk
from .doubts import Doubts
from .evidence import Doubt, Patience, pause
from .flights import Flights
from .foreign import ForeignOrders
from .journal import Snapshot
from .messages import ForeignOrderSeen, StrayOrderFound
from .model import Order
from .outcomes import NO_ANSWER, was_heard
from .settling import Asking, Settling
from .tokens import (
    Again,
    HoldingsListed,
    LineKnown,
    OpenListed,
    Recheck,
    Sweep,
    Token,
    TradesListed,
)

OVERLAP: Final = 600_000  # ms of trades that are asked for again: clocks differ, events come late


Stage = Literal[
    "idle",  # nothing is being read
    "reading",  # open orders and trades
    "settling",  # they are read; some orders are still being looked up
    "judging",  # the holdings
]


class Reconciling:
    """Reconciles for one desk.

    ask: how the venue is asked. symbols: what is traded.
    """

    def __init__(  # noqa: PLR0913 - all that a desk is made of
        self,
        desk: Actor,
        clerk: Clerk,
        doubts: Doubts,
        flights: Flights,
        balancing: Balancing,
        settling: Settling,
        *,
        ask: Asking,
        symbols: Iterable[str],
        patience: Patience,
        gate: Ref | None,
    ) -> None:
        self._desk = desk
        self._clerk = clerk
        self._doubts = doubts
        self._flights = flights
        self._balancing = balancing
        self._settling = settling
        self._ask = ask
        self._symbols = tuple(symbols)
        self._patience = patience
        self._gate = gate
        self.foreign = ForeignOrders()
        self.line: Line | None = None  # None: not known yet
        self._number = 0  # of the pass
        self._full: Line | None = None  # the time of the line that the pass is for; None: a sweep
        self._to_read = set[str]()  # symbols that the pass has not read yet
        self._orders_for: Line | None = None  # the time of the line for which orders are known
        self._stage: Stage = "idle"
        self._failures = 0  # of passes, in a row
        self._judged = 0  # looks at the holdings in a row that left something unexplained
        self._since: dict[str, Millis] = {}  # by symbol, from when trades are asked for
        self._first_since = Millis(0)
        self._is_sweeping = False  # whether a sweep is planned
        self._is_rechecking = False  # whether a look at the holdings is planned
        self._overdue = 0  # as the gate was told

    async def start(self, snapshot: Snapshot) -> None:
        """The books are open: ask how the line stands, and go on from there."""
        times = [order.created_at for order in snapshot.orders]
        if snapshot.traded_at:
            times.append(snapshot.traded_at)
        self._first_since = Millis(max(0, min(times, default=self._desk.now) - OVERLAP))
        await self._ask(GetLine(), LineKnown())
        self.plan_sweep()

    async def line_changed(self, line: Line) -> None:
        """Look at everything anew where the line has come up again (R4)."""
        before, self.line = self.line, line
        if line.state != "up":
            self._stage = "idle"
            self._number += 1  # what is under way counts no more
            return
        if before is not None and before.state == "up" and is_same_time(line, before):
            return
        self._failures = self._judged = 0
        self._clerk.unreconciled = {
            client_id
            for client_id, order in self._clerk.orders.live.items()
            if order.is_out and not self._flights.is_being_placed(client_id)
        }
        await self._begin(line)

    async def again(self, message: Again) -> None:
        """Go on with the pass, if it is still the one."""
        line = self.line
        if message.number != self._number or line is None or line.state != "up":
            return
        await self._begin(line)

    async def sweep(self) -> None:
        """Look at all orders, where that is not done already.

        It takes the place of a pass that is under way or planned, and looks at what that would.
        """
        self._is_sweeping = False
        line = self.line
        if (
            line is not None
            and line.state == "up"
            and self._stage not in {"reading", "judging"}
            and not self._doubts.is_silent  # then look-ups find out whether it is back
        ):
            is_done = is_same_time(line, self._orders_for) and not self._judged
            await self._begin(None if is_done and self._stage == "idle" else line)
        self.plan_sweep()

    def plan_sweep(self) -> None:
        """Sweep again while anything is live."""
        every = self._patience.sweep
        if every is not None and not self._is_sweeping and self._clerk.orders.live:
            self._is_sweeping = True
            self._desk.after(every, Sweep())

    async def holdings_reported(self, message: HoldingsReported) -> None:
        """The stream tells of holdings; often before it tells of the trade that changed them."""
        if await self._balancing.hear(message) and not self._is_rechecking:
            self._is_rechecking = True
            self._desk.after(self._patience.spacing, Recheck())

    async def recheck(self) -> None:
        """Where the stream still says otherwise than the books, look at all there is."""
        self._is_rechecking = False
        line = self.line
        if line is None or line.state != "up" or self._stage != "idle":
            return
        if await self._balancing.differs():
            await self._begin(line)

    async def take(self, outcome: Outcome) -> None:
        """Take in what the venue has answered."""
        token: Token = outcome.token
        error = outcome.error
        if isinstance(token, LineKnown):
            if self.line is None:  # else it has changed since, and this is old
                await self._line_known(outcome)
            return
        if error is None or isinstance(error, NotOffered) or was_heard(error):
            self._doubts.heard()
        elif isinstance(error, NO_ANSWER):
            self._doubts.unheard(token.asked, self._desk.now)
        else:
            raise error
        if token.number != self._number:
            return  # another pass has begun
        if error is not None and not isinstance(error, NotOffered):
            self._fail()
        elif isinstance(token, OpenListed):
            await self._listed(token, () if error else outcome.value, error)
        elif isinstance(token, TradesListed):
            await self._traded(token, () if error else outcome.value)
        else:
            await self._held(token, error or outcome.value)

    async def report(self, report: OrderReport) -> Order | None:
        """What the venue says of one order, unasked; the order, where it is one of ours."""
        order = self._clerk.orders.find(report.client_id) if report.client_id else None
        if order is not None:
            await self._take_back_late(order, report)
            return await self._clerk.reconcile(order, report)
        self._see(report)
        for fill in report.fills:
            self._clerk.unmatched(fill)
        return None

    async def conclude(self) -> None:
        """Go on once every order is known: to the holdings, and to the gate."""
        self._tell_overdue()
        line = self._full
        if line is None or self._stage != "settling" or self._clerk.unreconciled:
            return
        self._orders_for = line
        if self._gate is not None:
            self._gate.tell(OrdersReconciled(line))
        self._stage = "judging"
        token = HoldingsListed(self._number, self._desk.now, self._clerk.steps)
        await self._ask(FetchHoldings(), token)

    # -- one pass

    async def _begin(self, line: Line | None) -> None:
        """Read all open orders and the latest trades. line: its time; None: a sweep."""
        self._number += 1
        number = self._number
        self._full = line
        self._stage = "reading"
        self._to_read = set(self._symbols)
        for symbol in self._symbols:
            if number == self._number:
                token = OpenListed(number, symbol, self._desk.now)
                await self._ask(FetchOpenOrders(symbol), token)

    def _fail(self) -> None:
        """The venue does not answer: try the whole pass again, ever later."""
        wait = pause(self._failures, self._patience)
        self._failures += 1
        self._stage = "idle"
        self._number += 1  # what else is under way of it counts no more
        if self._full is not None:  # the next sweep comes anyway
            self._desk.after(wait, Again(self._number))

    async def _line_known(self, outcome: Outcome) -> None:
        error = outcome.error
        if error is None:
            await self.line_changed(outcome.value)
        elif isinstance(error, UnknownMessage) or not isinstance(error, NO_ANSWER):
            raise error  # else its first LineChanged tells

    async def _listed(
        self, token: OpenListed, reports: tuple[OrderReport, ...], error: Exception | None
    ) -> None:
        """Adopt what is listed, and look up what is live here and is not."""
        symbol, listed = token.symbol, set[str]()
        for report in reports:
            listed.add(report.client_id)
            order = self._clerk.orders.find(report.client_id) if report.client_id else None
            if order is None:
                self._see(report)
            elif report.client_id in order.names[1:]:
                await self._take_back_late(order, report)
            elif order.is_live:
                doubt = self._doubts.get(order.client_id)
                if doubt is None or doubt.since <= token.asked:  # else older than what is in doubt
                    await self._clerk.reconcile(order, report)
            elif order.changed_at < token.asked:  # it had ended here, and rests there (O1)
                self._see(report)
        if error is None:
            self.foreign.keep_listed(symbol, reports)
        for order in tuple(self._clerk.orders.live.values()):
            if order.symbol == symbol and order.client_id not in listed and order.is_out:
                self._look_up(order, token.asked)
        since = self._since.get(symbol, self._first_since)
        trades = TradesListed(token.number, symbol, token.asked)
        await self._ask(FetchFills(symbol, since), trades)

    async def _take_back_late(self, order: Order, report: OrderReport) -> None:
        """What an order was before it was sent anew must not rest beside it (C17)."""
        if report.status == "open" and report.client_id in order.names[1:]:
            await self._settling.cancel_late(report.client_id, order.symbol)

    def _look_up(self, order: Order, asked: Millis) -> None:
        """An order is live here and not listed there: how did it end? Not if that is under way."""
        client_id, now = order.client_id, self._desk.now
        if client_id in self._clerk.unreconciled and self._doubts.get(client_id) is None:
            self._doubts.add(client_id, Doubt(now), now)
        if self._flights.get(client_id) is None and order.changed_at < asked:
            self._doubts.hurry(client_id, now)

    async def _traded(self, token: TradesListed, fills: tuple[Fill, ...]) -> None:
        """Book the trades that are new (C8)."""
        for fill in fills:
            order = self._clerk.orders.find(fill.client_id) if fill.client_id else None
            if order is not None:
                await self._clerk.fill(order, (fill,))
            elif fill.client_id:
                self._clerk.unmatched(fill)
            elif not self._clerk.orders.has_booked(fill):
                self._suspect(fill)
        self._since[token.symbol] = Millis(max(0, token.asked - OVERLAP))
        self._to_read.discard(token.symbol)
        if not self._to_read and self._stage == "reading":
            self._failures = 0
            self._stage = "idle" if self._full is None else "settling"
            await self.conclude()

    def _suspect(self, fill: Fill) -> None:
        """A trade of a venue that names no order: any that is live there may be the one."""
        for order in self._clerk.orders.live.values():
            is_idle = order.is_out and self._flights.get(order.client_id) is None
            if order.symbol == fill.symbol and is_idle:
                self._doubts.hurry(order.client_id, self._desk.now)

    async def _held(self, token: HoldingsListed, answer: object) -> None:
        """Judge the holdings; where they are not explained yet, look again."""
        self._stage = "idle"
        line = self.line
        if line is None or not isinstance(answer, (tuple, Refusal)):
            return
        judged = await self._balancing.judge(
            answer,  # type: ignore[arg-type]  # of the two that a question for holdings ends in
            line,
            step=token.step,
            open_ends=self._open_ends(),
        )
        if judged:
            self._judged = 0
            return
        wait = max(self._patience.spacing, pause(self._judged, self._patience))
        self._judged += 1
        self._desk.after(wait, Again(self._number))

    def _open_ends(self) -> int:
        """Orders of which it is not known what the venue has made of them."""
        live = self._clerk.orders.live.values()
        unsure = sum(order.is_out and order.status != "accepted" for order in live)
        return max(unsure, self._flights.writes, len(self._doubts))

    def _see(self, report: OrderReport) -> None:
        """Tell of an order that is not in our books."""
        news = self.foreign.see(report)
        if news is None:
            return
        self._desk.publish(ForeignOrderSeen(news))
        if news.is_stray and news.report.status == "open":
            self._desk.publish(StrayOrderFound(news))

    def _tell_overdue(self) -> None:
        """Let the gate know of orders whose outcome is unknown for too long."""
        if self._gate is None:
            return
        count = self._doubts.overdue(self._desk.now) if self._doubts else 0
        if count != self._overdue:
            self._overdue = count
            self._gate.tell(OrdersOverdue(count))
