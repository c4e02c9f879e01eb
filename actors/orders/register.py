"""The orders that a desk knows: the live ones, the last ended ones, and the trades of both.

An index and nothing more: it decides nothing and sends nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ..market.fill import Fill
from .journal import REMEMBERED, trade_key
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

    def find(self, client_id: str) -> Order | None:
        """A live or recently ended order."""
        return self.live.get(client_id) or self._ended.get(client_id)

    def keep(self, order: Order, fills: tuple[Fill, ...] = ()) -> None:
        """Put the newest state of an order, and the fills that brought it, in its place."""
        client_id = order.client_id
        if fills:
            ids = (fills[0].trade_id,) if len(fills) == 1 else tuple(f.trade_id for f in fills)
            self._trades[client_id] = self._trades.get(client_id, ()) + ids
        if order.status in LIVE:
            self.live[client_id] = order
            return
        self.live.pop(client_id, None)
        if client_id not in self._ended:
            self._endings.append(client_id)
        self._ended[client_id] = order
        if len(self._endings) > REMEMBERED:
            oldest = self._endings.popleft()
            del self._ended[oldest]
            self._forgotten.append(self._trades.pop(oldest, ()))

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
