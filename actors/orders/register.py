"""The orders that a desk knows: the live ones, the last ended ones, and the trades of both.

An index and nothing more: it decides nothing and sends nothing. Orders with a plan are found by
what they belong to as well, see `kin`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ..market.fill import Fill
from .graph import Graph
from .ids import client_id_of
from .journal import REMEMBERED, trade_key
from .kin import Kin
from .lifecycle import news
from .model import LIVE, Order

FORGOTTEN = 10_000  # ended orders of which nothing is kept but the ids of their trades


class OrderRegister:
    """Orders by client id.

    orders: the live ones, oldest first. trades: keys of trades that were booked before this
    register was made. ended: the last ones that ended before, oldest first.
    """

    def __init__(
        self,
        orders: Iterable[Order] = (),
        trades: frozenset[str] = frozenset(),
        ended: Iterable[Order] = (),
    ) -> None:
        self.live = {order.client_id: order for order in orders}  # oldest first
        self._ended = {order.client_id: order for order in ended}
        self._endings: deque[str] = deque(self._ended)  # client ids in _ended, oldest first
        self._trades: dict[str, tuple[str, ...]] = {}  # client id -> trade ids booked since
        self._forgotten: deque[tuple[str, ...]] = deque(maxlen=FORGOTTEN)  # trade ids of others
        self._restored = trades
        self.kin = Kin()
        for order in (*self._ended.values(), *self.live.values()):
            if order.plan is not None:
                self.kin.keep(order)

    def find(self, client_id: str) -> Order | None:
        """A live or recently ended order, by any client id that it is or was known by."""
        order = self.live.get(client_id) or self._ended.get(client_id)
        if order is None and (name := self.kin.name_of(client_id)):
            return self.live.get(name) or self._ended.get(name)
        return order

    def by_id(self, order_id: str) -> Order | None:
        """A live or recently ended order."""
        return self.find(self.kin.client_id_of(order_id) or client_id_of(order_id))

    @property
    def listed(self) -> tuple[Order, ...]:
        """The live ones, oldest first."""
        return tuple(sorted(self.live.values(), key=lambda order: order.created_at))

    def family(self, order: Order) -> Graph:
        """The order, and all live ones that it can be reached from."""
        found, looking = {order.id: order}, [order]
        while looking:
            for order_id in self.kin.next_to(looking.pop()):
                kin = self.by_id(order_id)
                if order_id not in found and kin is not None and kin.status in LIVE:
                    found[order_id] = kin
                    looking.append(kin)
        return Graph.of(sorted(found.values(), key=lambda each: (each.created_at, each.id)))

    def keep(self, order: Order, fills: tuple[Fill, ...] = ()) -> None:
        """Put the newest state of an order, and the fills that brought it, in its place."""
        client_id = order.client_id
        if fills:
            ids = (fills[0].trade_id,) if len(fills) == 1 else tuple(f.trade_id for f in fills)
            self._trades[client_id] = self._trades.get(client_id, ()) + ids
        if order.plan is not None:
            self._keep_plan(order)
        if order.status in LIVE:
            self.live[client_id] = order
            return
        self.live.pop(client_id, None)
        if client_id not in self._ended:
            self._endings.append(client_id)
        self._ended[client_id] = order
        if len(self._endings) > REMEMBERED:
            oldest = self._endings.popleft()
            forgotten = self._ended.pop(oldest)
            self._forgotten.append(self._trades.pop(oldest, ()))
            if forgotten.plan is not None:
                self.kin.forget(forgotten)

    def _keep_plan(self, order: Order) -> None:
        """Know an order by its present client id, and by what it belongs to."""
        before = self.kin.client_id_of(order.id)
        if before is not None and before != order.client_id:  # it lives on under another
            self.live.pop(before, None)
            trades = self._trades.pop(before, ())
            if trades:
                self._trades[order.client_id] = trades + self._trades.get(order.client_id, ())
        self.kin.keep(order)

    def has_booked(self, fill: Fill) -> bool:
        """Whether a trade has been booked, whatever order it was of. A walk over all of them."""
        trade_id = fill.trade_id
        return (
            trade_key(fill.symbol, trade_id) in self._restored
            or any(trade_id in ids for ids in self._trades.values())
            or any(trade_id in ids for ids in self._forgotten)
        )

    def news(self, client_id: str, fills: tuple[Fill, ...]) -> tuple[Fill, ...]:
        """Those of `fills` that were not booked yet, each once, oldest first."""
        known = self._trades.get(client_id)
        if known is None and len(fills) == 1 and not self._restored:
            return fills
        fresh = news(fills, known or ())
        if not self._restored:
            return fresh
        return tuple(
            fill for fill in fresh if trade_key(fill.symbol, fill.trade_id) not in self._restored
        )
