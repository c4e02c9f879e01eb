"""What OKX, Kraken and HTX answer to REST requests; `answers` has the rest, and says what for."""

from __future__ import annotations

from typing import Any

START = 1_767_225_600_000  # ms
PRICE, SIZE, LONG = "60000.1", "0.12345678", "123456789.123456789"

Answers = dict[str, Any]


def okx() -> Answers:
    def said(*rows: Any) -> Any:
        return {"code": "0", "msg": "", "data": list(rows)}

    order: dict[str, Any] = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "ordId": "42",
        "clOrdId": "abc",
        "px": PRICE,
        "sz": "0.5",
        "ordType": "limit",
        "side": "buy",
        "accFillSz": "0.25",
        "fillPx": PRICE,
        "fillSz": "0.25",
        "avgPx": PRICE,
        "state": "partially_filled",
        "feeCcy": "BTC",
        "fee": "-0.00025",
        "lever": "",
        "rebateCcy": "USDT",
        "rebate": "0",
        "cTime": str(START),
        "uTime": str(START + 5),
        "tgtCcy": "",
    }
    trade = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "tradeId": "7",
        "ordId": "42",
        "clOrdId": "abc",
        "fillPx": PRICE,
        "fillSz": SIZE,
        "side": "buy",
        "execType": "M",
        "feeCcy": "BTC",
        "fee": "0.000012",
        "ts": str(START),
    }
    ticker = {
        "instType": "SPOT",
        "instId": "BTC-USDT",
        "last": PRICE,
        "lastSz": SIZE,
        "askPx": "60000.2",
        "askSz": "1",
        "bidPx": PRICE,
        "bidSz": SIZE,
        "open24h": "59000",
        "high24h": "61000",
        "low24h": "58000",
        "volCcy24h": "1",
        "vol24h": LONG,
        "ts": str(START),
    }
    detail = {
        "ccy": "BTC",
        "cashBal": LONG,
        "availBal": "7.5",
        "frozenBal": "0.1",
        "eq": LONG,
        "availEq": "7.5",
        "uTime": str(START),
    }
    return {
        "/market/ticker": said(ticker),
        "candles": said([str(START), "1.5", "2", "1.25", "1.75", LONG, "1", "1", "1"]),
        "/market/trades": said(
            {
                "instId": "BTC-USDT",
                "tradeId": "9",
                "px": PRICE,
                "sz": SIZE,
                "side": "sell",
                "ts": str(START),
            }
        ),
        "/market/books": said(
            {
                "asks": [["60000.2", "1", "0", "1"]],
                "bids": [[PRICE, SIZE, "0", "1"]],
                "ts": str(START),
            }
        ),
        "/account/balance": said({"details": [detail], "uTime": str(START), "totalEq": "1"}),
        "/trade/orders-pending": said(order),
        "/trade/fills": said(trade),
        "/trade/order": said(
            {"clOrdId": "abc", "ordId": "42", "tag": "", "sCode": "0", "sMsg": ""}
        ),
        "/trade/batch-orders": said(
            {"clOrdId": "abc", "ordId": "42", "tag": "", "sCode": "0", "sMsg": ""}
        ),
    }


