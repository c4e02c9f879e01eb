"""What venues send: subscriptions told apart, and the frames that answer each; seeded by number.

Both sides of the comparison use it: the test process, and the child that runs ccxt as it is.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

START = 1_767_225_600_000  # ms
EACH = 750  # frames of a kind
SNAPSHOT = 100  # the update id of the book that REST gives

Frames = Iterator[Any]


def price(number: int) -> str:
    return f"{60_000 + (number * 7919) % 500}.{number % 10}"


def size(number: int) -> str:
    return f"{(number * 31) % 97 / 100:.2f}"


def levels(number: int, side: int) -> list[list[str]]:
    """Three changes of a book; some remove a level, none crosses the other side."""
    return [[str(60_000 + side * (1 + (number * k) % 40)), size(number + k)] for k in (1, 3, 7)]


def binance(family: str) -> dict[str, Callable[[int], Any]]:
    name = "BTCUSD_PERP" if family == "delivery" else "BTCUSDT"

    def trade(n: int) -> Any:
        at = START + n
        return {"e": "trade", "E": at, "s": name, "t": n, "p": price(n), "q": size(n + 1), "T": at,
                "m": n % 2 == 0, "M": True, "X": "MARKET"}  # fmt: skip

    def candle(n: int) -> Any:
        begin = START + n // 3 * 60_000
        k = {"t": begin, "T": begin + 59_999, "s": name, "i": "1m", "f": 1, "L": 9, "o": price(n),
             "c": price(n + 1), "h": "60999.9", "l": "59000.1", "v": size(n), "n": 9, "x": False,
             "q": "1.1", "V": "1.0", "Q": "1.0", "B": "0"}  # fmt: skip
        return {"e": "kline", "E": START + n, "s": name, "k": k}

    def book(n: int) -> Any:
        first = SNAPSHOT + 1 + (n - 1) * 3
        return {"e": "depthUpdate", "E": START + n, "T": START + n, "s": name, "U": first,
                "u": first + 2, "pu": first - 1, "b": levels(n, -1), "a": levels(n, 1)}  # fmt: skip

    def ticker(n: int) -> Any:
        return {"e": "24hrMiniTicker", "E": START + n, "s": name, "c": price(n), "o": "59000.1",
                "h": "60999.9", "l": "59000.1", "v": size(n), "q": "1"}  # fmt: skip

    return {"@trade": trade, "@kline": candle, "@depth": book, "@miniTicker": ticker}


def bybit() -> dict[str, Callable[[int], Any]]:
    def trade(n: int) -> Any:
        one = {"T": START + n, "s": "BTCUSDT", "S": "Buy" if n % 2 else "Sell", "v": size(n + 1),
               "p": price(n), "L": "PlusTick", "i": f"id-{n}", "BT": False}  # fmt: skip
        topic = "publicTrade.BTCUSDT"
        return {"topic": topic, "type": "snapshot", "ts": START + n, "data": [one]}

    def candle(n: int) -> Any:
        begin = START + n // 3 * 60_000
        one = {"start": begin, "end": begin + 59_999, "interval": "1", "open": price(n),
               "close": price(n + 1), "high": "60999", "low": "59000", "volume": size(n),
               "turnover": "1", "confirm": False, "timestamp": START + n}  # fmt: skip
        topic = "kline.1.BTCUSDT"
        return {"topic": topic, "data": [one], "ts": START + n, "type": "snapshot"}

    def book(n: int) -> Any:
        data = {"s": "BTCUSDT", "b": levels(n, -1), "a": levels(n, 1), "u": n, "seq": n}
        kind = "snapshot" if n == 1 else "delta"
        topic = "orderbook.50.BTCUSDT"
        return {"topic": topic, "type": kind, "ts": START + n, "data": data, "cts": START + n}

    def ticker(n: int) -> Any:
        data = {"symbol": "BTCUSDT", "lastPrice": price(n), "highPrice24h": "60999",
                "lowPrice24h": "59000", "prevPrice24h": "59500", "volume24h": size(n),
                "turnover24h": "5", "price24hPcnt": "0.01", "usdIndexPrice": "60000"}  # fmt: skip
        topic = "tickers.BTCUSDT"
        return {"topic": topic, "ts": START + n, "type": "snapshot", "cs": n, "data": data}

    return {"publicTrade": trade, "kline": candle, "orderbook": book, "tickers": ticker}


def okx() -> dict[str, Callable[[int], Any]]:
    def said(channel: str, one: Any, **more: Any) -> Any:
        return {"arg": {"channel": channel, "instId": "BTC-USDT"}, **more, "data": [one]}

    def trade(n: int) -> Any:
        return said("trades", {"instId": "BTC-USDT", "tradeId": str(n), "px": price(n),
                               "sz": size(n + 1), "side": "buy", "ts": str(START + n)})  # fmt: skip

    def candle(n: int) -> Any:
        begin = str(START + n // 3 * 60_000)
        one = [begin, price(n), "60999", "59000", price(n + 1), size(n), "1", "1", "0"]
        return said("candle1m", one)

    def book(n: int) -> Any:
        bids, asks = ([[*each, "0", "1"] for each in levels(n, side)] for side in (-1, 1))
        one = {"asks": asks, "bids": bids, "ts": str(START + n), "checksum": 1, "seqId": n,
               "prevSeqId": -1 if n == 1 else n - 1}  # fmt: skip
        return said("books", one, action="snapshot" if n == 1 else "update")

    def ticker(n: int) -> Any:
        return said("tickers", {"instType": "SPOT", "instId": "BTC-USDT", "last": price(n),
                                "lastSz": size(n), "askPx": "61000", "askSz": "1",
                                "bidPx": price(n), "bidSz": "1", "open24h": "59000",
                                "high24h": "60999", "low24h": "59000", "sodUtc0": "1",
                                "sodUtc8": "1", "volCcy24h": "1", "vol24h": size(n),
                                "ts": str(START + n)})  # fmt: skip

    return {'"trades': trade, '"candle': candle, '"books': book, '"tickers': ticker}


def kraken() -> dict[str, Callable[[int], Any]]:
    def at(n: int) -> str:
        return f"2026-01-01T{n // 60 % 24:02}:{n % 60:02}:00.000000Z"

    def said(channel: str, kind: str, one: Any) -> Any:
        return {"channel": channel, "type": kind, "data": [{"symbol": "BTC/USD", **one}]}

    def trade(n: int) -> Any:
        one = {"side": "sell", "price": float(price(n)), "qty": float(size(n + 1)),
               "ord_type": "market", "trade_id": n, "timestamp": at(n)}  # fmt: skip
        return said("trade", "update", one)

    def candle(n: int) -> Any:
        one = {"open": float(price(n)), "high": 60999.1, "low": 59000.1, "trades": n,
               "close": float(price(n + 1)), "volume": float(size(n)), "vwap": 60000.1,
               "interval_begin": at(n // 3), "interval": 1, "timestamp": at(n)}  # fmt: skip
        return said("ohlc", "update", one)

    def book(n: int) -> Any:
        bids, asks = (
            [{"price": float(p), "qty": float(q)} for p, q in levels(n, side)] for side in (-1, 1)
        )
        one = {"bids": bids, "asks": asks, "checksum": 1, "timestamp": at(n)}
        return said("book", "snapshot" if n == 1 else "update", one)

    def ticker(n: int) -> Any:
        one = {"bid": float(price(n)), "bid_qty": 1.5, "ask": 61000.1, "ask_qty": 1.5,
               "last": float(price(n)), "volume": float(size(n)), "vwap": 60000.1, "low": 59000.1,
               "high": 60999.1, "change": 1.5, "change_pct": 0.1}  # fmt: skip
        return said("ticker", "update", one)

    return {'"trade"': trade, '"ohlc"': candle, '"book"': book, '"ticker"': ticker}


def htx() -> dict[str, Callable[[int], Any]]:
    def said(what: str, n: int, tick: Any) -> Any:
        return {"ch": f"market.btcusdt.{what}", "ts": START + n, "tick": tick}

    def trade(n: int) -> Any:
        one = {"id": n, "ts": START + n, "tradeId": n, "amount": float(size(n + 1)),
               "price": float(price(n)), "direction": "buy"}  # fmt: skip
        return said("trade.detail", n, {"id": n, "ts": START + n, "data": [one]})

    def candle(n: int) -> Any:
        return said("kline.1min", n, {"id": START // 1000 + n // 3 * 60, "open": float(price(n)),
                                      "close": float(price(n + 1)), "low": 59000.1,
                                      "high": 60999.1, "amount": float(size(n)), "vol": 1.1,
                                      "count": n})  # fmt: skip

    def ticker(n: int) -> Any:
        return said("detail", n, {"id": n, "open": 59000.1, "close": float(price(n)), "low": 1.1,
                                  "high": 60999.1, "amount": float(size(n)), "vol": 1.1,
                                  "count": n, "version": n})  # fmt: skip

    return {"trade.detail": trade, "kline": candle, "btcusdt.detail": ticker}


VENUES: dict[str, Callable[[], dict[str, Callable[[int], Any]]]] = {
    "binance": lambda: binance("spot"),
    "binanceusdm": lambda: binance("future"),
    "binancecoinm": lambda: binance("delivery"),
    "bybit": bybit,
    "okx": okx,
    "kraken": kraken,
    "htx": htx,
}


def answer(venue: str, asked: str) -> list[str | bytes]:
    """The frames that follow a subscription; none where it asks for nothing that is fed."""
    for needle, frame in VENUES[venue]().items():
        if needle in asked:
            texts = [json.dumps(frame(n)) for n in range(1, EACH + 1)]
            if venue.startswith("binance"):
                texts.insert(0, json.dumps({"result": None, "id": json.loads(asked)["id"]}))
            return [gzip.compress(text.encode()) if venue == "htx" else text for text in texts]
    return []


def snapshot() -> str:
    """The book that REST gives to Binance's clients."""
    rows = ([[str(60_000 + side * k), "1.5"] for k in range(1, 30)] for side in (-1, 1))
    bids, asks = rows
    return json.dumps(
        {"lastUpdateId": SNAPSHOT, "E": START, "T": START, "bids": bids, "asks": asks}
    )


