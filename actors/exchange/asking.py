"""Which method of an adapter carries out which request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from .adapters.adapter import Adapter
from .adapters.paging import Pages
from .messages import (
    Cancel,
    FetchBook,
    FetchCandles,
    FetchFills,
    FetchForming,
    FetchFunding,
    FetchHoldings,
    FetchListings,
    FetchOpenInterest,
    FetchOpenOrders,
    FetchPositions,
    FetchTicker,
    FetchTrades,
    Query,
    Submit,
)
from .reads import AccountRead, MarketRead

Read: TypeAlias = AccountRead | MarketRead
Request: TypeAlias = Submit | Cancel | Read
Call: TypeAlias = Callable[[], Awaitable[Any]]

BY_FIELDS: Final[Mapping[type[Any], str]] = MappingProxyType(
    {
        FetchBook: "book",
        FetchCandles: "candles",
        FetchFills: "fills",
        FetchForming: "forming",
        FetchFunding: "funding",
        FetchHoldings: "holdings",
        FetchOpenInterest: "open_interest",
        FetchOpenOrders: "open_orders",
        FetchPositions: "positions",
        FetchTicker: "ticker",
        FetchTrades: "trades",
    }
)
"""Methods that take the exchange, and then the fields of the question in their order."""


def call_of(
    adapter: Adapter, exchange: Any, request: Request, venue_id: str | None, pages: Pages
) -> Call:
    """What has to be awaited for the answer.

    venue_id: of an order, where the venue told it. pages: kept from one attempt to the next.
    """
    if isinstance(request, Submit):
        return partial(adapter.submit, exchange, request)
    if isinstance(request, Cancel):
        return partial(adapter.cancel, exchange, request, venue_id)
    if isinstance(request, Query):
        return partial(adapter.query, exchange, request, venue_id)
    if isinstance(request, FetchListings):
        return partial(_given, adapter, exchange)
    method = getattr(adapter, BY_FIELDS[type(request)])
    fields = (getattr(request, name) for name in request.__struct_fields__)
    if isinstance(request, (FetchCandles, FetchTrades)):
        return partial(method, exchange, *fields, pages)
    return partial(method, exchange, *fields)


async def _given(adapter: Adapter, exchange: Any) -> Any:
    """The markets are there already."""
    return adapter.listings(exchange)
