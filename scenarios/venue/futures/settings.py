"""How an account trades futures, over REST: leverage, margin type, position mode, margin, keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from ....actors.matching.futures import MarginType, PositionMode
from ....actors.matching.markets import ATOM_DIGITS
from ....actors.matching.refusals import Refused
from ....actors.matching.values import AccountId
from ..access.errors import ApiError, missing
from ..dialect.numbers import rescale, short
from ..dialect.params import Params
from ..dialect.routes import Call, Route
from . import figures, wallets
from .desk import FuturesDesk, within
from .reading import read_position_side
from .refusals import futures_refusal, no_need, not_valid
from .shapes import Shape
from .words import position_name

MARGINS: Final[Mapping[str, MarginType]] = MappingProxyType(
    {"CROSSED": "cross", "ISOLATED": "isolated"}
)
ADD: Final = 1
REDUCE: Final = 2


class ConfigChanged(msgspec.Struct, frozen=True):
    """An account's leverage of a symbol changed."""

    account: AccountId
    symbol: str
    leverage: int


class Settings:
    """Handlers of the endpoints by which an account says how it trades.

    tell: hears of changed leverages.
    watch_keys: a listen key has another end.
    """

    def __init__(
        self,
        desk: FuturesDesk,
        tell: Callable[[ConfigChanged], None],
        watch_keys: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._product = desk.product
        self._tell = tell
        self._watch_keys = watch_keys

    def routes(self) -> list[Route]:
        """The table of these endpoints."""
        path = self._product.path
        shared = [
            Route("POST", path("leverage"), self.set_leverage, 1, "TRADE"),
            Route("POST", path("marginType"), self.set_margin_type, 1, "TRADE"),
            Route("POST", path("positionSide/dual"), self.set_mode, 1, "TRADE"),
            Route("GET", path("positionSide/dual"), self.mode, 30, "USER_DATA"),
            Route("POST", path("positionMargin"), self.move_margin, 1, "TRADE"),
            Route("GET", path("positionMargin/history"), self.moves, 1, "TRADE"),
            Route("POST", path("listenKey"), self.open_key, 1, "KEY"),
            Route("PUT", path("listenKey"), self.keep_key, 1, "KEY"),
            Route("DELETE", path("listenKey"), self.close_key, 1, "KEY"),
        ]
        if self._product.is_inverse:
            return shared
        return [
            *shared,
            Route("GET", path("multiAssetsMargin"), self.assets_mode, 30, "USER_DATA"),
            Route("POST", path("multiAssetsMargin"), self.set_assets_mode, 1, "TRADE"),
        ]

    # -- leverage and modes

    def set_leverage(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        leverage = call.params.need_whole("leverage")
        clearing = self._desk.clearing
        try:
            clearing.set_leverage(call.account, market.symbol, leverage)
        except Refused as refused:
            if refused.reason == "LEVERAGE":
                raise self._leverage_refusal(call, market.symbol, leverage) from refused
            if refused.reason == "MARGIN_IS_INSUFFICIENT":
                text = "Leverage is smaller than permitted: insufficient margin balance"
                raise ApiError(-2028, text) from refused
            raise
        self._tell(ConfigChanged(call.account, market.symbol, leverage))
        side = self._desk.sides(call.account)[0]
        most = wallets.whole(clearing.position(call.account, market.symbol, side).max_value)
        name = "maxQty" if self._product.is_inverse else "maxNotionalValue"
        return {"symbol": market.symbol, "leverage": leverage, name: most}

    def set_margin_type(self, call: Call) -> Shape:
        market = self._desk.market(call.params.need_symbol())
        name = call.params.need("marginType")
        if name not in MARGINS:
            raise not_valid("marginType")
        try:
            self._desk.clearing.set_margin_type(call.account, market.symbol, MARGINS[name])
        except Refused as refused:
            if refused.reason == "NO_NEED_TO_CHANGE":
                raise no_need("margin") from refused
            what = "Margin type cannot be changed if there exists"
            raise self._open_refusal(call, refused, market.symbol, what, -4047) from refused
        return {"code": 200, "msg": "success"}

    def set_mode(self, call: Call) -> Shape:
        call.params.need("dualSidePosition")
        mode: PositionMode = "hedge" if call.params.flag("dualSidePosition") else "one_way"
        try:
            self._desk.clearing.set_position_mode(call.account, mode)
        except Refused as refused:
            if refused.reason == "NO_NEED_TO_CHANGE":
                raise no_need("mode") from refused
            what = "Position side cannot be changed if there exists"
            raise self._open_refusal(call, refused, None, what, -4067) from refused
        return {"code": 200, "msg": "success"}

    def mode(self, call: Call) -> Shape:
        return {"dualSidePosition": self._desk.mode(call.account) == "hedge"}

    def assets_mode(self, _call: Call) -> Shape:
        return {"multiAssetsMargin": False}

    def set_assets_mode(self, call: Call) -> Shape:
        call.params.need("multiAssetsMargin")
        if call.params.flag("multiAssetsMargin"):
            raise ApiError(-4084, "Method is not allowed currently. Upcoming soon.")
        raise ApiError(-4171, "No need to change multi-assets mode.")

    # -- isolated margin

    def move_margin(self, call: Call) -> Shape:
        params, desk = call.params, self._desk
        market = desk.market(params.need_symbol())
        side = read_position_side(params, desk.mode(call.account))
        atoms = _atoms(params)
        kind = params.need_whole("type")
        if kind not in {ADD, REDUCE}:
            raise not_valid("type")
        try:
            desk.clearing.position_margin(
                call.account, market.symbol, side, atoms,
                "add" if kind == ADD else "remove", at=call.now,
            )  # fmt: skip
        except Refused as refused:
            position = desk.clearing.position(call.account, market.symbol, side)
            if position.margin_type == "cross":
                text = "Add margin only support for isolated position."
                raise ApiError(-4049, text) from refused
            if not position.amount:
                raise ApiError(-4054, "Cannot add position margin: position is 0.") from refused
            if kind == ADD:
                raise ApiError(-4050, "Cross balance insufficient.") from refused
            raise ApiError(-4051, "Isolated balance insufficient.") from refused
        desk.settle()
        text = "Successfully modify position margin."
        return {"code": 200, "msg": text, "amount": _amount(params), "type": kind}

    def moves(self, call: Call) -> list[Shape]:
        params = call.params
        market = self._desk.market(params.need_symbol())
        start, end = params.whole("startTime"), params.whole("endTime")
        kind, limit = params.whole("type"), params.count("limit", 500, 1000)
        asset = self._desk.asset_of(market)
        found: list[Shape] = []
        for each in self._desk.clearing.margin_changes(call.account):
            way = ADD if each.move == "add" else REDUCE
            if each.symbol != market.symbol or kind not in {None, way}:
                continue
            if within(each.at, start, end):
                shown: Shape = {"symbol": each.symbol, "type": way}
                if not self._product.is_inverse:
                    shown["deltaType"] = "USER_ADJUST"
                shown |= {
                    "amount": figures.money(each.atoms),
                    "asset": asset,
                    "time": each.at,
                    "positionSide": position_name(each.side),
                }
                found.append(shown)
        return found[-limit:]

    # -- listen keys

    def open_key(self, call: Call) -> Shape:
        key = self._desk.listen_keys.create(call.account, call.now)
        self._watch_keys()
        return {"listenKey": key}

    def keep_key(self, call: Call) -> Shape:
        key = self._desk.listen_keys.of_account(call.account) or ""
        self._desk.listen_keys.keep(key, call.now)
        self._watch_keys()
        return {} if self._product.is_inverse else {"listenKey": key}

    def close_key(self, call: Call) -> Shape:
        key = self._desk.listen_keys.of_account(call.account)
        if key is not None:
            self._desk.listen_keys.close(key, call.now)
        self._watch_keys()
        return {}

    # -- inside

    def _leverage_refusal(self, call: Call, symbol: str, leverage: int) -> ApiError:
        held = self._desk.clearing.positions(call.account, symbol)
        if any(each.amount and leverage < each.leverage for each in held):
            text = "Leverage reduction is not supported in Isolated Margin Mode with open positions"
            return ApiError(-4161, text)
        return ApiError(-4028, f"Leverage {leverage} is not valid")

    def _open_refusal(
        self, call: Call, refused: Refused, symbol: str | None, what: str, code: int
    ) -> ApiError:
        """Orders have one code, positions the next."""
        if refused.reason != "POSITION_OPEN":
            return futures_refusal(refused)
        if self._desk.engine.open_orders(call.account, symbol):
            return ApiError(code, f"{what} open orders.")
        return ApiError(code - 1, f"{what} position.")


def _atoms(params: Params) -> int:
    params.need("amount")
    number = params.decimal("amount")
    if number is None:
        raise missing("amount")
    atoms = rescale(*number, ATOM_DIGITS)
    if not atoms:
        raise ApiError(-4055, "Amount must be positive.")
    return atoms


def _amount(params: Params) -> msgspec.Raw:
    """As it came: the venue repeats it as a JSON number."""
    value, decimals = params.decimal("amount") or (0, 0)
    return msgspec.Raw(short(value, decimals).encode())
