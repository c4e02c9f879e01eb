"""The forms of ccxt's unified structures, filled in: what a test changes is what it is about."""

from __future__ import annotations

from typing import Any

from benthic.runtime.clock import Millis

NOW = Millis(1_767_225_600_000)
SYMBOL = "BTC/USDT"


def a_fee(cost: str = "0.1", asset: str = "BNB") -> dict[str, Any]:
    return {"cost": cost, "currency": asset, "rate": None}


def a_trade() -> dict[str, Any]:
    return {
        "id": "7",
        "order": "42",
        "symbol": SYMBOL,
        "side": "buy",
        "price": "100.5",
        "amount": "0.25",
        "timestamp": NOW - 5,
        "fee": a_fee(),
        "fees": [a_fee()],
        "takerOrMaker": "taker",
        "type": None,
        "cost": "25.125",
        "info": {},
    }


def an_order() -> dict[str, Any]:
    return {
        "id": "42",
        "clientOrderId": "bn-1",
        "symbol": SYMBOL,
        "side": "buy",
        "type": "limit",
        "status": "open",
        "amount": "1",
        "filled": "0.25",
        "price": "101",
        "average": "100.5",
        "timestamp": NOW - 10,
        "lastUpdateTimestamp": NOW - 5,
        "lastTradeTimestamp": None,
        "timeInForce": "GTC",
        "triggerPrice": None,
        "stopPrice": None,
        "info": {},
        "stopLossPrice": None,
        "takeProfitPrice": None,
        "trades": [a_trade()],
    }


def a_ticker() -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "timestamp": NOW,
        "last": "100",
        "bid": "99.9",
        "ask": "100.1",
        "high": "110",
        "low": "90",
        "open": "95",
        "baseVolume": "12",
        "quoteVolume": "1200",
        "markPrice": None,
        "indexPrice": None,
        "info": {},
    }


def a_book() -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "timestamp": NOW,
        "nonce": 5,
        "bids": [[99.9, 1.0], [99.8, 2.0]],
        "asks": [[100.1, 1.0], [100.2, 2.0]],
    }


def a_balance() -> dict[str, Any]:
    return {
        "info": {},
        "timestamp": NOW,
        "free": {"BTC": "1"},
        "used": {},
        "total": {},
        "BTC": {"free": "1", "used": "0.5", "total": "1.5"},
        "USDT": {"free": "10", "used": None, "total": "12"},
    }


def a_position() -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "side": "long",
        "contracts": "2",
        "entryPrice": "100",
        "timestamp": NOW,
        "markPrice": "101",
        "leverage": "20",
        "marginMode": "cross",
        "collateral": "10",
        "unrealizedPnl": "-2",
        "liquidationPrice": "0",
    }


def a_funding() -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "fundingRate": "0.0001",
        "timestamp": NOW,
        "markPrice": "100",
        "nextFundingTimestamp": NOW + 1_000,
        "fundingTimestamp": None,
    }


def an_open_interest() -> dict[str, Any]:
    return {
        "symbol": SYMBOL,
        "openInterestAmount": "8123.5",
        "openInterestValue": None,
        "timestamp": NOW,
    }


def a_market() -> dict[str, Any]:
    return {
        "id": "BTCUSDT",
        "symbol": SYMBOL,
        "base": "BTC",
        "quote": "USDT",
        "settle": None,
        "contract": False,
        "option": False,
        "active": True,
        "maker": "0.001",
        "taker": "0.001",
        "precision": {"amount": "0.00001", "price": "0.01"},
        "contractSize": None,
        "limits": {"amount": {"min": "0.00001", "max": "9000"}, "cost": {"min": "5"}},
    }


def a_candle() -> list[Any]:
    return [NOW - 60_000, "100", "110", "90", "105", "3"]
