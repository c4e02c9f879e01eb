"""What both clients of the ccxt benchmark are given: one market, addresses, what is watched."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Final

SYMBOL: Final = "BTC/USDT"


def config(port: int) -> dict[str, Any]:
    """The configuration of Binance's client, with one market that need not be loaded."""
    rest, socket = f"http://127.0.0.1:{port}/api/v3", f"ws://127.0.0.1:{port}/ws"
    return {
        "enableRateLimit": False,
        "urls": {"api": {"public": rest, "ws": {"spot": socket}}},
        "markets": {SYMBOL: market()},
        "options": {"defaultType": "spot", "watchTicker": {"name": "bookTicker"}},
    }


def market() -> dict[str, Any]:
    """As ccxt holds a market of Binance's."""
    kinds = dict.fromkeys(("margin", "swap", "future", "option", "linear", "inverse"), False)
    steps = {"amount": 1e-05, "price": 0.01}
    return {
        "id": "BTCUSDT",
        "lowercaseId": "btcusdt",
        "symbol": SYMBOL,
        "base": "BTC",
        "quote": "USDT",
        "baseId": "BTC",
        "quoteId": "USDT",
        "type": "spot",
        "active": True,
        "contract": False,
        "spot": True,
        **kinds,
        "precision": steps,
        "limits": {},
        "info": {},
    }


def watcher(exchange: Any, kind: str) -> Awaitable[Any]:
    """What is awaited once for a look at the latest."""
    if kind == "trade":
        trades: Awaitable[Any] = exchange.watch_trades(SYMBOL)
        return trades
    if kind == "kline":
        candles: Awaitable[Any] = exchange.watch_ohlcv(SYMBOL, "1m")
        return candles
    quotes: Awaitable[Any] = exchange.watch_bids_asks([SYMBOL])
    return quotes
