"""Whether the orders of an account hang together, and each went the way that orders may go.

Pure: over the orders and commits that `audit` has read. What must hold of a graph is said in
`actors.orders.graph`, what may follow what in `actors.orders.lifecycle`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ..actors.orders.graph import Graph, parent_of
from ..actors.orders.journal import Beginning, Commit
from ..actors.orders.lifecycle import TRANSITIONS
from ..actors.orders.model import HELD, LIVE, Order, Status
from .folded import FoldedOrder

Fault = tuple[str, str]
"""Code and detail."""

_INTENT: Final[frozenset[Status]] = frozenset({"intent"})
_FIRST: Final = HELD | _INTENT


def _followers() -> Mapping[Status, frozenset[Status]]:
    after: dict[Status, set[Status]] = {}
    for (before, _), then in TRANSITIONS.items():
        after.setdefault(before, {before}).add(then)
    return MappingProxyType({before: frozenset(then) for before, then in after.items()})


FOLLOWERS: Final = _followers()
"""What a status may be after one step, or after none."""


def structure_off(orders: Mapping[str, Order], ended: Mapping[str, FoldedOrder]) -> Iterator[Fault]:
    """Where the live orders are no graph (G3).

    orders: all of the journal, by id. ended: those whose commits are folded.
    """
    live = {order.id: order for order in orders.values() if order.status in LIVE}
    parents: dict[str, Order] = {}
    for order in live.values():
        parent = parent_of(order)
        if order.status == "chained" and parent not in live:
            if parent in orders:
                parents[parent] = orders[parent]
            elif parent in ended:
                yield "G3", f"order {order.id} waits for {parent}, which has ended"
    graph = Graph.of((*live.values(), *parents.values()))
    for words in graph.faults():
        yield "G3", words


def steps_off(
    beginning: Beginning, ended: Mapping[str, FoldedOrder], commits: Iterable[Commit]
) -> Iterator[Fault]:
    """Where an order was one thing and then another that cannot follow (O4)."""
    known: dict[str, Status] = {order.id: order.status for order in beginning.orders}
    for number, commit in enumerate(commits, beginning.commits + 1):
        for order in commit.orders:
            before, status = known.get(order.id), order.status
            known[order.id] = status
            if before is None and order.id in ended:
                before = "cancelled"  # nothing else can change once it has ended
            if before is None:
                if status not in _FIRST:
                    yield "O4", f"order {order.id} begins as {status} in commit {number}"
            elif status not in FOLLOWERS.get(before, {before}):
                yield "O4", f"order {order.id} goes from {before} to {status} in commit {number}"
