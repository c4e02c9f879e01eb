"""Which orders belong together, and by what names they were known: of those with a plan."""

from __future__ import annotations

from collections.abc import Iterator

from ..market.side import STOPS
from .graph import group_of, parent_of
from .model import LIVE, OUT, Order


class Kin:
    """Orders with a plan, by id. A dict serves where an ordered set is meant."""

    def __init__(self) -> None:
        self._client_ids: dict[str, str] = {}  # id -> present client id
        self._names: dict[str, str] = {}  # earlier client id -> present one
        self.children: dict[str, dict[str, None]] = {}  # id of a parent -> ids of its live children
        self._members: dict[str, dict[str, None]] = {}  # group -> ids of its live members
        self.guarded: dict[str, None] = {}  # ids of those that have, or had, a stop chained to them
        self.due: dict[str, None] = {}  # ids of those that are to be sent
        self.wishing: dict[str, None] = {}  # ids of those that are out and shall become another

    def keep(self, order: Order) -> None:
        """Put the newest state of an order in its place."""
        self._client_ids[order.id] = order.client_id
        if order.plan is not None:
            for name in order.plan.past:
                self._names[name] = order.client_id
        is_live = order.status in LIVE
        if order.kind in STOPS and (parent := parent_of(order)):
            self.guarded[parent] = None
        _mark(self.children, parent_of(order), order.id, is_live=is_live)
        group = group_of(order)
        _mark(self._members, "" if group is None else group.id, order.id, is_live=is_live)
        self.due.pop(order.id, None)
        self.wishing.pop(order.id, None)
        if order.status == "due":
            self.due[order.id] = None
        elif order.status in OUT and order.wish is not None:
            self.wishing[order.id] = None

    def forget(self, order: Order) -> None:
        """An order that ended long ago is not looked for any more."""
        self._client_ids.pop(order.id, None)
        self.guarded.pop(order.id, None)
        for name in order.names[1:]:
            self._names.pop(name, None)

    def name_of(self, client_id: str) -> str | None:
        """The present client id of the order that was known by this one."""
        return self._names.get(client_id)

    def client_id_of(self, order_id: str) -> str | None:
        """The present client id of an order with a plan."""
        return self._client_ids.get(order_id)

    def next_to(self, order: Order) -> Iterator[str]:
        """The ids of its parent, its children and its mates."""
        if parent := parent_of(order):
            yield parent
        yield from self.children.get(order.id, ())
        group = group_of(order)
        if group is not None:
            yield from self._members.get(group.id, ())


def _mark(index: dict[str, dict[str, None]], key: str, order_id: str, *, is_live: bool) -> None:
    if not key:
        return
    if is_live:
        index.setdefault(key, {})[order_id] = None
    elif (known := index.get(key)) is not None:
        known.pop(order_id, None)
        if not known:
            del index[key]
