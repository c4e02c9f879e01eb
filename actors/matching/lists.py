"""Order lists: one cancels the other (OCO), one triggers the other (OTO), and both (OTOCO).

The first leg of an OTO or OTOCO works at once, the others are pending until it is filled as a
whole. The two legs of an OCO work together; when one of them trades, or is triggered, the other
expires. Only one of them can trade, so only one is held for, by the larger cost of the two.

It moves orders by the matcher alone, and never inside of a match: what becomes due waits its turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import msgspec

from ...runtime import Millis
from .matcher import Matcher
from .pairs import Desk, Pair
from .refusals import Refused
from .rules import check, is_stop
from .sweeps import cost_of_stop
from .triggers import rises
from .values import ENDED, AccountId, ListChanged, Order, OrderRequest

Contingency: TypeAlias = Literal["OCO", "OTO", "OTOCO"]
ListState: TypeAlias = Literal["taken", "executing", "done"]

_LEGS: Final[Mapping[Contingency, int]] = MappingProxyType({"OCO": 2, "OTO": 2, "OTOCO": 3})
_MAY_REST: Final = frozenset((("limit", "GTC"), ("limit", "GTX")))


class OrderList(msgspec.Struct, kw_only=True):
    """A list as the engine knows it; only its state changes."""

    id: int
    account: AccountId
    symbol: str
    client_id: str
    contingency: Contingency
    orders: tuple[Order, ...]
    created_at: Millis
    updated_at: Millis
    state: ListState = "taken"
    leader: Order | None = None  # of the exclusive legs: the one that moved first

    @property
    def exclusive(self) -> tuple[Order, ...]:
        """The legs of which only one can trade."""
        if self.contingency == "OCO":
            return self.orders
        return self.orders[1:] if self.contingency == "OTOCO" else ()

    @property
    def pending(self) -> tuple[Order, ...]:
        """The legs that wait for the first to fill."""
        return () if self.contingency == "OCO" else self.orders[1:]


class Lists:
    """The lists of an engine.

    history: how many that are done it remembers.
    """

    def __init__(self, matcher: Matcher, *, history: int) -> None:
        self._matcher = matcher
        self._lists: dict[int, OrderList] = {}  # by id, oldest first
        self._next = 1
        self._done: deque[int] = deque()  # ids, first to end first
        self._history = history

    def get(self, list_id: int) -> OrderList | None:
        """A list that is open, or has not been forgotten yet."""
        return self._lists.get(list_id)

    def of(self, account: AccountId) -> list[OrderList]:
        """The lists of an account, oldest first."""
        return [each for each in self._lists.values() if each.account == account]

    def submit(
        self,
        pair: Pair,
        legs: Sequence[OrderRequest],
        at: Millis,
        *,
        client_id: str,
        contingency: Contingency,
    ) -> OrderList:
        """Take a list as a whole, or refuse it as a whole."""
        desk = pair.desk(legs[0].account)
        self._check_name(desk.account, client_id)
        self._check(pair, desk, legs, contingency)
        orders = tuple(pair.open_order(leg, leg.client_id, at) for leg in legs)
        for number, order in enumerate(orders):
            order.id += number
        made = OrderList(
            id=self._next,
            account=desk.account,
            symbol=pair.market.symbol,
            client_id=client_id or f"list-{self._next}",
            contingency=contingency,
            orders=orders,
            created_at=at,
            updated_at=at,
        )
        working = orders if contingency == "OCO" else orders[:1]
        self._claim(pair, working)
        self._next += 1
        self._lists[made.id] = made
        for order in orders:
            order.list_id = made.id
        self._tell(made, "taken", at)
        for order in made.pending:
            order.status = "held"
        for order in orders:
            self._matcher.enter(pair, desk, order, at)
        for order in sorted(working, key=lambda each: not is_stop(each.request)):
            if order.status not in ENDED:
                self._matcher.work(pair, order, at)
        self._matcher.settle(pair, at)
        return made

    def cancel(self, pair: Pair, made: OrderList, at: Millis, *, sent_as: str = "") -> None:
        """Cancel all of a list that is open."""
        for order in made.orders:
            if order.status not in ENDED:
                self._matcher.take_off(pair, order, at)
                self._matcher.keeper.end(
                    pair, order, "cancelled", "cancelled", at, replaces=sent_as
                )

    # -- what the matcher tells

    def cover(self, pair: Pair, order: Order) -> int | None:
        exclusive = self._lists[order.list_id].exclusive
        if not any(order is each for each in exclusive):
            return 0
        return _dearest(pair, exclusive) if order is _holder(exclusive) else None

    def traded(self, pair: Pair, order: Order, at: Millis) -> None:
        made = self._lists[order.list_id]
        self._execute(made, at)
        self._expire_others(pair, made, order, at)
        if order.status == "filled" and made.pending and order is made.orders[0]:
            pair.due.extend(sorted(made.pending, key=lambda each: is_stop(each.request)))

    def triggered(self, pair: Pair, order: Order, at: Millis) -> None:
        made = self._lists[order.list_id]
        self._execute(made, at)
        self._expire_others(pair, made, order, at)

    def ended(self, pair: Pair, order: Order, at: Millis) -> None:
        made = self._lists[order.list_id]
        if order.status != "filled":
            if made.pending and order is made.orders[0]:
                self._end_all(pair, made.pending, at, "cancelled")
            else:
                self._expire_others(pair, made, order, at)
        if made.state != "done" and all(each.status in ENDED for each in made.orders):
            self._tell(made, "done", at)
            self._done.append(made.id)
            if len(self._done) > self._history:
                del self._lists[self._done.popleft()]

    # -- inside

    def _execute(self, made: OrderList, at: Millis) -> None:
        if made.state == "taken":
            self._tell(made, "executing", at)

    def _expire_others(self, pair: Pair, made: OrderList, order: Order, at: Millis) -> None:
        others = tuple(each for each in made.exclusive if each is not order)
        if len(others) < len(made.exclusive) and (made.leader is None or made.leader is order):
            made.leader = order
            is_cancelled = order.status == "cancelled"
            self._end_all(pair, others, at, "cancelled" if is_cancelled else "expired")

    def _end_all(
        self,
        pair: Pair,
        orders: tuple[Order, ...],
        at: Millis,
        status: Literal["expired", "cancelled"],
    ) -> None:
        for order in orders:
            if order.status not in ENDED and order.id in pair.desk(order.request.account).open:
                self._matcher.take_off(pair, order, at)
                self._matcher.keeper.end(pair, order, status, status, at, reason="LIST")

    def _claim(self, pair: Pair, working: tuple[Order, ...]) -> None:
        if len(working) > 1:
            for order in working:
                _check_side(pair, order)
        self._matcher.claim(pair, _holder(working), least_cost=_dearest(pair, working))

    def _check_name(self, account: AccountId, client_id: str) -> None:
        for each in self.of(account) if client_id else ():
            if each.client_id == client_id and each.state != "done":
                raise Refused("DUPLICATE_ORDER", f"list {each.id} is open as {client_id!r}")

    def _check(
        self,
        pair: Pair,
        desk: Desk,
        legs: Sequence[OrderRequest],
        contingency: Contingency,
    ) -> None:
        if len(legs) != _LEGS[contingency]:
            raise Refused("BAD_COMBINATION", f"{contingency} has {_LEGS[contingency]} legs")
        first = legs[0]
        if any(each.symbol != first.symbol or each.account != first.account for each in legs):
            raise Refused("BAD_COMBINATION", "the legs of a list are of one account and symbol")
        for leg in legs:
            check(leg, pair, desk)
        named = [leg.client_id for leg in legs if leg.client_id]
        if len(set(named)) < len(named):
            raise Refused("DUPLICATE_ORDER", "two legs of a list have the same client id")
        if len(desk.open) + len(legs) > pair.market.max_orders:
            raise Refused("MAX_NUM_ORDERS", f"{len(desk.open)} orders are open already")
        exclusive = legs if contingency == "OCO" else legs[1:] if contingency == "OTOCO" else ()
        if exclusive:
            _check_exclusive(*exclusive)
        if contingency != "OCO" and (first.kind, first.time_in_force) not in _MAY_REST:
            raise Refused("BAD_COMBINATION", "the first leg is a limit order that may rest")

    def _tell(self, made: OrderList, state: ListState, at: Millis) -> None:
        made.state = state
        made.updated_at = at
        self._matcher.keeper.events.append(
            ListChanged(
                made.id,
                made.account,
                made.symbol,
                made.client_id,
                made.contingency,
                state,
                tuple(order.id for order in made.orders),
                at,
            )
        )


def _holder(exclusive: tuple[Order, ...]) -> Order:
    """The leg that is held for: one that can trade at any moment, if there is one."""
    return min(exclusive, key=lambda each: is_stop(each.request))


def _dearest(pair: Pair, exclusive: tuple[Order, ...]) -> int:
    """What the dearer of two legs comes to; 0 where there is but one."""
    if len(exclusive) < 2:  # noqa: PLR2004 - a pair
        return 0
    return max(cost_of_stop(pair, order)[1] for order in exclusive)


def _check_exclusive(one: OrderRequest, other: OrderRequest) -> None:
    if one.side != other.side or one.amount != other.amount or one.amount is None:
        raise Refused("BAD_COMBINATION", "the legs of an OCO have one side and one amount")
    stops = [each.kind in {"stop_loss", "stop_limit"} for each in (one, other)]
    if sum(stops) != 1 or "market" in {one.kind, other.kind}:
        raise Refused("BAD_COMBINATION", "an OCO is a stop-loss and a limit or take-profit order")


def _check_side(pair: Pair, order: Order) -> None:
    """The legs of an OCO stand on both sides of the last price."""
    last, request = pair.last, order.request
    price = request.stop_price if is_stop(request) else request.price
    if last is None or price is None:
        return
    above = rises(order) if is_stop(request) else request.side == "sell"
    if price <= last if above else price >= last:
        raise Refused("LIST_PRICES", f"{price} is not {'above' if above else 'below'} {last}")