IDS = {"okx": "BTC-USDT", "kraken": "XXBTZUSD", "htx": "btcusdt", "binancecoinm": "BTCUSD_PERP"}
SYMBOLS = {
    "binanceusdm": "BTC/USDT:USDT",
    "binancecoinm": "BTC/USD:BTC",
    "kraken": "BTC/USD",
}


def symbol(venue: str) -> str:
    return SYMBOLS.get(venue, "BTC/USDT")


def config(venue: str) -> dict[str, Any]:
    """What a client of the venue is given: one market, and `options` that need no checksums."""
    name = symbol(venue)
    quote, _, settle = name.partition("/")[2].partition(":")
    market = {
        "id": IDS.get(venue, "BTCUSDT"),
        "lowercaseId": IDS.get(venue, "BTCUSDT").lower(),
        "symbol": name,
        "base": "BTC",
        "quote": quote,
        "settle": settle or None,
        "baseId": "BTC",
        "quoteId": quote,
        "type": "swap" if settle else "spot",
        "spot": not settle,
        "swap": bool(settle),
        "margin": False,
        "future": False,
        "option": False,
        "contract": bool(settle),
        "contractSize": 100 if venue == "binancecoinm" else 1,
        "linear": settle == "USDT" if settle else None,
        "inverse": settle == "BTC" if settle else None,
        "active": True,
        "precision": {"amount": 1e-08, "price": 0.1},
        "limits": {},
        "info": {"wsname": "XBT/USD"},
    }
    return {
        "enableRateLimit": False,
        "markets": {name: market},
        "options": {
            "defaultType": "swap" if settle else "spot",
            "watchOrderBook": {"checksum": False},
            "checksum": False,
            "tradesLimit": 5_000,
            "OHLCVLimit": 5_000,
        },
    }


