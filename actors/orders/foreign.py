"""Orders on the account that are not in our books: somebody else's, or strays of an older life.

They are kept apart, counted and told of, and never touched (A27). What they lock at the venue
lowers what is offered, by way of the holdings alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..exchange.messages import OrderReport
from .ids import epoch_of


class ForeignOrder(msgspec.Struct, frozen=True, gc=False):
    """An open order of the account that this bot's books do not know."""

    report: OrderReport  # as the venue told it last
    epoch: int | None  # of the incarnation that named it, where the name is one of ours

    @property
    def is_stray(self) -> bool:
        """Whether its name is one that a bot like this one gave: then it should be in the books."""
        return self.epoch is not None

    @property
    def key(self) -> str:
        """What tells it from others: the venue's id, and the symbol, within which that is one."""
        return f"{self.report.symbol}:{self.report.venue_id}"


class ForeignOrders:
    """The foreign orders that are open, as far as was told."""

    def __init__(self) -> None:
        self._open: dict[str, ForeignOrder] = {}

    def __len__(self) -> int:
        return len(self._open)

    @property
    def all(self) -> tuple[ForeignOrder, ...]:
        """All that are open, in the order in which they were first seen."""
        return tuple(self._open.values())

    def see(self, report: OrderReport) -> ForeignOrder | None:
        """Take in what the venue says of one; the order, where that is news."""
        order = ForeignOrder(report, epoch_of(report.client_id))
        before = self._open.get(order.key)
        if report.status != "open":
            return order if self._open.pop(order.key, None) is not None else None
        if before is not None and before.report == report:
            return None
        self._open[order.key] = order
        return order

    def keep_listed(self, symbol: str, listed: Iterable[OrderReport]) -> None:
        """Forget those of a symbol that the venue lists no more."""
        kept = {f"{report.symbol}:{report.venue_id}" for report in listed}
        gone = [
            key
            for key, order in self._open.items()
            if order.report.symbol == symbol and key not in kept
        ]
        for key in gone:
            del self._open[key]
