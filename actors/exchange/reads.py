"""Which messages are reads: of the account, and of a market, which anybody may ask for."""

from __future__ import annotations

from typing import Final, TypeAlias, get_args

from .messages import (
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
)

AccountRead: TypeAlias = Query | FetchOpenOrders | FetchFills | FetchHoldings | FetchPositions
MarketRead: TypeAlias = (
    FetchBook
    | FetchCandles
    | FetchForming
    | FetchFunding
    | FetchListings
    | FetchOpenInterest
    | FetchTicker
    | FetchTrades
)

ACCOUNT_READS: Final[tuple[type[AccountRead], ...]] = get_args(AccountRead)
MARKET_READS: Final[tuple[type[MarketRead], ...]] = get_args(MarketRead)
PAGED: Final = (FetchFills, FetchCandles, FetchTrades)  # those that may take several requests
