"""Exchange information, marks and funding of futures: what is traded, and by which rules."""

from __future__ import annotations

from typing import Final

from ....actors.matching.markets import RATE, Bracket, Market
from ..access.limits import OrderLimit, WeightLimit
from ..dialect.numbers import fixed
from ..dialect.routes import Call, Route
from . import figures
from . import market_shapes as shapes
from .desk import FuturesDesk, within
from .figures import RATE_DIGITS
from .product import contract_of, pair_of
from .shapes import Shape
from .weights import by_symbol
from .words import KINDS, MODES, TIMES

FOREVER: Final = 4_133_404_800_000  # when a perpetual contract is delivered
ONBOARDED: Final = 1_569_398_400_000
FUNDING_CAP: Final = "0.02000000"
PROTECTION: Final = "0.0500"
TAKE_BOUND: Final = "0.05"
MOST_FUNDINGS: Final = 1_000


class Info:
    """Handlers of what the venue says of its contracts."""

    def __init__(self, desk: FuturesDesk, weights: WeightLimit, orders: OrderLimit) -> None:
        self._desk = desk
        self._product = desk.product
        self._weights = weights
        self._orders = orders

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        path = self._product.path
        return [
            Route("GET", path("exchangeInfo"), self.info),
            Route("GET", path("premiumIndex"), self.premium, by_symbol(1, 10)),
            Route("GET", path("fundingRate"), self.funding_rates),
            Route("GET", path("fundingInfo"), self.funding_info),
            Route("GET", path("constituents"), self.constituents, 2),
            Route("GET", path("assetIndex"), self.asset_index, by_symbol(1, 10)),
        ]

    def info(self, call: Call) -> Shape:
        markets = self._desk.engine.markets.values()
        shown: Shape = {
            "timezone": "UTC",
            "serverTime": call.told,
            "futuresType": "COIN_MARGINED" if self._product.is_inverse else "U_MARGINED",
            "rateLimits": [
                {
                    "rateLimitType": "REQUEST_WEIGHT",
                    "interval": "MINUTE",
                    "intervalNum": 1,
                    "limit": self._weights.limit,
                },
                *self._orders.described(),
            ],
            "exchangeFilters": [],
        }
        if not self._product.is_inverse:
            shown["assets"] = [
                {"asset": asset, "marginAvailable": True, "autoAssetExchange": "-10000"}
                for asset in self._desk.assets()
            ]
        return shown | {"symbols": [self._described(market) for market in markets]}

    def premium(self, call: Call) -> object:
        markets = self._desk.markets(call.params.symbol(), call.params.symbol("pair"))
        found = [
            shapes.premium(mark, market, self._product)
            for market in markets
            if (mark := self._desk.feed(market).mark()) is not None
        ]
        if "symbol" in call.params and not self._product.is_inverse and found:
            return found[0]
        return found

    def funding_rates(self, call: Call) -> list[Shape]:
        params = call.params
        symbol = params.need_symbol() if self._product.is_inverse else params.symbol()
        start, end = params.whole("startTime"), params.whole("endTime")
        limit = params.count("limit", 100, MOST_FUNDINGS)
        found = [
            (point.at, shapes.funding(point, market, self._product))
            for market in self._desk.markets(symbol)
            for point in self._desk.feed(market).funding_history(MOST_FUNDINGS)
            if within(point.at, start, end)
        ]
        found.sort(key=lambda each: each[0])
        chosen = found[:limit] if start is not None else found[-limit:]
        return [shown for _, shown in chosen]

    def funding_info(self, _call: Call) -> list[Shape]:
        return [
            {
                "symbol": market.symbol,
                "adjustedFundingRateCap": FUNDING_CAP,
                "adjustedFundingRateFloor": f"-{FUNDING_CAP}",
                "fundingIntervalHours": contract_of(market).funding_hours,
                "disclaimer": False,
            }
            for market in self._desk.engine.markets.values()
        ]

    def constituents(self, call: Call) -> Shape:
        symbol = call.params.need_symbol()
        return {"symbol": symbol, "time": call.now, "constituents": []}

    def asset_index(self, _call: Call) -> list[Shape]:
        return []  # of the multi-assets mode, which the venue does not offer

    def _described(self, market: Market) -> Shape:
        contract = contract_of(market)
        first = contract.brackets[0]
        shown: Shape = {
            "symbol": market.symbol,
            "pair": pair_of(market),
            "contractType": "PERPETUAL",
            "deliveryDate": FOREVER,
            "onboardDate": ONBOARDED,
            "contractStatus" if self._product.is_inverse else "status": state_name(market),
        }
        if self._product.is_inverse:
            shown |= {"contractSize": contract.size, "equalQtyPrecision": 4}
        shown |= {
            "maintMarginPercent": figures.percent(first.maintenance, 4),
            "requiredMarginPercent": figures.percent(RATE // first.max_leverage, 4),
            "baseAsset": market.base,
            "quoteAsset": market.quote,
            "marginAsset": contract.margin_asset,
            "pricePrecision": market.price_digits,
            "quantityPrecision": market.amount_digits,
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "underlyingType": "COIN",
            "underlyingSubType": [],
            "triggerProtect": PROTECTION,
            "liquidationFee": fixed(contract.liquidation_fee, RATE_DIGITS, 6),
            "marketTakeBound": TAKE_BOUND,
        }
        if not self._product.is_inverse:
            shown |= {"settlePlan": 0, "maxMoveOrderLimit": 10_000}
        return shown | {
            "filters": self._filters(market),
            "orderTypes": list(KINDS),
            "timeInForce": list(TIMES),
            "permissionSets": ["GRID", "COPY"],
            "selfTradePreventionModes": list(MODES),
        }

    def _filters(self, market: Market) -> list[Shape]:
        most = figures.amount(market, market.market_max_amount or market.max_amount)
        step = figures.amount(market, market.market_step or market.step)
        least = figures.amount(market, market.min_amount)
        found: list[Shape] = [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": figures.price(market, market.min_price),
                "maxPrice": figures.price(market, market.max_price),
                "tickSize": figures.price(market, market.tick),
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": least,
                "maxQty": figures.amount(market, market.max_amount),
                "stepSize": figures.amount(market, market.step),
            },
            {"filterType": "MARKET_LOT_SIZE", "minQty": least, "maxQty": most, "stepSize": step},
            {"filterType": "MAX_NUM_ORDERS", "limit": market.max_orders},
            {"filterType": "MAX_NUM_ALGO_ORDERS", "limit": market.max_stops},
        ]
        if not self._product.is_inverse:
            notional = figures.trimmed(fixed(market.min_cost, market.cost_digits, 8))
            found.append({"filterType": "MIN_NOTIONAL", "notional": notional})
        found.append(
            {
                "filterType": "PERCENT_PRICE",
                "multiplierUp": fixed(market.up_percent, RATE_DIGITS, 4),
                "multiplierDown": fixed(market.down_percent, RATE_DIGITS, 4),
                "multiplierDecimal": "4",
            }
        )
        return found


def state_name(market: Market) -> str:
    """The venue's word for the state of a market."""
    if market.state == "trading":
        return "TRADING"
    return "PENDING_TRADING" if market.state == "halted" else "CLOSE"


def bracket_floors(brackets: tuple[Bracket, ...]) -> list[int]:
    """The notional from which each step of a margin table holds."""
    return [0, *(bracket.up_to for bracket in brackets[:-1])]
