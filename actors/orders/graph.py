"""Orders that belong together, as one immutable value, and what must hold of it.

Edges are in the orders themselves: a chained order names its parent, a member carries its group.
A graph holds the orders that can be reached from one another over such edges, a *family*; the rules
of `chains`, `groups` and `triggers` are functions of it. The register finds the family of an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

import attrs

from .model import Order
from .plan import Group


@attrs.frozen
class Graph:
    """Orders by id, oldest first."""

    orders: Mapping[str, Order] = MappingProxyType({})

    @classmethod
    def of(cls, orders: Iterable[Order]) -> Graph:
        """The graph of these orders."""
        return cls(MappingProxyType({order.id: order for order in orders}))

    def __iter__(self) -> Iterator[Order]:
        return iter(self.orders.values())

    def put(self, *orders: Order) -> Graph:
        """The graph with these in the place of what they were."""
        return Graph(MappingProxyType({**self.orders, **{each.id: each for each in orders}}))

    def children(self, order_id: str) -> tuple[Order, ...]:
        """Those that wait, or waited, for an order to fill; oldest first."""
        return tuple(each for each in self if parent_of(each) == order_id)

    def members(self, group_id: str) -> tuple[Order, ...]:
        """The orders of a group that are not over, oldest first."""
        return tuple(
            each
            for each in self
            if (group := group_of(each)) and group.id == group_id and each.is_live
        )

    def changes(self, before: Graph) -> tuple[Order, ...]:
        """The orders that are not as they were in `before`."""
        return tuple(each for each in self if before.orders.get(each.id) is not each)

    def faults(self) -> Iterator[str]:
        """What must not be: a cycle, an edge to nothing, a parent younger than its child."""
        for order in self:
            if order.status == "chained":
                yield from self._faults_of_chain(order)
            group = group_of(order)
            if group is not None:
                for mate in self.members(group.id):
                    if group_of(mate) != group:
                        yield f"{order.id} and {mate.id} are of one group that is told differently"
                    if mate.symbol != order.symbol:
                        yield f"{order.id} and {mate.id} are of one group and of different markets"

    def _faults_of_chain(self, order: Order) -> Iterator[str]:
        parent = self.orders.get(parent_of(order))
        if parent is None:
            yield f"{order.id} waits for {parent_of(order)}, which is not here"
            return
        if not parent.is_live:
            yield f"{order.id} waits for {parent.id}, which has ended"
        if parent.created_at > order.created_at:
            yield f"{order.id} is older than {parent.id}, which it waits for"
        seen = {order.id}
        above: Order | None = parent
        while above is not None:
            if above.id in seen:
                yield f"{order.id} waits for itself"
                return
            seen.add(above.id)
            above = self.orders.get(parent_of(above))


def parent_of(order: Order) -> str:
    """The id of the order that this one waits for, or waited for; empty: of none."""
    plan = order.plan
    return "" if plan is None or plan.chain is None else plan.chain.parent


def group_of(order: Order) -> Group | None:
    """The group of an order."""
    return None if order.plan is None else order.plan.group
