"""What venues answer to REST requests, by a part of the request's target; and the calls that ask.

Both sides of the comparison use it: the test process, and the child that runs ccxt as it is. The
forms are those of the venues' own documentation; the numbers are made up, some with many digits.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

FOLDER = f"{__package__}." if __package__ else ""  # none in the child, where this is a script's
feed: Any = import_module(f"{FOLDER}feed")
more: Any = import_module(f"{FOLDER}answers_more")

START: int = more.START
PRICE, SIZE, LONG = str(more.PRICE), str(more.SIZE), str(more.LONG)

Answers = dict[str, Any]


def binance(family: str) -> Answers:
    is_spot = family == "spot"
    name = "BTCUSD_PERP" if family == "delivery" else "BTCUSDT"
    base = {"spot": "/api/v3", "future": "/fapi/v1", "delivery": "/dapi/v1"}[family]
    ticker = {
        "symbol": name,
        "priceChange": "1.5",
        "priceChangePercent": "0.01",
        "weightedAvgPrice": PRICE,
        "lastPrice": PRICE,
        "lastQty": SIZE,
        "bidPrice": PRICE,
        "askPrice": "60000.2",
        "openPrice": "59000",
        "highPrice": "61000",
        "lowPrice": "58000",
        "volume": LONG,
        "quoteVolume": "1",
        "baseVolume": "7",
        "openTime": START,
        "closeTime": START + 1,
        "count": 3,
    }
    order: dict[str, Any] = {
        "symbol": name,
        "orderId": 42,
        "clientOrderId": "bn-1",
        "price": PRICE,
        "origQty": "0.5",
        "executedQty": "0.25",
        "cummulativeQuoteQty": "15000.025",
        "cumQuote": "15000.025",
        "cumBase": "0.0004",
        "avgPrice": PRICE,
        "status": "PARTIALLY_FILLED",
        "timeInForce": "GTC",
        "type": "LIMIT",
        "side": "BUY",
        "stopPrice": "0",
        "time": START,
        "updateTime": START + 5,
        "workingTime": START,
        "transactTime": START,
    }
    full = {
        "fills": [
            {
                "price": PRICE,
                "qty": "0.25",
                "commission": "0.00001",
                "commissionAsset": "BNB",
                "tradeId": 56,
            }
        ]
    }
    trade = {
        "symbol": name,
        "id": 7,
        "orderId": 42,
        "price": PRICE,
        "qty": SIZE,
        "quoteQty": "7407.4",
        "baseQty": "0.1",
        "commission": "-0.00000012",
        "commissionAsset": "BNB",
        "time": START,
        "isBuyer": True,
        "buyer": True,
        "side": "BUY",
        "maker": True,
        "isMaker": True,
    }
    account = {
        "balances": [{"asset": "BTC", "free": LONG, "locked": "0.1"}],
        "updateTime": START,
        "assets": [
            {
                "asset": "BTC",
                "walletBalance": LONG,
                "marginBalance": LONG,
                "initialMargin": "0.1",
                "availableBalance": "7.123",
                "maintMargin": "0",
            }
        ],
        "positions": [],
    }
    tickers = [ticker] if family == "delivery" else ticker
    agg = {"a": 1, "p": PRICE, "q": SIZE, "f": 1, "l": 1, "T": START, "m": True, "M": True}
    orders, trades = ("myTrades", "openOrders")[::-1] if is_spot else ("openOrders", "userTrades")
    return {
        f"{base}/ticker/24hr": tickers,
        f"{base}/klines": [
            [START, "1.5", "2", "1.25", "1.75", LONG, START + 59_999, "1", 1, "1", "1", "0"]
        ],
        f"{base}/aggTrades": [agg],
        f"{base}/depth": json.loads(feed.snapshot()),
        "/account": account,
        f"{base}/{orders}": [order],
        f"{base}/{trades}": [trade],
        f"{base}/order?": {**order, **(full if is_spot else {})},
        f"{base}/order": {**order, **(full if is_spot else {})},
    }


def bybit() -> Answers:
    def said(result: Any) -> Any:
        return {"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": START}

    def listed(*rows: Any, **more: Any) -> Any:
        return said({"category": "spot", "list": list(rows), "nextPageCursor": "", **more})

    order: dict[str, Any] = {
        "orderId": "42",
        "orderLinkId": "bn-1",
        "symbol": "BTCUSDT",
        "price": PRICE,
        "qty": "0.5",
        "side": "Buy",
        "orderStatus": "PartiallyFilled",
        "avgPrice": PRICE,
        "leavesQty": "0.25",
        "cumExecQty": "0.25",
        "cumExecValue": "15000.025",
        "cumExecFee": "0.00025",
        "timeInForce": "GTC",
        "orderType": "Limit",
        "createdTime": str(START),
        "updatedTime": str(START + 5),
        "triggerPrice": "0",
    }
    trade = {
        "symbol": "BTCUSDT",
        "orderId": "42",
        "orderLinkId": "bn-1",
        "side": "Buy",
        "orderType": "Limit",
        "execFee": "0.000012",
        "feeCurrency": "BTC",
        "execId": "7",
        "execPrice": PRICE,
        "execQty": SIZE,
        "execTime": str(START),
        "isMaker": False,
        "execType": "Trade",
    }
    coin = {
        "coin": "BTC",
        "walletBalance": LONG,
        "locked": "0.1",
        "equity": LONG,
        "free": "",
        "availableToWithdraw": "1",
        "borrowAmount": "0",
        "totalOrderIM": "0",
        "totalPositionIM": "0",
    }
    ticker = {
        "symbol": "BTCUSDT",
        "bid1Price": PRICE,
        "bid1Size": SIZE,
        "ask1Price": "60000.2",
        "ask1Size": "1",
        "lastPrice": PRICE,
        "prevPrice24h": "59000",
        "price24hPcnt": "0.01",
        "highPrice24h": "61000",
        "lowPrice24h": "58000",
        "turnover24h": "1",
        "volume24h": LONG,
    }
    return {
        "/market/tickers": listed(ticker),
        "/market/kline": listed([str(START), "1.5", "2", "1.25", "1.75", LONG, "1"]),
        "/market/recent-trade": listed(
            {
                "execId": "9",
                "symbol": "BTCUSDT",
                "price": PRICE,
                "size": SIZE,
                "side": "Sell",
                "time": str(START),
                "isBlockTrade": False,
            }
        ),
        "/market/orderbook": said(
            {
                "s": "BTCUSDT",
                "b": [[PRICE, SIZE]],
                "a": [["60000.2", "1"]],
                "ts": START,
                "u": 5,
                "seq": 6,
            }
        ),
        "/user/query-api": said({"unified": 0, "uta": 1}),
        "/account/info": said({"unifiedMarginStatus": 4}),
        "/account/wallet-balance": listed(
            {"accountType": "UNIFIED", "coin": [coin], "totalEquity": "1"}
        ),
        "/order/realtime": listed(order),
        "/execution/list": listed(trade),
        "/order/create": said({"orderId": "42", "orderLinkId": "bn-1"}),
    }


VENUES: dict[str, Any] = {
    "binance": lambda: binance("spot"),
    "binanceusdm": lambda: binance("future"),
    "binancecoinm": lambda: binance("delivery"),
    "bybit": bybit,
    "okx": more.okx,
    "kraken": more.kraken,
    "htx": more.htx,
}


def body(venue: str, target: str) -> str:
    """The answer to a request, by the longest part that is known of its target."""
    known = VENUES[venue]()
    matching = [part for part in known if part in target]
    if not matching:
        return json.dumps({"nobody": f"asked for this: {target}"})
    return json.dumps(known[max(matching, key=len)])


def config(venue: str) -> dict[str, Any]:
    """What a client that has an account is given."""
    known: dict[str, Any] = feed.config(venue)
    for market in known["markets"].values():
        market["info"] = {"wsname": "XBT/USD", "orderTypes": ["LIMIT", "MARKET"]}
        market["altname"] = "XBTUSD"
    keys = {"apiKey": "key", "secret": "c2VjcmV0", "password": "word"}
    return {**known, **keys}


def calls(exchange: Any, venue: str) -> list[tuple[str, Any, tuple[Any, ...]]]:
    """What is asked: a name, the method, its arguments."""
    name = feed.symbol(venue)
    asked = (
        ("fetch_ticker", (name,)),
        ("fetch_ohlcv", (name, "1m")),
        ("fetch_trades", (name,)),
        ("fetch_order_book", (name,)),
        ("fetch_balance", ()),
        ("fetch_open_orders", (name,)),
        ("fetch_my_trades", (name,)),
        ("create_order", (name, "limit", "buy", 0.5, 60_000.1)),
    )
    return [(method, getattr(exchange, method), arguments) for method, arguments in asked]
