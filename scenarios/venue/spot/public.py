"""Market data on spot over REST: what anybody may ask, without a key."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from ....actors.matching.markets import Market
from ....runtime import Millis
from ..access.errors import ApiError
from ..dialect.errors import either, not_valid
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from ..market.intervals import DAY, FRAMES, HOUR, MINUTE
from ..market.records import Ticker
from . import market_shapes as shapes
from .desk import SpotDesk
from .shapes import show_price

DEPTH: Final = 5_000  # most levels of a book
MANY: Final = 100  # symbols of one request
STATES: Final = frozenset(("TRADING", "HALT", "BREAK"))
_ONE: Final = ("symbol",)
_SOME: Final = ("symbol", "symbols", "symbolStatus")
_CANDLES: Final = ("symbol", "interval", "startTime", "endTime", "timeZone", "limit")
_AGGREGATES: Final = ("symbol", "fromId", "startTime", "endTime", "limit")
_ZONES: Final = frozenset(("0", "00:00", "0:00", "+0", "+00:00"))
_UNITS: Final = (("m", MINUTE, 59), ("h", HOUR, 23), ("d", DAY, 7))


class Public:
    """Handlers of the endpoints of market data."""

    def __init__(self, desk: SpotDesk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        api, limited = "/api/v3", ("symbol", "limit")
        windowed = (*_SOME, "type", "windowSize")
        booked, dated = (*limited, "symbolStatus"), (*limited, "fromId")
        return [
            Route("GET", f"{api}/ping", self.ping, 1, "NONE", ()),
            Route("GET", f"{api}/time", self.time, 1, "NONE", ()),
            Route("GET", f"{api}/depth", self.depth, depth_weight, "NONE", booked),
            Route("GET", f"{api}/trades", self.trades, 25, "NONE", limited),
            Route("GET", f"{api}/historicalTrades", self.old_trades, 25, "NONE", dated),
            Route("GET", f"{api}/aggTrades", self.agg_trades, 4, "NONE", _AGGREGATES),
            Route("GET", f"{api}/klines", self.klines, 2, "NONE", _CANDLES),
            Route("GET", f"{api}/uiKlines", self.klines, 2, "NONE", _CANDLES),
            Route("GET", f"{api}/avgPrice", self.average, 2, "NONE", _ONE),
            Route("GET", f"{api}/ticker/24hr", self.day, day_weight, "NONE", (*_SOME, "type")),
            Route("GET", f"{api}/ticker/tradingDay", self.trading_day, window_weight, "NONE",
                  (*_SOME, "type", "timeZone")),
            Route("GET", f"{api}/ticker", self.window, window_weight, "NONE", windowed),
            Route("GET", f"{api}/ticker/price", self.price, few_weight, "NONE", _SOME),
            Route("GET", f"{api}/ticker/bookTicker", self.book_ticker, few_weight, "NONE", _SOME),
        ]  # fmt: skip

    def ping(self, _call: Call) -> dict[str, object]:
        return {}

    def time(self, call: Call) -> dict[str, object]:
        return {"serverTime": call.told}

    def depth(self, call: Call) -> dict[str, object]:
        params = call.params
        market = self._market(params)
        limit = params.count("limit", 100, DEPTH)
        self._check_state(params, market)
        return shapes.book(self._desk.feed(market.symbol).book(limit), market)

    def trades(self, call: Call) -> list[dict[str, object]]:
        market = self._market(call.params)
        limit = call.params.count("limit", 500, 1000)
        recent = self._desk.feed(market.symbol).trades
        return [shapes.public_trade(each, market) for each in recent.last(limit)]

    def old_trades(self, call: Call) -> list[dict[str, object]]:
        market = self._market(call.params)
        limit, since = call.params.count("limit", 500, 1000), call.params.whole("fromId")
        recent = self._desk.feed(market.symbol).trades
        found = recent.last(limit) if since is None else recent.from_id(since, limit)
        return [shapes.public_trade(each, market) for each in found]

    def agg_trades(self, call: Call) -> list[dict[str, object]]:
        params = call.params
        market = self._market(params)
        since, limit = params.whole("fromId"), params.count("limit", 500, 1000)
        start, end = params.whole("startTime"), params.whole("endTime")
        if since is not None and (start is not None or end is not None):
            raise ApiError(-1128, "Combination of optional parameters invalid.")
        found = self._desk.feed(market.symbol).agg_trades(
            from_id=since, start=start, end=end, limit=limit
        )
        return [shapes.agg_trade(each, market) for each in found]

    def klines(self, call: Call) -> list[list[object]]:
        params = call.params
        market = self._market(params)
        interval = params.need("interval")
        frame = FRAMES.get(interval)
        if frame is None:
            raise ApiError(-1120, "Invalid interval.")
        if (params.text("timeZone") or "0") not in _ZONES:
            raise not_valid("timeZone")
        bars = self._desk.feed(market.symbol).klines(
            interval,
            start=params.whole("startTime"),
            end=params.whole("endTime"),
            limit=params.count("limit", 500, 1000),
        )
        return [
            shapes.candle(bar, Millis(frame.close_of(bar.open_time) - 1), market) for bar in bars
        ]

    def average(self, call: Call) -> dict[str, object]:
        market = self._market(call.params)
        found = self._desk.feed(market.symbol).average_price()
        if found is None:
            return {"mins": 5, "price": show_price(market, 0), "closeTime": 0}
        return shapes.average(found, market)

    def day(self, call: Call) -> object:
        show = shapes.mini_ticker if self._is_mini(call.params) else shapes.ticker

        def of(market: Market) -> dict[str, object]:
            return show(self.day_ticker(market, call.now), market)

        return self._for_each(call.params, of)

    def trading_day(self, call: Call) -> object:
        _need_some(call.params)
        show = shapes.mini_ticker if self._is_mini(call.params) else shapes.window_ticker
        begin = Millis(call.now - call.now % DAY)

        def of(market: Market) -> dict[str, object]:
            span = max(call.now - begin, MINUTE)
            found = self._desk.feed(market.symbol).window(span)
            return show(found or shapes.no_ticker(market.symbol, begin, call.now), market)

        return self._for_each(call.params, of)

    def window(self, call: Call) -> object:
        _need_some(call.params)
        show = shapes.mini_ticker if self._is_mini(call.params) else shapes.window_ticker
        span = window_span(call.params.text("windowSize") or "1d")

        def of(market: Market) -> dict[str, object]:
            found = self._desk.feed(market.symbol).window(span)
            begin = Millis(call.now - span)
            return show(found or shapes.no_ticker(market.symbol, begin, call.now), market)

        return self._for_each(call.params, of)

    def price(self, call: Call) -> object:
        def of(market: Market) -> dict[str, object]:
            last = self._desk.engine.last(market.symbol)
            if last is None:
                last = self.day_ticker(market, call.now).last
            return {"symbol": market.symbol, "price": show_price(market, last)}

        return self._for_each(call.params, of)

    def book_ticker(self, call: Call) -> object:
        def of(market: Market) -> dict[str, object]:
            return shapes.book_ticker(self._desk.feed(market.symbol).top(), market)

        return self._for_each(call.params, of)

    def day_ticker(self, market: Market, now: Millis) -> Ticker:
        """The ticker of the last day, of zeros where nothing ever traded."""
        found = self._desk.feed(market.symbol).ticker()
        return found or shapes.no_ticker(market.symbol, Millis(now - DAY), now)

    def _market(self, params: Params) -> Market:
        return self._desk.market(params.need_symbol())

    def _for_each(
        self, params: Params, of: Callable[[Market], dict[str, object]]
    ) -> dict[str, object] | list[dict[str, object]]:
        """One answer for `symbol`, a list for `symbols`, and a list of all for neither."""
        symbol, symbols = params.symbol(), params.symbols()
        if symbol is not None:
            if symbols is not None:
                raise ApiError(-1128, "Combination of optional parameters invalid.")
            market = self._desk.market(symbol)
            self._check_state(params, market)
            return of(market)
        wanted = self.states(params)
        markets = self._desk.engine.markets
        chosen: Iterable[Market] = markets.values()
        if symbols is not None:
            if not symbols or len(symbols) > MANY:
                raise not_valid("symbols")
            chosen = [self._desk.market(each) for each in symbols]
        return [of(market) for market in chosen if state_name(market) in wanted]

    def states(self, params: Params) -> frozenset[str]:
        """The trading states that a request asks for."""
        state = params.choice("symbolStatus", STATES, ApiError(-1122, "Invalid symbolStatus."))
        return STATES if state is None else frozenset((state,))

    def _check_state(self, params: Params, market: Market) -> None:
        if state_name(market) not in self.states(params):
            raise ApiError(-1220, "The symbol's status does not match the requested symbolStatus.")

    def _is_mini(self, params: Params) -> bool:
        wrong = ApiError(-1139, "Invalid ticker type.")
        return params.choice("type", ("FULL", "MINI"), wrong) == "MINI"


def state_name(market: Market) -> str:
    """The trading state as the venue names it."""
    if market.state == "trading":
        return "TRADING"
    return "HALT" if market.state == "halted" else "BREAK"


def window_span(text: str) -> int:
    """A window such as 15m, 4h or 7d in ms."""
    for unit, span, most in _UNITS:
        number = text.removesuffix(unit)
        if number != text and number.isascii() and number.isdigit() and 0 < int(number) <= most:
            return int(number) * span
    raise not_valid("windowSize")


def depth_weight(params: Params) -> int:
    """The more levels, the dearer."""
    limit = params.whole("limit") or 100
    for most, weight in ((100, 5), (500, 25), (1000, 50)):
        if limit <= most:
            return weight
    return 250


def day_weight(params: Params) -> int:
    """Of a day's tickers."""
    if params.symbol() is not None:
        return 2
    symbols = params.symbols()
    if symbols is None or len(symbols) > MANY:
        return 80
    return 2 if len(symbols) <= 20 else 40  # noqa: PLR2004 - the venue's own table


def few_weight(params: Params) -> int:
    """Of prices and best bids and asks."""
    return 2 if params.symbol() is not None else 4


def window_weight(params: Params) -> int:
    """Of tickers of other windows."""
    symbols = params.symbols()
    return min(4 * (len(symbols) if symbols is not None else 1), 200)


def _need_some(params: Params) -> None:
    if "symbol" not in params and "symbols" not in params:
        raise either("symbol", "symbols")
