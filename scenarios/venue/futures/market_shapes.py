"""Candles, tickers, trades, books and marks as the futures venue's REST shows them.

Pure: from values in quanta to what is written.
"""

from __future__ import annotations

from ....actors.matching.markets import Market
from ....actors.matching.values import Traded
from ....runtime import Millis
from ..dialect.numbers import fixed, ratio
from ..market.records import AggTrade, Bar, Book, BookTop, FundingPoint, Level, Mark, Ticker
from ..market.turnover import turnover, turnover_digits
from . import figures
from .product import Product, pair_of
from .shapes import Shape

PERCENT_DIGITS = 3
INTEREST = "0.00010000"  # the part of funding that is no premium, for eight hours


def candle(bar: Bar, closes: Millis, market: Market) -> list[object]:
    """A candle of trades."""
    return [
        bar.open_time,
        figures.price(market, bar.open),
        figures.price(market, bar.high),
        figures.price(market, bar.low),
        figures.price(market, bar.close),
        figures.amount(market, bar.volume),
        closes,
        figures.worth(market, bar.turnover),
        bar.trades,
        figures.amount(market, bar.buy_volume),
        figures.worth(market, bar.buy_turnover),
        "0",
    ]


def plain_candle(bar: Bar, closes: Millis, digits: int) -> list[object]:
    """A candle of something that is not traded: a mark, an index, a premium."""
    ends = (bar.open, bar.high, bar.low, bar.close)
    shown = [fixed(each, digits, figures.MONEY) for each in ends]
    return [bar.open_time, *shown, "0", closes, "0", bar.trades, "0", "0", "0"]


def public_trade(trade: Traded, market: Market, product: Product) -> Shape:
    """A trade."""
    return {
        "id": trade.trade_id,
        "price": figures.price(market, trade.price),
        "qty": figures.amount(market, trade.amount),
        "baseQty" if product.is_inverse else "quoteQty": figures.worth(
            market, turnover(market, trade.price, trade.amount)
        ),
        "time": trade.at,
        "isBuyerMaker": trade.is_buyer_maker,
    }


def agg_trade(trade: AggTrade, market: Market) -> Shape:
    """An aggregated trade."""
    return {
        "a": trade.id,
        "p": figures.price(market, trade.price),
        "q": figures.amount(market, trade.amount),
        "f": trade.first_id,
        "l": trade.last_id,
        "T": trade.at,
        "m": trade.is_buyer_maker,
    }


def levels(of: list[Level], market: Market) -> list[list[str]]:
    """One side of a book."""
    return [[figures.price(market, price), figures.amount(market, amount)] for price, amount in of]


def book(of: Book, market: Market, product: Product) -> Shape:
    """A book as of an update id."""
    shown: Shape = {"lastUpdateId": of.update_id}
    if product.is_inverse:
        shown |= {"symbol": market.symbol, "pair": pair_of(market)}
    shown |= {
        "E": of.at,
        "T": of.at,
        "bids": levels(of.bids, market),
        "asks": levels(of.asks, market),
    }
    return shown


def book_ticker(top: BookTop, market: Market, product: Product) -> Shape:
    """The best bid and ask."""
    shown: Shape = {"lastUpdateId": top.update_id, "symbol": top.symbol}
    if product.is_inverse:
        shown["pair"] = pair_of(market)
    shown |= {
        "bidPrice": figures.price(market, top.bid[0]),
        "bidQty": figures.amount(market, top.bid[1]),
        "askPrice": figures.price(market, top.ask[0]),
        "askQty": figures.amount(market, top.ask[1]),
        "time": top.at,
    }
    return shown


def price_ticker(last: int, market: Market, product: Product, at: Millis) -> Shape:
    """What traded last."""
    shown: Shape = {"symbol": market.symbol}
    if product.is_inverse:
        shown["ps"] = pair_of(market)
    shown |= {"price": figures.price(market, last), "time": at}
    return shown


def ticker(of: Ticker, market: Market, product: Product) -> Shape:
    """The last day."""
    shown: Shape = {"symbol": of.symbol}
    if product.is_inverse:
        shown["pair"] = pair_of(market)
    shown |= {
        "priceChange": figures.price(market, of.change),
        "priceChangePercent": change_percent(of),
        "weightedAvgPrice": weighted(of, market),
        "lastPrice": figures.price(market, of.last),
        "lastQty": figures.amount(market, of.last_amount),
        "openPrice": figures.price(market, of.open),
        "highPrice": figures.price(market, of.high),
        "lowPrice": figures.price(market, of.low),
        "volume": figures.amount(market, of.volume),
        "baseVolume" if product.is_inverse else "quoteVolume": figures.worth(market, of.turnover),
        "openTime": of.open_time,
        "closeTime": of.close_time,
        "firstId": of.first_id,
        "lastId": of.last_id,
        "count": of.trades,
    }
    return shown


def change_percent(of: Ticker) -> str:
    """The change in percent, three decimals."""
    return ratio(of.change * 100, of.open, PERCENT_DIGITS)


def weighted(of: Ticker, market: Market) -> str:
    """The mean price, weighted by what was traded."""
    if market.family != "inverse":
        return ratio(of.turnover, of.volume * 10**market.price_digits, market.price_digits)
    size = 1 if market.contract is None else market.contract.size
    worth = of.volume * size * 10 ** turnover_digits(market)
    return ratio(worth, of.turnover * 10**market.amount_digits, market.price_digits)


def premium(mark: Mark, market: Market, product: Product) -> Shape:
    """The mark and index price and the next funding."""
    shown: Shape = {"symbol": mark.symbol}
    if product.is_inverse:
        shown["pair"] = pair_of(market)
    shown |= {
        "markPrice": figures.mark(market, mark.mark),
        "indexPrice": figures.mark(market, mark.index),
        "estimatedSettlePrice": figures.mark(market, mark.settle),
        "lastFundingRate": figures.rate(mark.rate),
        "interestRate": INTEREST,
        "nextFundingTime": mark.next_funding,
        "time": mark.at,
    }
    return shown


def funding(point: FundingPoint, market: Market, product: Product) -> Shape:
    """A funding that was settled."""
    shown: Shape = {
        "symbol": point.symbol,
        "fundingTime": point.at,
        "fundingRate": figures.rate(point.rate),
    }
    if not product.is_inverse:
        shown["markPrice"] = figures.mark(market, point.mark)
    return shown
