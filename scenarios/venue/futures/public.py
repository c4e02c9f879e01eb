"""Market data of futures over REST: what anybody may ask, without a key."""

from __future__ import annotations

from typing import Final

from ....actors.matching.markets import Market
from ....runtime import Millis
from ..access.errors import ApiError
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from ..market.intervals import FRAMES, close_time
from ..market.records import Ticker
from . import figures
from . import market_shapes as shapes
from .desk import FuturesDesk
from .figures import RATE_DIGITS
from .marks import Line
from .product import pair_of
from .refusals import not_valid
from .shapes import Shape
from .weights import by_symbol, of_depth, of_klines

MOST_CANDLES: Final = 1_500
DEPTHS: Final = frozenset((5, 10, 20, 50, 100, 500, 1000))
INTERVALS: Final = frozenset(FRAMES) - {"1s"}
CONTRACTS: Final = frozenset(("PERPETUAL", "CURRENT_QUARTER", "NEXT_QUARTER"))


class Public:
    """Handlers of the endpoints of market data."""

    def __init__(self, desk: FuturesDesk) -> None:
        self._desk = desk
        self._product = desk.product

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        path = self._product.path
        all_tickers = by_symbol(1, 40)
        price, top = by_symbol(1, 2), by_symbol(2, 5)
        return [
            Route("GET", path("ping"), self.ping),
            Route("GET", path("time"), self.time),
            Route("GET", path("depth"), self.depth, of_depth),
            Route("GET", path("rpiDepth"), self.depth, 20),
            Route("GET", path("trades"), self.trades, 5),
            Route("GET", path("historicalTrades"), self.old_trades, 20, "KEY"),
            Route("GET", path("aggTrades"), self.agg_trades, 20),
            Route("GET", path("klines"), self.klines, of_klines),
            Route("GET", path("continuousKlines"), self.continuous_klines, of_klines),
            Route("GET", path("markPriceKlines"), self.mark_klines, of_klines),
            Route("GET", path("indexPriceKlines"), self.index_klines, of_klines),
            Route("GET", path("premiumIndexKlines"), self.premium_klines, of_klines),
            Route("GET", path("ticker/24hr"), self.day, all_tickers),
            Route("GET", path("ticker/price"), self.price, price),
            Route("GET", path("ticker/price", 2), self.price, price),
            Route("GET", path("ticker/bookTicker"), self.book_ticker, top),
            Route("GET", path("openInterest"), self.open_interest),
        ]

    def ping(self, _call: Call) -> Shape:
        return {}

    def time(self, call: Call) -> Shape:
        return {"serverTime": call.told}

    def depth(self, call: Call) -> Shape:
        market = self._market(call.params)
        limit = call.params.whole("limit") or 500
        if limit not in DEPTHS:
            raise ApiError(-4021, f"{limit} is not valid depth limit.")
        return shapes.book(self._desk.feed(market).book(limit), market, self._product)

    def trades(self, call: Call) -> list[Shape]:
        market = self._market(call.params)
        recent = self._desk.feed(market).trades
        found = recent.last(call.params.count("limit", 500, 1000))
        return [shapes.public_trade(each, market, self._product) for each in found]

    def old_trades(self, call: Call) -> list[Shape]:
        market = self._market(call.params)
        limit, since = call.params.count("limit", 100, 500), call.params.whole("fromId")
        recent = self._desk.feed(market).trades
        found = recent.last(limit) if since is None else recent.from_id(since, limit)
        return [shapes.public_trade(each, market, self._product) for each in found]

    def agg_trades(self, call: Call) -> list[Shape]:
        params = call.params
        market = self._market(params)
        found = self._desk.feed(market).agg_trades(
            from_id=params.whole("fromId"),
            start=params.whole("startTime"),
            end=params.whole("endTime"),
            limit=params.count("limit", 500, 1000),
        )
        return [shapes.agg_trade(each, market) for each in found]

    def klines(self, call: Call) -> list[list[object]]:
        return self._candles(call.params, self._market(call.params))

    def continuous_klines(self, call: Call) -> list[list[object]]:
        params = call.params
        kind = params.need("contractType")
        if kind not in CONTRACTS:
            raise not_valid("contractType")
        market = self._of_pair(params)
        return self._candles(params, market) if kind == "PERPETUAL" else []

    def mark_klines(self, call: Call) -> list[list[object]]:
        return self._line(call, self._market(call.params), "mark")

    def index_klines(self, call: Call) -> list[list[object]]:
        return self._line(call, self._of_pair(call.params), "index")

    def premium_klines(self, call: Call) -> list[list[object]]:
        return self._line(call, self._market(call.params), "premium")

    def day(self, call: Call) -> object:
        found = [
            shapes.ticker(self._ticker(market, call.now), market, self._product)
            for market in self._chosen(call.params)
        ]
        return self._one_or_all(call.params, found)

    def price(self, call: Call) -> object:
        found: list[Shape] = []
        for market in self._chosen(call.params):
            last = self._ticker(market, call.now).last
            found.append(shapes.price_ticker(last, market, self._product, call.now))
        return self._one_or_all(call.params, found)

    def book_ticker(self, call: Call) -> object:
        found = [
            shapes.book_ticker(self._desk.feed(market).top(), market, self._product)
            for market in self._chosen(call.params)
        ]
        return self._one_or_all(call.params, found)

    def open_interest(self, call: Call) -> Shape:
        market = self._market(call.params)
        held = self._desk.open_interest(market.symbol)
        shown: Shape = {"symbol": market.symbol}
        if self._product.is_inverse:
            shown |= {"pair": pair_of(market), "contractType": "PERPETUAL"}
        return shown | {"openInterest": figures.amount(market, held), "time": call.now}

    # -- inside

    def _market(self, params: Params) -> Market:
        return self._desk.market(params.need_symbol())

    def _of_pair(self, params: Params) -> Market:
        pair = params.need_symbol("pair")
        markets = self._desk.engine.markets.values()
        found = next((each for each in markets if pair_of(each) == pair), None)
        if found is None:
            raise ApiError(-1121, "Invalid symbol.")
        return found

    def _chosen(self, params: Params) -> list[Market]:
        return self._desk.markets(params.symbol(), params.symbol("pair"))

    def _one_or_all(self, params: Params, found: list[Shape]) -> object:
        """COIN-M answers with a list also where one symbol was asked for."""
        if "symbol" in params and not self._product.is_inverse:
            return found[0]
        return found

    def _ticker(self, market: Market, now: Millis) -> Ticker:
        found = self._desk.feed(market).ticker()
        if found is not None:
            return found
        none = (0, 0)
        return Ticker(
            symbol=market.symbol, open_time=now, close_time=now, open=0, high=0, low=0, last=0,
            last_amount=0, previous_close=0, volume=0, turnover=0, trades=0, first_id=-1,
            last_id=-1, bid=none, ask=none,
        )  # fmt: skip

    def _candles(self, params: Params, market: Market) -> list[list[object]]:
        interval = read_interval(params)
        bars = self._desk.feed(market).klines(
            interval,
            start=params.whole("startTime"),
            end=params.whole("endTime"),
            limit=params.count("limit", 500, MOST_CANDLES),
        )
        return [shapes.candle(bar, close_time(interval, bar.open_time), market) for bar in bars]

    def _line(self, call: Call, market: Market, line: Line) -> list[list[object]]:
        params = call.params
        interval = read_interval(params)
        bars = self._desk.marks[market.symbol].bars(
            line,
            interval,
            call.now,
            start=params.whole("startTime"),
            end=params.whole("endTime"),
            limit=params.count("limit", 500, MOST_CANDLES),
        )
        digits = RATE_DIGITS if line == "premium" else market.price_digits
        return [
            shapes.plain_candle(bar, close_time(interval, bar.open_time), digits) for bar in bars
        ]


def read_interval(params: Params) -> str:
    """A candle's interval, or -1120."""
    interval = params.need("interval")
    if interval not in INTERVALS:
        raise ApiError(-1120, "Invalid interval.")
    return interval
