"""Candles, tickers, trades and books as the spot venue's JSON shows them, in REST and in streams.

Pure: from values in quanta to what is written.
"""

from __future__ import annotations

from typing import TypeAlias

from ....actors.matching.markets import Market
from ....actors.matching.values import Traded
from ....runtime import Millis
from ..dialect.numbers import ratio
from ..market.records import (
    AggTrade,
    AveragePrice,
    Bar,
    Book,
    BookTop,
    Diff,
    Kline,
    Level,
    Ticker,
)
from .shapes import show_amount, show_cost, show_price

Shown: TypeAlias = dict[str, object]
PERCENT_DIGITS = 3


def candle(bar: Bar, closes: Millis, market: Market) -> list[object]:
    """A candle in REST."""
    return [
        bar.open_time,
        show_price(market, bar.open),
        show_price(market, bar.high),
        show_price(market, bar.low),
        show_price(market, bar.close),
        show_amount(market, bar.volume),
        closes,
        show_cost(market, bar.turnover),
        bar.trades,
        show_amount(market, bar.buy_volume),
        show_cost(market, bar.buy_turnover),
        "0",
    ]


def kline_event(kline: Kline, market: Market) -> Shown:
    """A candle in a stream."""
    bar = kline.bar
    return {
        "e": "kline",
        "E": kline.at,
        "s": kline.symbol,
        "k": {
            "t": bar.open_time,
            "T": kline.close_time,
            "s": kline.symbol,
            "i": kline.interval,
            "f": bar.first_id,
            "L": bar.last_id,
            "o": show_price(market, bar.open),
            "c": show_price(market, bar.close),
            "h": show_price(market, bar.high),
            "l": show_price(market, bar.low),
            "v": show_amount(market, bar.volume),
            "n": bar.trades,
            "x": kline.is_closed,
            "q": show_cost(market, bar.turnover),
            "V": show_amount(market, bar.buy_volume),
            "Q": show_cost(market, bar.buy_turnover),
            "B": "0",
        },
    }


def public_trade(trade: Traded, market: Market) -> Shown:
    """A trade in REST."""
    return {
        "id": trade.trade_id,
        "price": show_price(market, trade.price),
        "qty": show_amount(market, trade.amount),
        "quoteQty": show_cost(market, trade.price * trade.amount),
        "time": trade.at,
        "isBuyerMaker": trade.is_buyer_maker,
        "isBestMatch": True,
    }


def trade_event(trade: Traded, market: Market, now: Millis) -> Shown:
    """A trade in a stream."""
    return {
        "e": "trade",
        "E": now,
        "s": trade.symbol,
        "t": trade.trade_id,
        "p": show_price(market, trade.price),
        "q": show_amount(market, trade.amount),
        "T": trade.at,
        "m": trade.is_buyer_maker,
        "M": True,
    }


def agg_trade(trade: AggTrade, market: Market) -> Shown:
    """An aggregated trade in REST."""
    return {
        "a": trade.id,
        "p": show_price(market, trade.price),
        "q": show_amount(market, trade.amount),
        "f": trade.first_id,
        "l": trade.last_id,
        "T": trade.at,
        "m": trade.is_buyer_maker,
        "M": True,
    }


def agg_trade_event(trade: AggTrade, market: Market, now: Millis) -> Shown:
    """An aggregated trade in a stream."""
    return {"e": "aggTrade", "E": now, "s": trade.symbol, **agg_trade(trade, market)}


def levels(of: list[Level], market: Market) -> list[list[str]]:
    """One side of a book."""
    return [[show_price(market, price), show_amount(market, amount)] for price, amount in of]


def book(of: Book, market: Market) -> Shown:
    """A book, in REST and as a partial book in a stream."""
    return {
        "lastUpdateId": of.update_id,
        "bids": levels(of.bids, market),
        "asks": levels(of.asks, market),
    }


def depth_event(diff: Diff, market: Market) -> Shown:
    """What changed in a book."""
    return {
        "e": "depthUpdate",
        "E": diff.at,
        "s": diff.symbol,
        "U": diff.first_id,
        "u": diff.last_id,
        "b": levels(diff.bids, market),
        "a": levels(diff.asks, market),
    }


def top_event(top: BookTop, market: Market) -> Shown:
    """The best bid and ask in a stream."""
    return {
        "u": top.update_id,
        "s": top.symbol,
        "b": show_price(market, top.bid[0]),
        "B": show_amount(market, top.bid[1]),
        "a": show_price(market, top.ask[0]),
        "A": show_amount(market, top.ask[1]),
    }


def book_ticker(top: BookTop, market: Market) -> Shown:
    """The best bid and ask in REST."""
    return {
        "symbol": top.symbol,
        "bidPrice": show_price(market, top.bid[0]),
        "bidQty": show_amount(market, top.bid[1]),
        "askPrice": show_price(market, top.ask[0]),
        "askQty": show_amount(market, top.ask[1]),
    }


def average(of: AveragePrice, market: Market) -> Shown:
    """The mean price in REST."""
    return {"mins": of.minutes, "price": _mean(of, market), "closeTime": of.close_time}


