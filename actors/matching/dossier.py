"""What a venue on a price path knows of its orders, in decimals: from events to reports.

It decides nothing. An order is open until the engine says otherwise, and remembered for a while.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import msgspec

from ...runtime import Millis
from ..market.fill import Fill
from ..market.money import ZERO, add
from ..market.report import OrderReport, VenueStatus
from ..market.side import Effect, Kind, Side, TimeInForce
from .accounts import units_of
from .quanta import Quanta
from .values import ENDED, BalanceChanged, Event, Liquidated, Order, OrderChanged

ACCOUNT: Final = 1  # the engine's number of the one account

_CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "LIST": "the other leg of its pair was first",
        "LIQUIDATION": "the position was closed by force",
        "REDUCE_ONLY": "there is nothing left for it to reduce",
        "FOK": "it could not trade as a whole",
        "WOULD_TAKE": "it would have taken, and was not to",
    }
)


class Entry(msgspec.Struct, gc=False):
    """One order, as it was asked for and as it stands."""

    client_id: str
    venue_id: str
    symbol: str
    side: Side
    kind: Kind
    amount: Decimal
    price: Decimal | None
    stop: Decimal | None
    trail: Decimal | None
    time_in_force: TimeInForce
    pair: str
    effect: Effect
    created_at: Millis
    changed_at: Millis
    fills: tuple[Fill, ...] = ()
    status: VenueStatus = "open"
    cause: str = ""
    triggered_at: Millis | None = None

    def report(self) -> OrderReport:
        """As a value."""
        return OrderReport(
            self.client_id,
            self.venue_id,
            self.symbol,
            self.side,
            self.kind,
            self.amount,
            self.price,
            self.status,
            self.fills,
            self.created_at,
            self.changed_at,
            self.stop,
            self.time_in_force,
            None,
            self.cause,
            self.trail,
            self.triggered_at,
            self.pair,
            self.effect,
        )


def sum_of(fills: tuple[Fill, ...]) -> Decimal:
    """How much has traded."""
    total = ZERO
    for fill in fills:
        total = add(total, fill.amount)
    return total


class Dossier:
    """The orders of one account.

    quanta: of each market. history: how many that have ended it remembers.
    """

    def __init__(self, quanta: Mapping[str, Quanta], history: int) -> None:
        self._quanta = quanta
        self._history = history
        self._open: dict[str, Entry] = {}  # by client id, oldest first
        self._ended: OrderedDict[str, Entry] = OrderedDict()  # by client id, last to end last
        self._changed: dict[str, Entry] = {}  # by themselves, and nobody was told
        self._fills: list[Fill] = []  # of those
        self.has_moved = False  # whether money or positions did, since somebody looked

    # -- what is known

    def __contains__(self, client_id: str) -> bool:
        return client_id in self._open

    def find(self, client_id: str, symbol: str) -> Entry | None:
        """An order that is open or remembered."""
        entry = self._open.get(client_id) or self._ended.get(client_id)
        return entry if entry is not None and entry.symbol == symbol else None

    def open_in(self, symbol: str) -> Iterator[Entry]:
        """The open orders of a market, oldest first."""
        return (entry for entry in self._open.values() if entry.symbol == symbol)

    def fills_in(self, symbol: str) -> Iterator[Fill]:
        """All trades of a market that are remembered, in no order."""
        for entries in (self._ended, self._open):
            for entry in entries.values():
                if entry.symbol == symbol:
                    yield from entry.fills

    def venue_id(self, client_id: str, at: Millis) -> str:
        """The venue's id of a new order: the same in every run, and never twice."""
        before = self._ended.get(client_id)
        if before is not None and before.created_at == at:  # the same id again in the same ms
            return before.venue_id + "+"
        return f"{at}-{client_id}"

    # -- what is told on

    @property
    def has_news(self) -> bool:
        """Whether something happened by itself."""
        return bool(self._changed or self._fills)

    def take_fills(self) -> list[Fill]:
        """The trades of which nobody was told."""
        taken, self._fills = self._fills, []
        return taken

    def take_reports(self) -> list[OrderReport]:
        """The orders that changed by themselves, as they stand."""
        taken = [entry.report() for entry in self._changed.values()]
        self._changed = {}
        return taken

    # -- what happens

    def add(self, entry: Entry) -> None:
        """An order was taken."""
        self._open[entry.client_id] = entry

    def take_in(self, events: list[Event], asked: tuple[str, ...] = ()) -> None:
        """Go through what an engine says.

        asked: the client ids of the orders that this answers for: they are no news.
        """
        for event in events:
            if isinstance(event, OrderChanged):
                if event.order.request.account == ACCOUNT:
                    self._change(event, event.order, asked)
            elif isinstance(event, BalanceChanged):
                self.has_moved = True
            elif isinstance(event, Liquidated):
                self._absorb(event)

    def _change(self, event: OrderChanged, order: Order, asked: tuple[str, ...]) -> None:
        entry = self._open.get(order.client_id)
        if entry is None:
            if not order.is_liquidation:
                return
            entry = self._forced(order)
        entry.changed_at = event.at
        self.has_moved = True
        change = event.change
        is_news = entry.client_id not in asked
        if change == "trade":
            fill = self._fill(entry, event)
            if is_news:
                self._fills.append(fill)
        elif change == "triggered":
            entry.triggered_at = event.at
        elif change != "new":
            reason = event.reason
            entry.cause = _CAUSES.get(reason, "expired" if change == "expired" else "")
            if change == "rejected":
                entry.cause = f"refused as it was triggered: {reason}"
        if is_news and change not in {"trade", "new"}:
            self._changed[entry.client_id] = entry
        if event.status in ENDED:
            self._end(entry, "filled" if event.status == "filled" else "cancelled")

    def _fill(self, entry: Entry, event: OrderChanged) -> Fill:
        execution = event.execution
        assert execution is not None, "a trade has an execution"  # noqa: S101 - for the types
        quanta = self._quanta[entry.symbol]
        amount = quanta.amount_of(execution.amount)
        return self._book(
            entry,
            quanta.price_of(execution.price),
            entry.amount if amount == entry.amount else amount,
            units_of(execution.fee),
            execution.fee_asset,
            event.at,
        )

    def _book(
        self,
        entry: Entry,
        price: Decimal,
        amount: Decimal,
        fee: Decimal,
        fee_asset: str,
        at: Millis,
    ) -> Fill:
        fill = Fill(
            f"{entry.venue_id}-{len(entry.fills) + 1}",
            entry.client_id,
            entry.symbol,
            entry.side,
            price,
            amount,
            fee,
            fee_asset,
            at,
        )
        entry.fills += (fill,)
        return fill

    def _forced(self, order: Order) -> Entry:
        """The venue's own order, which closes a position."""
        request = order.request
        quanta = self._quanta[request.symbol]
        at = order.created_at
        entry = Entry(
            order.client_id,
            self.venue_id(order.client_id, at),
            request.symbol,
            request.side,
            "limit",
            quanta.amount_of(order.amount),
            quanta.price_of(order.price),
            None,
            None,
            "IOC",
            "",
            "reduce",
            at,
            at,
            cause="liquidation",
        )
        self.add(entry)
        return entry

    def _absorb(self, event: Liquidated) -> None:
        """What of a position the venue took over itself is a trade of it, at the order's price."""
        order = event.order
        if order.request.account != ACCOUNT:
            return
        entry = self.find(order.client_id, order.request.symbol)
        if entry is None:
            return
        entry.cause = "liquidation"
        self._changed[entry.client_id] = entry
        if order.left:
            quanta = self._quanta[entry.symbol]
            asset = quanta.listing.symbol.settle
            left = quanta.amount_of(order.left)
            price = quanta.price_of(order.price)
            self._fills.append(self._book(entry, price, left, ZERO, asset, event.at))
        entry.status = "filled"

    def _end(self, entry: Entry, status: VenueStatus) -> None:
        if status == "filled" and sum_of(entry.fills) < entry.amount:
            status, entry.cause = "cancelled", _CAUSES["REDUCE_ONLY"]
        entry.status = status
        del self._open[entry.client_id]
        ended = self._ended
        ended.pop(entry.client_id, None)
        ended[entry.client_id] = entry
        if len(ended) > self._history:
            ended.popitem(last=False)
