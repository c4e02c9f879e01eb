"""Accounts on futures over REST: balances, positions, brackets, fees, income."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from ....actors.matching.futures import Income, IncomeKind, Position, Summary
from ....actors.matching.markets import ATOM_DIGITS, Market
from ....actors.matching.values import AccountId
from ....runtime import Millis
from ..accounts import AccountEntry
from ..dialect.numbers import short
from ..dialect.routes import Call, Route, Security
from . import figures, wallets
from .desk import FuturesDesk, within
from .figures import RATE_DIGITS
from .info import bracket_floors
from .product import contract_of, pair_of
from .shapes import Shape
from .words import position_name

KINDS: Final[Mapping[IncomeKind, str]] = MappingProxyType(
    {
        "transfer": "TRANSFER",
        "profit": "REALIZED_PNL",
        "fee": "COMMISSION",
        "funding": "FUNDING_FEE",
        "insurance": "INSURANCE_CLEAR",
    }
)
TRANSFERS: Final = ("DEPOSIT", "WITHDRAW")


class Accounts:
    """Handlers of the endpoints that tell an account about itself.

    entry: what the venue knows of an account besides its money.
    """

    def __init__(self, desk: FuturesDesk, entry: Callable[[AccountId], AccountEntry]) -> None:
        self._desk = desk
        self._product = desk.product
        self._entry = entry

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        path = self._product.path
        read: Security = "USER_DATA"
        shared = [
            Route("GET", path("balance"), self.balance, 5, read),
            Route("GET", path("positionRisk"), self.risk, 5, read),
            Route("GET", path("leverageBracket"), self.brackets, 1, read),
            Route("GET", path("commissionRate"), self.commission, 20, read),
            Route("GET", path("income"), self.income, 30, read),
            Route("GET", path("adlQuantile"), self.quantiles, 5, read),
        ]
        if self._product.is_inverse:
            return [
                *shared,
                Route("GET", path("account"), self.inverse_account, 5, read),
                Route("GET", path("leverageBracket", 2), self.brackets, 1, read),
            ]
        return [
            *shared,
            Route("GET", path("balance", 2), self.balance, 5, read),
            Route("GET", path("balance", 3), self.balance, 5, read),
            Route("GET", path("account"), self.account, 5, read),
            Route("GET", path("account", 2), self.account, 5, read),
            Route("GET", path("account", 3), self.account_v3, 5, read),
            Route("GET", path("positionRisk", 2), self.risk, 5, read),
            Route("GET", path("positionRisk", 3), self.risk_v3, 5, read),
            Route("GET", path("accountConfig"), self.config, 5, read),
            Route("GET", path("symbolConfig"), self.symbol_config, 5, read),
            Route("GET", path("apiTradingStatus"), self.trading_status, 1, read),
            Route("GET", path("feeBurn"), self.fee_burn, 1, read),
        ]

    # -- money

    def balance(self, call: Call) -> list[Shape]:
        is_inverse = self._product.is_inverse
        return [
            wallets.balance(each, self._changed_at(call.account, each.asset), is_inverse=is_inverse)
            for each in self._summaries(call.account)
        ]

    def account(self, call: Call) -> Shape:
        summaries = self._summaries(call.account)
        return (
            _rights()
            | {"updateTime": 0, "multiAssetsMargin": False, "tradeGroupId": -1}
            | wallets.totals(summaries)
            | {"assets": self._assets(call.account), "positions": self._held(call.account)}
        )

    def account_v3(self, call: Call) -> Shape:
        assets = self._assets(call.account)
        for shown in assets:
            del shown["marginAvailable"]
        positions = [wallets.held_v3(each, market) for market, each in self._live(call.account)]
        totals = wallets.totals(self._summaries(call.account))
        return totals | {"assets": assets, "positions": positions}

    def inverse_account(self, call: Call) -> Shape:
        assets = self._assets(call.account)
        for shown in assets:
            del shown["marginAvailable"]
        positions = self._held(call.account)
        return {"assets": assets, "positions": positions} | _rights() | {"updateTime": 0}

    def config(self, call: Call) -> Shape:
        return _rights() | {
            "dualSidePosition": self._desk.mode(call.account) == "hedge",
            "updateTime": 0,
            "multiAssetsMargin": False,
            "tradeGroupId": -1,
        }

    def symbol_config(self, call: Call) -> list[Shape]:
        found: dict[str, Shape] = {}
        for market, each in self._all(call.account, call.params.symbol()):
            found[market.symbol] = {
                "symbol": market.symbol,
                "marginType": "CROSSED" if each.margin_type == "cross" else "ISOLATED",
                "isAutoAddMargin": False,
                "leverage": each.leverage,
                "maxNotionalValue": wallets.whole(each.max_value),
            }
        return list(found.values())

    # -- positions

    def risk(self, call: Call) -> list[Shape]:
        params = call.params
        symbol, pair = params.symbol(), params.symbol("pair")
        found = self._desk.positions(call.account, self._desk.markets(symbol, pair))
        return [wallets.risk(each, market) for market, each in found]

    def risk_v3(self, call: Call) -> list[Shape]:
        symbol, clearing = call.params.symbol(), self._desk.clearing
        return [
            wallets.risk_v3(
                each,
                market,
                clearing.deleverage_quantile(call.account, each.symbol, each.side),
            )
            for market, each in self._live(call.account)
            if symbol in {None, each.symbol}
        ]

    def quantiles(self, call: Call) -> list[Shape]:
        found: dict[str, dict[str, int]] = {}
        for _, each in self._all(call.account, call.params.symbol()):
            if each.amount:
                ranks = found.setdefault(each.symbol, {})
                ranks[position_name(each.side)] = self._desk.clearing.deleverage_quantile(
                    call.account, each.symbol, each.side
                )
        return [{"symbol": symbol, "adlQuantile": ranks} for symbol, ranks in found.items()]

    # -- what it costs

    def brackets(self, call: Call) -> list[Shape]:
        symbol, pair = call.params.symbol(), call.params.symbol("pair")
        return [self._bracketed(each) for each in self._desk.markets(symbol, pair)]

    def commission(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        entry = self._entry(call.account)
        maker = market.maker if entry.maker is None else entry.maker
        taker = market.taker if entry.taker is None else entry.taker
        return {
            "symbol": market.symbol,
            "makerCommissionRate": short(maker, RATE_DIGITS),
            "takerCommissionRate": short(taker, RATE_DIGITS),
        }

    def income(self, call: Call) -> list[Shape]:
        params = call.params
        symbol, kind = params.symbol(), params.text("incomeType")
        start, end = params.whole("startTime"), params.whole("endTime")
        limit = params.count("limit", 100, 1000)
        page = params.whole("page") or 1
        found = [
            self._earned(each)
            for each in self._desk.clearing.income(call.account)
            if symbol in {None, each.symbol}
            and kind in {None, KINDS[each.kind]}
            and within(each.at, start, end)
        ]
        first = (page - 1) * limit
        if start is None and page == 1:
            return found[-limit:]
        return found[first : first + limit]

    def trading_status(self, call: Call) -> Shape:
        return {"indicators": {}, "updateTime": call.now}

    def fee_burn(self, _call: Call) -> Shape:
        return {"feeBurn": False}

    # -- inside

    def _summaries(self, account: AccountId) -> list[Summary]:
        """Of all margin assets, also those that the account never had."""
        clearing = self._desk.clearing
        return [clearing.summary(account, asset) for asset in self._desk.assets()]

    def _assets(self, account: AccountId) -> list[Shape]:
        return [
            wallets.asset(each, self._changed_at(account, each.asset))
            for each in self._summaries(account)
        ]

    def _changed_at(self, account: AccountId, asset: str) -> Millis:
        return self._desk.changed_at(account, asset)

    def _all(self, account: AccountId, symbol: str | None) -> list[tuple[Market, Position]]:
        return list(self._desk.positions(account, self._desk.markets(symbol)))

    def _live(self, account: AccountId) -> list[tuple[Market, Position]]:
        """Where there is a position, or an order for one."""
        return [
            (market, each)
            for market, each in self._all(account, None)
            if each.amount or each.bid_value or each.ask_value
        ]

    def _held(self, account: AccountId) -> list[Shape]:
        return [wallets.held(each, market) for market, each in self._all(account, None)]

    def _bracketed(self, market: Market) -> Shape:
        brackets = contract_of(market).brackets
        is_inverse = self._product.is_inverse
        cap, floor = ("qtyCap", "qtyFloor") if is_inverse else ("notionalCap", "notionalFloor")
        steps = [
            {
                "bracket": number,
                "initialLeverage": each.max_leverage,
                cap: each.up_to,
                floor: least,
                "maintMarginRatio": _number(each.maintenance, RATE_DIGITS),
                "cum": _number(each.deduction, ATOM_DIGITS),
            }
            for number, (each, least) in enumerate(
                zip(brackets, bracket_floors(brackets), strict=True), 1
            )
        ]
        shown: Shape = {"symbol": market.symbol}
        if is_inverse:
            shown["pair"] = pair_of(market)
        return shown | {"notionalCoef": 1, "brackets": steps}

    def _earned(self, each: Income) -> Shape:
        kind = KINDS[each.kind]
        info = kind
        if each.kind == "transfer":
            info = TRANSFERS[each.atoms < 0]
        elif each.trade_id:
            info = str(each.trade_id)
        return {
            "symbol": each.symbol,
            "incomeType": kind,
            "income": figures.money(each.atoms),
            "asset": each.asset,
            "info": info,
            "time": each.at,
            "tranId": str(each.id) if self._product.is_inverse else each.id,
            "tradeId": str(each.trade_id) if each.trade_id else "",
        }


def _number(value: int, digits: int) -> msgspec.Raw:
    """A decimal as a JSON number, exact."""
    return msgspec.Raw(short(value, digits).encode())


def _rights() -> Shape:
    """What every account may do."""
    return {"feeTier": 0, "canTrade": True, "canDeposit": True, "canWithdraw": True}