def average_event(of: AveragePrice, market: Market, now: Millis) -> Shown:
    """The mean price in a stream."""
    return {
        "e": "avgPrice",
        "E": now,
        "s": of.symbol,
        "i": f"{of.minutes}m",
        "w": _mean(of, market),
        "T": of.close_time,
    }


def no_ticker(symbol: str, open_time: Millis, now: Millis) -> Ticker:
    """The ticker of a market in which nothing ever traded."""
    none = (0, 0)
    return Ticker(symbol, open_time, now, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, none, none)


def ticker(of: Ticker, market: Market) -> Shown:
    """A day's ticker in REST (FULL)."""
    mini = mini_ticker(of, market)
    bid, ask = of.bid, of.ask
    return {
        "symbol": of.symbol,
        "priceChange": show_price(market, of.change),
        "priceChangePercent": percent(of),
        "weightedAvgPrice": weighted(of, market),
        "prevClosePrice": show_price(market, of.previous_close),
        "lastPrice": mini["lastPrice"],
        "lastQty": show_amount(market, of.last_amount),
        "bidPrice": show_price(market, bid[0]),
        "bidQty": show_amount(market, bid[1]),
        "askPrice": show_price(market, ask[0]),
        "askQty": show_amount(market, ask[1]),
        **{name: mini[name] for name in mini if name not in {"symbol", "lastPrice"}},
    }


def window_ticker(of: Ticker, market: Market) -> Shown:
    """The ticker of another window in REST (FULL)."""
    mini = mini_ticker(of, market)
    last = mini.pop("lastPrice")
    return {
        "symbol": mini.pop("symbol"),
        "priceChange": show_price(market, of.change),
        "priceChangePercent": percent(of),
        "weightedAvgPrice": weighted(of, market),
        "openPrice": mini.pop("openPrice"),
        "highPrice": mini.pop("highPrice"),
        "lowPrice": mini.pop("lowPrice"),
        "lastPrice": last,
        **mini,
    }


def mini_ticker(of: Ticker, market: Market) -> Shown:
    """A ticker in REST (MINI)."""
    return {
        "symbol": of.symbol,
        "openPrice": show_price(market, of.open),
        "highPrice": show_price(market, of.high),
        "lowPrice": show_price(market, of.low),
        "lastPrice": show_price(market, of.last),
        "volume": show_amount(market, of.volume),
        "quoteVolume": show_cost(market, of.turnover),
        "openTime": of.open_time,
        "closeTime": of.close_time,
        "firstId": of.first_id,
        "lastId": of.last_id,
        "count": of.trades,
    }


def ticker_event(of: Ticker, market: Market) -> Shown:
    """A day's ticker in a stream."""
    return {
        "e": "24hrTicker",
        "E": of.close_time,
        "s": of.symbol,
        "p": show_price(market, of.change),
        "P": percent(of),
        "w": weighted(of, market),
        "x": show_price(market, of.previous_close),
        "c": show_price(market, of.last),
        "Q": show_amount(market, of.last_amount),
        "b": show_price(market, of.bid[0]),
        "B": show_amount(market, of.bid[1]),
        "a": show_price(market, of.ask[0]),
        "A": show_amount(market, of.ask[1]),
        **_window_fields(of, market),
    }


def window_event(of: Ticker, market: Market, window: str) -> Shown:
    """The ticker of another window in a stream."""
    return {
        "e": f"{window}Ticker",
        "E": of.close_time,
        "s": of.symbol,
        "p": show_price(market, of.change),
        "P": percent(of),
        "w": weighted(of, market),
        "c": show_price(market, of.last),
        **_window_fields(of, market),
    }


def mini_event(of: Ticker, market: Market) -> Shown:
    """A mini ticker in a stream."""
    return {
        "e": "24hrMiniTicker",
        "E": of.close_time,
        "s": of.symbol,
        "c": show_price(market, of.last),
        "o": show_price(market, of.open),
        "h": show_price(market, of.high),
        "l": show_price(market, of.low),
        "v": show_amount(market, of.volume),
        "q": show_cost(market, of.turnover),
    }


def percent(of: Ticker) -> str:
    """The change in percent, three decimals."""
    return ratio(of.change * 100, of.open, PERCENT_DIGITS)


def weighted(of: Ticker, market: Market) -> str:
    """The mean price, weighted by amount."""
    scale: int = 10**market.price_digits
    return ratio(of.turnover, of.volume * scale, 8)


def _window_fields(of: Ticker, market: Market) -> Shown:
    return {
        "o": show_price(market, of.open),
        "h": show_price(market, of.high),
        "l": show_price(market, of.low),
        "v": show_amount(market, of.volume),
        "q": show_cost(market, of.turnover),
        "O": of.open_time,
        "C": of.close_time,
        "F": of.first_id,
        "L": of.last_id,
        "n": of.trades,
    }


def _mean(of: AveragePrice, market: Market) -> str:
    scale: int = 10**market.price_digits
    return ratio(of.cost, of.volume * scale, 8)
