"""Order requests as the futures venue reads them: from parameters to what the engine takes.

Plain and conditional orders differ in what their parameters are called and in little else; what
is wrong is told in the venue's words before the engine hears of it.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from ....actors.matching.markets import Market
from ....actors.matching.values import (
    AccountId,
    OrderKind,
    OrderRequest,
    PositionSide,
    SelfTrade,
    TimeInForce,
)
from ....runtime import Millis
from ..access.errors import ApiError, illegal, missing
from ..dialect.numbers import rescale
from ..dialect.params import Params
from .refusals import not_required, not_valid, price_refusal, too_precise
from .words import CONDITIONAL, KINDS, LIMITED, MODES, POSITION_SIDES, SIDES, TIMES, WORKING

CLIENT_ID_RANGE: Final = r"^[\.A-Z\:/a-z0-9_-]{1,36}$"
ANSWERS: Final = frozenset(("ACK", "RESULT"))
LONGEST_ID: Final = 36
GOOD_FOR: Final = 600_000  # ms that a GTD order must be good for, at least
LAST_DATE: Final = 253_402_300_799_000
CALLBACK: Final = (10, 1_000)  # least and most distance of a trailing stop, in 1/10,000
_CLIENT_ID: Final = re.compile(CLIENT_ID_RANGE)

PositionMode = Literal["one_way", "hedge"]


class Names(msgspec.Struct, frozen=True):
    """What the parameters of an order are called."""

    client_id: str = "newClientOrderId"
    stop_price: str = "stopPrice"
    activation: str = "activationPrice"


PLAIN: Final = Names()
ALGO: Final = Names("clientAlgoId", "triggerPrice", "activatePrice")


class Sender(msgspec.Struct, frozen=True):
    """Who sends an order, and when."""

    account: AccountId
    mode: PositionMode
    now: Millis


def read_order(
    params: Params, market: Market, sender: Sender, names: Names = PLAIN
) -> OrderRequest:
    """What the engine is asked for; its client id is empty where none was sent."""
    side = params.choice("side", SIDES, ApiError(-1117, "Invalid side."))
    if side is None:
        raise missing("side")
    kind = read_kind(params)
    closes = params.flag("closePosition") or False
    position_side = read_position_side(params, sender.mode)
    if params.text("priceMatch") not in {None, "NONE"}:
        raise ApiError(-5037, "Invalid price match")
    times = _times(params, kind)
    return OrderRequest(
        account=sender.account,
        symbol=market.symbol,
        side=SIDES[side],
        kind=kind,
        client_id=read_client_id(params, names.client_id),
        amount=_amount(params, market, kind, is_closing=closes),
        price=_limit(params, market, kind),
        time_in_force=times,
        good_till=_good_till(params, sender.now) if times == "GTD" else None,
        stop_price=_stop(params, market, kind, names.stop_price),
        trailing_bips=_callback(params) if kind == "trailing_stop" else None,
        activation_price=_activation(params, market, kind, names),
        self_trade=_self_trade(params),
        trigger=WORKING[_working(params)],
        position_side=position_side,
        is_reduce_only=_reduces(params, sender.mode, is_closing=closes),
        closes_position=closes,
        is_algo=names is ALGO,
    )


def read_kind(params: Params) -> OrderKind:
    """The type of an order."""
    kind = params.choice("type", KINDS, ApiError(-1116, "Invalid orderType."))
    if kind is None:
        raise missing("type")
    return KINDS[kind]


def read_position_side(params: Params, mode: PositionMode) -> PositionSide:
    """Which position an order is for; the account's mode must allow it."""
    name = params.choice("positionSide", POSITION_SIDES, ApiError(-4060, "Invalid position side."))
    side = POSITION_SIDES[name or "BOTH"]
    if (side == "both") is (mode == "hedge"):
        raise ApiError(-4061, "Order's position side does not match user's setting.")
    return side


def read_client_id(params: Params, name: str) -> str:
    """A client id; empty where none was sent."""
    text = params.text(name)
    if text is None:
        return ""
    if len(text) > LONGEST_ID:
        raise ApiError(-4015, "Client order id length should be less than 36 chars")
    if _CLIENT_ID.fullmatch(text) is None:
        raise illegal(name, CLIENT_ID_RANGE)
    return text


