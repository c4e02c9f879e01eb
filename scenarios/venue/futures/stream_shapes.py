"""What the market streams of futures carry; pure, from values in quanta to what is written."""

from __future__ import annotations

from ....actors.matching.markets import Market
from ....actors.matching.values import Traded
from ....runtime import Millis
from ..market.records import AggTrade, Book, BookTop, Diff, Kline, Liquidation, Mark, Ticker
from . import figures
from .market_shapes import change_percent, levels, weighted
from .product import Product, pair_of
from .shapes import Shape
from .words import SIDE_NAMES


def trade(of: Traded, market: Market, now: Millis) -> Shape:
    """A trade."""
    return {
        "e": "trade",
        "E": now,
        "s": of.symbol,
        "t": of.trade_id,
        "p": figures.price(market, of.price),
        "q": figures.amount(market, of.amount),
        "T": of.at,
        "m": of.is_buyer_maker,
    }


def agg_trade(of: AggTrade, market: Market, product: Product, now: Millis) -> Shape:
    """An aggregated trade."""
    return {
        "e": "aggTrade",
        "E": now,
        "a": of.id,
        "s": of.symbol,
        "p": figures.price(market, of.price),
        "q": figures.amount(market, of.amount),
        "f": of.first_id,
        "l": of.last_id,
        "T": of.at,
        "m": of.is_buyer_maker,
        "st": product.stream_kind,
    }


def kline(of: Kline, market: Market) -> Shape:
    """A candle."""
    shown = _bar(of, market)
    shown["s"] = of.symbol
    order = ("t", "T", "s", "i", *(name for name in shown if name not in {"t", "T", "s", "i"}))
    return {
        "e": "kline",
        "E": of.at,
        "s": of.symbol,
        "k": {name: shown[name] for name in order},
    }


def continuous_kline(of: Kline, market: Market) -> Shape:
    """A candle of a pair's perpetual contract."""
    return {
        "e": "continuous_kline",
        "E": of.at,
        "ps": pair_of(market),
        "ct": "PERPETUAL",
        "k": _bar(of, market),
    }


def depth(of: Diff, market: Market, product: Product) -> Shape:
    """What changed in a book."""
    return _depth(of.at, market, product) | {
        "U": of.first_id,
        "u": of.last_id,
        "pu": of.previous_id,
        "b": levels(of.bids, market),
        "a": levels(of.asks, market),
    }


def partial(of: Book, market: Market, product: Product, previous: int) -> Shape:
    """The best levels of a book. previous: the update id of the message before."""
    return _depth(of.at, market, product) | {
        "U": min(previous + 1, of.update_id),
        "u": of.update_id,
        "pu": previous,
        "b": levels(of.bids, market),
        "a": levels(of.asks, market),
    }


def book_ticker(of: BookTop, market: Market, product: Product) -> Shape:
    """The best bid and ask."""
    return {
        "e": "bookTicker",
        "u": of.update_id,
        "E": of.at,
        "T": of.at,
        "s": of.symbol,
        "b": figures.price(market, of.bid[0]),
        "B": figures.amount(market, of.bid[1]),
        "a": figures.price(market, of.ask[0]),
        "A": figures.amount(market, of.ask[1]),
        "st": product.stream_kind,
        "ps": pair_of(market),
    }


def ticker(of: Ticker, market: Market, product: Product) -> Shape:
    """The last day."""
    shown: Shape = {"e": "24hrTicker", "E": of.close_time, "s": of.symbol}
    if product.is_inverse:
        shown["ps"] = pair_of(market)
    return shown | {
        "p": figures.price(market, of.change),
        "P": change_percent(of),
        "w": weighted(of, market),
        "c": figures.price(market, of.last),
        "Q": figures.amount(market, of.last_amount),
        "o": figures.price(market, of.open),
        "h": figures.price(market, of.high),
        "l": figures.price(market, of.low),
        "v": figures.amount(market, of.volume),
        "q": figures.worth(market, of.turnover),
        "O": of.open_time,
        "C": of.close_time,
        "F": of.first_id,
        "L": of.last_id,
        "n": of.trades,
        "st": product.stream_kind,
    }


def mini_ticker(of: Ticker, market: Market, product: Product) -> Shape:
    """The last day, in short."""
    return {
        "e": "24hrMiniTicker",
        "E": of.close_time,
        "s": of.symbol,
        "c": figures.price(market, of.last),
        "o": figures.price(market, of.open),
        "h": figures.price(market, of.high),
        "l": figures.price(market, of.low),
        "v": figures.amount(market, of.volume),
        "q": figures.worth(market, of.turnover),
        "ps": pair_of(market),
        "st": product.stream_kind,
    }


def mark_price(of: Mark, market: Market, product: Product, now: Millis) -> Shape:
    """The mark and index price and the next funding."""
    return {
        "e": "markPriceUpdate",
        "E": now,
        "s": of.symbol,
        "p": figures.mark(market, of.mark),
        "i": figures.mark(market, of.index),
        "P": figures.mark(market, of.settle),
        "r": figures.rate(of.rate),
        "T": of.next_funding,
        "st": product.stream_kind,
    }


def index_price(of: Mark, market: Market, now: Millis) -> Shape:
    """The index of a COIN-M pair."""
    return {
        "e": "indexPriceUpdate",
        "E": now,
        "i": pair_of(market),
        "p": figures.mark(market, of.index),
    }


def force_order(of: Liquidation, market: Market, product: Product) -> Shape:
    """A position was closed by force."""
    order: Shape = {"s": of.symbol}
    if product.is_inverse:
        order["ps"] = pair_of(market)
    order |= {
        "S": SIDE_NAMES[of.side],
        "o": "LIMIT",
        "f": "IOC",
        "q": figures.amount(market, of.amount),
        "p": figures.price(market, of.price),
        "ap": figures.price(market, of.average),
        "X": "FILLED" if of.filled == of.amount else "PARTIALLY_FILLED",
        "l": figures.amount(market, of.filled),
        "z": figures.amount(market, of.filled),
        "T": of.at,
    }
    return {"e": "forceOrder", "E": of.at, "o": order}


def _depth(at: Millis, market: Market, product: Product) -> Shape:
    return {
        "e": "depthUpdate",
        "E": at,
        "T": at,
        "s": market.symbol,
        "ps": pair_of(market),
        "st": product.stream_kind,
    }


def _bar(of: Kline, market: Market) -> Shape:
    bar = of.bar
    return {
        "t": bar.open_time,
        "T": of.close_time,
        "i": of.interval,
        "f": bar.first_id,
        "L": bar.last_id,
        "o": figures.price(market, bar.open),
        "c": figures.price(market, bar.close),
        "h": figures.price(market, bar.high),
        "l": figures.price(market, bar.low),
        "v": figures.amount(market, bar.volume),
        "n": bar.trades,
        "x": of.is_closed,
        "q": figures.worth(market, bar.turnover),
        "V": figures.amount(market, bar.buy_volume),
        "Q": figures.worth(market, bar.buy_turnover),
        "B": "0",
    }
