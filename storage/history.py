"""What became of orders step by step, told from the journal, which has every step.

A step is a state of an order in a commit that differs from the state before it. The journal is read
once from its oldest commit on; of orders that have ended only the last few are kept in mind, so the
memory that this takes depends on the open orders and not on the length of the journal. What was
folded away is not told any more.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final

import attrs

from ..actors.orders.journal import REMEMBERED
from ..actors.orders.model import Order, Status
from ..actors.orders.plan import Revision
from ..runtime import Millis, UsageError
from .codec import COMMIT, ORDER
from .environment import Transaction
from .keys import account_head, place_of
from .opening import open_for_reading
from .tables import Tables, read_accounts, read_folded
from .verification import Inspector, inspect_in_child


@attrs.frozen
class OrderStep:
    """One state of an order that differs from the one before."""

    at: Millis  # when it changed, UTC
    account: str
    commit: int  # its number in the account
    order_id: str
    client_id: str  # then
    symbol: str
    before: Status | None  # None: it is new, or what was before is not told any more
    after: Status
    evidence: str
    amount: Decimal  # base currency
    price: Decimal | None
    stop: Decimal | None
    filled: Decimal  # base currency
    wish: Revision | None  # what it shall become


@attrs.frozen(kw_only=True)
class Wanted:
    """Which steps; None: whatever it is."""

    order: str | None = None  # an id, or any client id that its order is or was known by
    symbol: str | None = None
    status: Status | None = None  # after the step
    since: Millis | None = None  # not before
    until: Millis | None = None  # before

    def has(self, step: OrderStep) -> bool:
        """Whether a step is among them. `order` is an id here."""
        return (
            (self.order is None or self.order == step.order_id)
            and (self.symbol is None or self.symbol == step.symbol)
            and (self.status is None or self.status == step.after)
            and (self.since is None or step.at >= self.since)
            and (self.until is None or step.at < self.until)
        )


EVERYTHING: Final = Wanted()


def read_history(
    path: Path,
    tell: Callable[[OrderStep], object],
    wanted: Wanted = EVERYTHING,
    *,
    inspector: Inspector = inspect_in_child,
) -> None:
    """Tell all steps of all accounts that are wanted, oldest first.

    Raises StoreError, or UsageError where no order has the name that is asked for.
    """

    def work(txn: Transaction) -> None:
        asked = _by_id(txn, tables, wanted)
        accounts = {account.number: name for name, account in read_accounts(txn, tables).items()}
        followed = {
            number: Followed(read_folded(txn, tables, account_head(number)).beginning.orders)
            for number in accounts
        }
        for key, record in txn.cursor(tables.journal):
            _, owner, number = place_of(key)
            orders = followed[owner]
            for order in COMMIT.read(record).orders:
                step = orders.step(order, accounts[owner], number)
                if step is not None and asked.has(step):
                    tell(step)

    with open_for_reading(path, inspector=inspector) as environment:
        tables = Tables(environment.tables)
        environment.read(work)


def _by_id(txn: Transaction, tables: Tables, wanted: Wanted) -> Wanted:
    """The same with the order's id, whatever name it was asked for by."""
    if wanted.order is None:
        return wanted
    for table in (tables.live, tables.closed):
        for _, record in txn.cursor(table):
            order = ORDER.read(record)
            if wanted.order == order.id or wanted.order in order.names:
                return attrs.evolve(wanted, order=order.id)
    raise UsageError(f"no order has the id {wanted.order}; `benthic orders` shows the live ones")


class Followed:
    """The orders of one account as the journal goes by."""

    def __init__(self, orders: tuple[Order, ...]) -> None:
        self._live = {order.id: order for order in orders}
        self._ended: OrderedDict[str, Order] = OrderedDict()  # the last ones
        self._now = Millis(0)  # of the newest change so far

    def step(self, order: Order, account: str, number: int) -> OrderStep | None:
        """What has changed with a new state of an order; None: nothing that is told."""
        before = self._live.get(order.id) or self._ended.get(order.id)
        self._keep(order)
        if before is not None and _told(before) == _told(order):
            return None
        at = order.changed_at
        if before is not None and before.changed_at == at:
            at = max(at, self._now)  # a wish has no time of its own
        self._now = max(self._now, at)
        return OrderStep(
            at,
            account,
            number,
            order.id,
            order.client_id,
            order.symbol,
            None if before is None else before.status,
            order.status,
            order.evidence,
            order.amount,
            order.price,
            None if order.plan is None else order.plan.stop,
            order.filled,
            order.wish,
        )

    def _keep(self, order: Order) -> None:
        if order.is_live:
            self._live[order.id] = order
            return
        self._live.pop(order.id, None)
        self._ended[order.id] = order
        self._ended.move_to_end(order.id)
        if len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)


def _told(order: Order) -> tuple[object, ...]:
    stop = None if order.plan is None else order.plan.stop
    state = order.status, order.amount, order.price, stop, order.filled
    return (*state, order.client_id, order.evidence, order.wish)