def read_answer(params: Params) -> str:
    """How much an answer to a new order says."""
    return (
        params.choice("newOrderRespType", ANSWERS, ApiError(-1136, "Invalid newOrderRespType."))
        or "ACK"
    )


def read_price(params: Params, market: Market, name: str) -> int | None:
    """A price in quanta, within the market's bounds and on a tick."""
    number = params.decimal(name)
    if number is None:
        return None
    quanta = rescale(*number, market.price_digits)
    if quanta is None:
        raise too_precise()
    refusal = price_refusal(quanta, market.min_price, market.max_price)
    if refusal is not None:
        raise refusal
    if quanta % market.tick:
        raise ApiError(-4014, "Price not increased by tick size.")
    return quanta


def read_amount(params: Params, market: Market, most: int, step: int) -> int:
    """An amount in quanta, within the market's bounds and on a step."""
    params.need("quantity")
    number = params.decimal("quantity")
    if number is None:
        raise missing("quantity")
    quanta = rescale(*number, market.amount_digits)
    if quanta is None:
        raise too_precise()
    if quanta <= 0:
        raise ApiError(-4003, "Quantity less than or equal to zero.")
    if quanta < market.min_amount:
        raise ApiError(-4004, "Quantity less than min quantity.")
    if quanta > most:
        raise ApiError(-4005, "Quantity greater than max quantity.")
    if quanta % step:
        raise ApiError(-4023, "Quantity not increased by step size.")
    return quanta


def _amount(params: Params, market: Market, kind: OrderKind, *, is_closing: bool) -> int | None:
    if is_closing:
        if kind not in {"stop_loss", "take_profit"}:
            raise ApiError(
                -4136, "Target strategy invalid for orderType, closePosition will not be supported"
            )
        if "quantity" in params:
            raise ApiError(-4137, "Quantity must be zero with closePosition equals true")
        return None
    if kind in LIMITED:
        return read_amount(params, market, market.max_amount, market.step)
    most = market.market_max_amount or market.max_amount
    return read_amount(params, market, most, market.market_step or market.step)


def _limit(params: Params, market: Market, kind: OrderKind) -> int | None:
    if kind in LIMITED:
        params.need("price")
        return read_price(params, market, "price")
    if "price" in params and kind == "market":
        raise not_required("price")
    return None


def _stop(params: Params, market: Market, kind: OrderKind, name: str) -> int | None:
    if kind not in CONDITIONAL or kind == "trailing_stop":
        if name in params:
            raise not_required(name)
        return None
    params.need(name)
    return read_price(params, market, name)


def _activation(params: Params, market: Market, kind: OrderKind, names: Names) -> int | None:
    if kind != "trailing_stop":
        return None
    return read_price(params, market, names.activation)


def _callback(params: Params) -> int:
    params.need("callbackRate")
    number = params.decimal("callbackRate")
    if number is None:
        raise missing("callbackRate")
    bips = rescale(*number, 2)
    least, most = CALLBACK
    if bips is None or not least <= bips <= most:
        raise ApiError(-2007, "Invalid callBack rate")
    return bips


def _times(params: Params, kind: OrderKind) -> TimeInForce:
    name = params.choice("timeInForce", TIMES, ApiError(-1115, "Invalid timeInForce."))
    if kind == "limit" and name is None:
        raise missing("timeInForce")
    if kind == "market" and name is not None:
        raise not_required("timeInForce")
    return TIMES[name or "GTC"]


def _good_till(params: Params, now: Millis) -> Millis:
    date = params.need_whole("goodTillDate")
    if not now + GOOD_FOR < date < LAST_DATE:
        raise ApiError(
            -5040,
            "The goodTillDate timestamp must be greater than the current time plus 600 seconds "
            f"and smaller than {LAST_DATE}",
        )
    return Millis(date // 1000 * 1000)  # to the second


def _working(params: Params) -> str:
    return params.choice("workingType", WORKING, not_valid("workingType")) or "CONTRACT_PRICE"


def _self_trade(params: Params) -> SelfTrade:
    name = "selfTradePreventionMode"
    return MODES[params.choice(name, MODES, not_valid(name)) or "NONE"]


def _reduces(params: Params, mode: PositionMode, *, is_closing: bool) -> bool:
    flag = params.flag("reduceOnly")
    if flag is not None and mode == "hedge":
        raise not_required("reduceOnly")
    if flag and is_closing:
        raise not_required("reduceOnly")
    return flag or False
