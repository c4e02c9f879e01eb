"""Bugs of whoever writes down and reads back: journal, store, restart (P)."""

from __future__ import annotations

from typing import Any, Final

from ...actors.orders.clerk import Clerk
from ...actors.orders.journal import Commit
from ...actors.orders.model import LIVE
from ...storage import opening, tables
from ...storage.batch import Batch
from ...storage.keys import order_key
from ...storage.order_store import OrderStore
from .bug import Bug


def _forgets(right: Any) -> Any:
    def read_live(*args: Any) -> Any:
        return tuple(order for order in right(*args) if order.status == "accepted")

    return read_live


def _goes_on(right: Any) -> Any:
    async def commit(self: Any, order: Any, fills: Any, booking: Any) -> None:
        await right(self, order, fills, booking)

    return commit


def _leaves_it_live(right: Any) -> Any:
    def add(self: Any, commit: Commit) -> Any:
        number = right(self, commit)
        owner = self.account(commit.account).number
        for order in commit.orders:
            if order.status not in LIVE and not order.filled:
                self._live.pop(order_key(order.created_at, owner, order.id), None)
        return number

    return add


class _Late(OrderStore):
    """Acknowledges what changes no money at once, and writes it with the next that does."""

    late: Commit | None = None

    def write(self, requests: Any) -> Any:
        waiting, self.late = self.late, None
        if waiting is not None:
            return super().write([waiting, *requests])[1:]
        (request, *others) = requests
        if isinstance(request, Commit) and not others and not request.entries and request.orders:
            self.late = request
            return [self._standing.commits.get(request.account, 0) + 1]
        return super().write(requests)


def _writes_late(_: Any) -> Any:
    return _Late


OF_DISK: Final = (
    Bug(
        name="forgets_unknown_orders_at_restart",
        words="After a restart only orders that the exchange has taken are read back.",
        codes=("P4",),
        faults=("K1", "H1"),
        owner=tables,
        part="read_live",
        wrong=_forgets,
    ),
    Bug(
        name="goes_on_when_the_journal_refuses",
        words="That the journal has refused a commit is said and then forgotten.",
        codes=("P1", "O3"),
        faults=("K3",),
        owner=Clerk,
        part="_commit",
        wrong=_goes_on,
    ),
    Bug(
        name="leaves_ended_orders_among_the_live",
        words="An order that ended without a trade is not taken off the table of live ones.",
        codes=("P4", "P3"),
        faults=("K1", "H1"),
        owner=Batch,
        part="add",
        wrong=_leaves_it_live,
    ),
    Bug(
        name="writes_late",
        words="What changes no money is acknowledged at once, and written with the next that does.",
        codes=("P2", "P4"),
        faults=("K1",),
        owner=opening,
        part="OrderStore",
        wrong=_writes_late,
    ),
)