def point(urls: Any, port: int) -> Any:
    """All addresses of an exchange, turned to the test's own server; what stands behind stays."""
    if isinstance(urls, dict):
        return {key: point(value, port) for key, value in urls.items()}
    if isinstance(urls, list):
        return [point(value, port) for value in urls]
    if not isinstance(urls, str) or "://" not in urls:
        return urls
    scheme, _, rest = urls.partition("://")
    path = rest.partition("/")[2]
    return f"{'ws' if scheme.startswith('ws') else 'http'}://127.0.0.1:{port}/{path}"


def watches(exchange: Any, venue: str) -> list[tuple[Any, tuple[Any, ...]]]:
    """The methods to call, each with its arguments."""
    name = symbol(venue)
    kinds = [
        (exchange.watch_trades, (name,)),
        (exchange.watch_ohlcv, (name, "1m")),
        (exchange.watch_ticker, (name,)),
    ]
    return kinds if venue == "htx" else [*kinds, (exchange.watch_order_book, (name,))]


def wanted(venue: str) -> int:
    """The frames that a client of the venue is sent in all."""
    if venue.startswith("binance"):
        return (EACH + 1) * 4  # each subscription is answered
    return EACH * (3 if venue == "htx" else 4)


def state(exchange: Any, venue: str) -> dict[str, Any]:
    """All that an exchange remembers of what it was told, as JSON would have it."""
    name = symbol(venue)
    books = {key: dict(book) for key, book in exchange.orderbooks.items()}
    candles = {key: list(rows) for key, rows in exchange.ohlcvs.get(name, {}).items()}
    said = {
        "trades": list(exchange.trades.get(name, [])),
        "candles": candles,
        "books": books,
        "tickers": dict(exchange.tickers),
    }
    found: dict[str, Any] = json.loads(json.dumps(said, default=list))
    return found
