"""What a simulated venue answers when an account is read; one place for backtest and paper."""

from __future__ import annotations

from typing import Final, TypeAlias

from ...runtime import Millis
from ..market.fill import Fill
from ..market.holding import Holding
from ..market.position import Position
from ..market.report import OrderReport
from ..matching.face import VenueFace
from .errors import NotListed, NotOffered
from .messages import FetchFills, FetchHoldings, FetchOpenOrders, FetchPositions, Query
from .reads import AccountRead

AccountAnswer: TypeAlias = (
    OrderReport
    | tuple[OrderReport, ...]
    | tuple[Fill, ...]
    | tuple[Holding, ...]
    | tuple[Position, ...]
    | None
)

SIMULATED: Final = "the simulated venue"


def read_account(venue: VenueFace, read: AccountRead, now: Millis) -> AccountAnswer:
    """The answer. Raises NotListed, or NotOffered where a venue without funds is asked for them."""
    match read:
        case Query():
            return venue.query(read.client_id, read.symbol)
        case FetchOpenOrders():
            _listed(venue, read.symbol)
            return venue.open_orders(read.symbol)
        case FetchFills():
            _listed(venue, read.symbol)
            return venue.fills(read.symbol, read.since)
        case FetchHoldings():
            holdings = venue.holdings()
            if holdings is None:
                raise NotOffered("the account", "holdings", ("a venue that was given funds",))
            return holdings
        case FetchPositions():
            return venue.positions(now)


def _listed(venue: VenueFace, symbol: str) -> None:
    if symbol not in venue.symbols:
        raise NotListed(SIMULATED, symbol, close=venue.symbols[:3])