def kraken() -> Answers:
    def said(result: Any) -> Any:
        return {"error": [], "result": result}

    order: dict[str, Any] = {
        "refid": None,
        "userref": 0,
        "cl_ord_id": "a-1",
        "status": "open",
        "opentm": START / 1000,
        "starttm": 0,
        "expiretm": 0,
        "descr": {
            "pair": "XXBTZUSD",
            "type": "buy",
            "ordertype": "limit",
            "price": PRICE,
            "price2": "0",
            "leverage": "none",
            "order": "buy 0.5 XBTUSD @ limit 60000.1",
            "close": "",
        },
        "vol": "0.50000000",
        "vol_exec": "0.25000000",
        "cost": "15000.0",
        "fee": "24.0",
        "price": PRICE,
        "misc": "",
        "oflags": "fciq",
        "trades": [],
    }
    trade = {
        "ordertxid": "OQ",
        "postxid": "TK",
        "pair": "XXBTZUSD",
        "time": START / 1000,
        "type": "buy",
        "ordertype": "limit",
        "price": PRICE,
        "cost": "7407.4",
        "fee": "11.85",
        "vol": SIZE,
        "margin": "0",
        "misc": "",
        "trade_id": 7,
        "maker": True,
    }
    ticker = {
        "a": ["60000.2", "1", "1.000"],
        "b": [PRICE, "1", "1.000"],
        "c": [PRICE, SIZE],
        "v": ["1", LONG],
        "p": ["1", "59999.5"],
        "t": [1, 2],
        "l": ["1", "58000"],
        "h": ["1", "61000"],
        "o": "59000",
    }
    return {
        "/public/Ticker": said({"XXBTZUSD": ticker}),
        "/public/OHLC": said(
            {"XXBTZUSD": [[START // 1000, "1.5", "2", "1.25", "1.75", "1.6", LONG, 3]], "last": 1}
        ),
        "/public/Trades": said(
            {"XXBTZUSD": [[PRICE, SIZE, START / 1000, "s", "m", "", 9]], "last": "1"}
        ),
        "/public/Depth": said(
            {
                "XXBTZUSD": {
                    "asks": [["60000.2", "1.0", START // 1000]],
                    "bids": [[PRICE, SIZE, START // 1000]],
                }
            }
        ),
        "/private/Balance": said({"XXBT": {"balance": LONG, "hold_trade": "0.1"}}),
        "/private/OpenOrders": said({"open": {"OQ": order}}),
        "/private/TradesHistory": said({"trades": {"TX": trade}, "count": 1}),
        "/private/AddOrder": said(
            {"descr": {"order": "buy 0.50000000 XBTUSD @ limit 60000.1"}, "txid": ["OQ"]}
        ),
    }


def htx() -> Answers:
    def said(**fields: Any) -> Any:
        return {"status": "ok", "ts": START, **fields}

    tick = {
        "id": 1,
        "open": 59000.1,
        "close": 60000.1,
        "low": 58000.5,
        "high": 61000.25,
        "amount": 12.3456789,
        "vol": 1.5,
        "count": 3,
        "bid": [60000.1, 0.5],
        "ask": [60000.2, 1.5],
    }
    order: Any = {
        "id": 42,
        "symbol": "btcusdt",
        "account-id": 1,
        "client-order-id": "bn-1",
        "amount": "0.5",
        "price": PRICE,
        "created-at": START,
        "type": "buy-limit",
        "filled-amount": "0.25",
        "filled-cash-amount": "15000.025",
        "filled-fees": "0.0005",
        "source": "api",
        "state": "partial-filled",
    }
    trade = {
        "id": 7,
        "symbol": "btcusdt",
        "order-id": 42,
        "match-id": 8,
        "trade-id": 9,
        "price": PRICE,
        "created-at": START,
        "type": "buy-limit",
        "filled-amount": SIZE,
        "filled-fees": "0.00002",
        "fee-currency": "btc",
        "filled-points": "0.0",
        "fee-deduct-currency": "",
        "role": "maker",
        "source": "api",
    }
    row = {
        "id": START // 1000,
        "open": 1.5,
        "close": 1.75,
        "low": 1.25,
        "high": 2.5,
        "amount": 12.3456789,
        "vol": 1.5,
        "count": 3,
    }
    one = {
        "id": 1,
        "ts": START,
        "data": [
            {
                "id": 9,
                "trade-id": 9,
                "ts": START,
                "amount": 0.12345678,
                "price": 60000.1,
                "direction": "sell",
            }
        ],
    }
    held = [
        {"currency": "btc", "type": "trade", "balance": LONG},
        {"currency": "btc", "type": "frozen", "balance": "0.1"},
    ]
    return {
        "/market/detail/merged": said(ch="x", tick=tick),
        "/market/history/kline": said(ch="x", data=[row]),
        "/market/history/candles": said(ch="x", data=[row]),
        "/market/history/trade": said(ch="x", data=[one]),
        "/market/depth": said(
            ch="x",
            tick={"bids": [[60000.1, 0.5]], "asks": [[60000.2, 1.5]], "ts": START, "version": 5},
        ),
        "/v1/account/accounts/1/balance": said(
            data={"id": 1, "type": "spot", "state": "working", "list": held}
        ),
        "/v1/account/accounts": said(
            data=[{"id": 1, "type": "spot", "subtype": "", "state": "working"}]
        ),
        "/v1/order/openOrders": said(data=[order]),
        "/v1/order/matchresults": said(data=[trade]),
        "/v1/order/orders/place": said(data="42"),
    }
