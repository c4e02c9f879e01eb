"""Exchange information of spot: what is traded, and by which rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from ....actors.matching.markets import Market
from ..access.errors import ApiError
from ..access.limits import OrderLimit, WeightLimit
from ..dialect.errors import not_valid, unknown_symbol
from ..dialect.numbers import fixed, short
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from .desk import SpotDesk
from .public import STATES, state_name
from .shapes import show_amount, show_cost, show_price
from .words import KINDS, MODES

RATE_DIGITS: Final = 8
RAW_REQUESTS: Final = 61_000  # in five minutes; told, and far above what the weights allow
AVERAGE_MINUTES: Final = 5
_TAKES: Final = ("symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus")


class Info:
    """The handler of exchange information."""

    def __init__(self, desk: SpotDesk, weights: WeightLimit, orders: OrderLimit) -> None:
        self._desk = desk
        self._weights = weights
        self._orders = orders

    def routes(self) -> list[Route]:
        """The table of this endpoint."""
        return [Route("GET", "/api/v3/exchangeInfo", self.info, 20, "NONE", _TAKES)]

    def info(self, call: Call) -> dict[str, object]:
        shows_sets = call.params.flag("showPermissionSets") is not False
        show: Callable[[Market], dict[str, object]] = described if shows_sets else _without_sets
        return {
            "timezone": "UTC",
            "serverTime": call.told,
            "rateLimits": self.limits(),
            "exchangeFilters": [],
            "symbols": [show(market) for market in self._chosen(call.params)],
            "sors": [],
        }

    def limits(self) -> list[dict[str, object]]:
        """The limits of this family."""
        return [
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": self._weights.limit,
            },
            *self._orders.described(),
            {
                "rateLimitType": "RAW_REQUESTS",
                "interval": "MINUTE",
                "intervalNum": 5,
                "limit": RAW_REQUESTS,
            },
        ]

    def _chosen(self, params: Params) -> list[Market]:
        symbol, symbols = params.symbol(), params.symbols()
        wanted = _permissions(params)
        state = params.choice("symbolStatus", STATES, ApiError(-1122, "Invalid symbolStatus."))
        if sum(each is not None for each in (symbol, symbols, wanted, state)) > 1 and (
            symbol is not None or symbols is not None
        ):
            raise ApiError(-1128, "Combination of optional parameters invalid.")
        if symbol is not None:
            return [self._desk.market(symbol)]
        if symbols is not None:
            if not symbols:
                raise unknown_symbol()
            return [self._desk.market(each) for each in symbols]
        if wanted is not None and "SPOT" not in wanted:
            return []
        markets = self._desk.engine.markets.values()
        return [market for market in markets if state in {None, state_name(market)}]


def described(market: Market) -> dict[str, object]:
    """One market and its filters."""
    return {
        "symbol": market.symbol,
        "status": state_name(market),
        "baseAsset": market.base,
        "baseAssetPrecision": 8,
        "quoteAsset": market.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": list(KINDS),
        "icebergAllowed": True,
        "ocoAllowed": True,
        "otoAllowed": True,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": True,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": filters(market),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "NONE",
        "allowedSelfTradePreventionModes": list(MODES),
    }


def filters(market: Market) -> list[dict[str, object]]:
    """The filters of a market."""
    least, most = market.trailing_bips
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": show_price(market, market.min_price),
            "maxPrice": show_price(market, market.max_price),
            "tickSize": show_price(market, market.tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": show_amount(market, market.min_amount),
            "maxQty": show_amount(market, market.max_amount),
            "stepSize": show_amount(market, market.step),
        },
        {"filterType": "ICEBERG_PARTS", "limit": 100},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": show_amount(market, 0),
            "maxQty": show_amount(market, market.market_max_amount or market.max_amount),
            "stepSize": show_amount(market, market.market_step),
        },
        {
            "filterType": "TRAILING_DELTA",
            "minTrailingAboveDelta": least,
            "maxTrailingAboveDelta": most,
            "minTrailingBelowDelta": least,
            "maxTrailingBelowDelta": most,
        },
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": short(market.up_percent, RATE_DIGITS),
            "multiplierDown": short(market.down_percent, RATE_DIGITS),
            "avgPriceMins": AVERAGE_MINUTES,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": show_cost(market, market.min_cost),
            "applyMinToMarket": True,
            "maxNotional": fixed(9_000_000, 0),
            "applyMaxToMarket": False,
            "avgPriceMins": AVERAGE_MINUTES,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": market.max_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": market.max_stops},
        {"filterType": "MAX_NUM_ICEBERG_ORDERS", "maxNumIcebergOrders": market.max_icebergs},
    ]


def _without_sets(market: Market) -> dict[str, object]:
    return {**described(market), "permissionSets": []}


def _permissions(params: Params) -> list[str] | None:
    text = params.text("permissions")
    if text is None:
        return None
    if not text.startswith("["):
        return [text]
    try:
        return msgspec.json.decode(text, type=list[str])
    except (msgspec.DecodeError, RecursionError) as error:
        raise not_valid("permissions") from error
