"""What a connector needs of a simulated venue, whichever rules that goes by.

`SimulatedVenue` is the quick one: orders at market and limit orders on spot. `PathVenue` takes what
the matching engine takes. A connector knows this face alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from ...runtime import Millis
from ..market.candle import Candle
from ..market.fill import Fill
from ..market.holding import Holding
from ..market.listing import Listing
from ..market.position import Position
from ..market.report import OrderReport
from ..market.side import Effect, Kind, Side, TimeInForce


class NewOrder(Protocol):
    """What an order says on its way in; `exchange.messages.Submit` tells the units."""

    @property
    def client_id(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def side(self) -> Side: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def price(self) -> Decimal | None: ...


class FullOrder(NewOrder, Protocol):
    """The same of any kind of order."""

    @property
    def stop(self) -> Decimal | None: ...
    @property
    def trail(self) -> Decimal | None: ...
    @property
    def time_in_force(self) -> TimeInForce: ...
    @property
    def effect(self) -> Effect: ...


class VenueFace(Protocol):
    """A venue of one account: no clock and no tape; whoever drives it says what the market is."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """What is traded here."""
        ...

    @property
    def forces(self) -> frozenset[TimeInForce]:
        """The times in force that it takes."""
        ...

    @property
    def is_margined(self) -> bool:
        """Whether it trades contracts: then a position is looked at as a resting order is."""
        ...

    @property
    def has_news(self) -> bool:
        """Whether `take_fills` or `take_reports` has something to tell."""
        ...

    def submit(self, order: FullOrder, last: float | None, at: Millis) -> OrderReport:
        """Take an order; last: what its market trades at, None: nothing is known, or it was told.

        Raises OrderRejected, and then nothing of the order exists.
        """
        ...

    def submit_pair(
        self, client_id: str, legs: Sequence[FullOrder], last: float | None, at: Millis
    ) -> tuple[OrderReport, OrderReport]:
        """Take two orders of which only one can trade. Raises OrderRejected for both."""
        ...

    def cancel(self, client_id: str, symbol: str, at: Millis) -> OrderReport:
        """End an open order, of a pair both. Raises OrderRejected (UNKNOWN_ORDER)."""
        ...

    def query(self, client_id: str, symbol: str) -> OrderReport | None:
        """All there is to know of an order; None where none is known, or none any more."""
        ...

    def open_orders(self, symbol: str) -> tuple[OrderReport, ...]:
        """The open orders of a market."""
        ...

    def fills(self, symbol: str, since: Millis) -> tuple[Fill, ...]:
        """The trades of a market since a time, oldest first; those of forgotten orders are gone."""
        ...

    def holdings(self) -> tuple[Holding, ...] | None:
        """What the account has; None where the venue does not ask for funds."""
        ...

    def positions(self, at: Millis) -> tuple[Position, ...]:
        """The open positions in contracts."""
        ...

    def listings(self) -> tuple[Listing, ...]:
        """Its markets."""
        ...

    def nearest(self, symbol: str) -> tuple[Decimal | None, Decimal | None]:
        """At or below which price something happens next, and at or above which; None: nowhere."""
        ...

    def matched(self, symbol: str) -> Millis | None:
        """The end of the last bar that was met; None where nothing waits for one."""
        ...

    def match(self, symbol: str, candle: Candle, closed: Millis) -> list[Fill]:
        """Let what waits meet the next bar; what traded, in that order."""
        ...

    def take_fills(self) -> list[Fill]:
        """Trades that nobody was told of as the answer to what he asked for, oldest first."""
        ...

    def take_reports(self) -> list[OrderReport]:
        """How the orders stand now that have changed by themselves."""
        ...
