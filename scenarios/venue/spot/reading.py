"""Order requests as the spot venue reads them: from parameters to what the engine takes.

Each type of order has parameters that it needs and parameters that it may not have; what is
wrong is told in the venue's words before the engine hears of it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ....actors.matching.markets import Market
from ....actors.matching.values import AccountId, OrderKind, OrderRequest, TimeInForce
from ..access.errors import ApiError, missing
from ..dialect.errors import either, filter_failure, not_required, not_valid
from ..dialect.numbers import rescale
from ..dialect.params import Params
from .words import KINDS, MODES, SIDES, TIMES

PRECISION: Final = 8  # decimals that any price or amount may have
LEAST_STRATEGY: Final = 1_000_000
ANSWERS: Final = frozenset(("ACK", "RESULT", "FULL"))
_LIMITED: Final = frozenset(("LIMIT", "LIMIT_MAKER", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"))
_TIMED: Final = frozenset(("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"))
_STOPS: Final = frozenset(("STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"))
_PEGS: Final = ("pegPriceType", "pegOffsetType", "pegOffsetValue")

ORDER_PARAMS: Final = (
    "symbol", "side", "type", "timeInForce", "quantity", "quoteOrderQty", "price",
    "newClientOrderId", "strategyId", "strategyType", "stopPrice", "trailingDelta", "icebergQty",
    "newOrderRespType", "selfTradePreventionMode", *_PEGS,
)  # fmt: skip


class Names(msgspec.Struct, frozen=True):
    """What the parameters of one order are called; legs of a list have names of their own."""

    type: str = "type"
    side: str = "side"
    quantity: str = "quantity"
    client_id: str = "newClientOrderId"
    price: str = "price"
    stop_price: str = "stopPrice"
    trailing: str = "trailingDelta"
    iceberg: str = "icebergQty"
    time: str = "timeInForce"
    strategy: str = "strategyId"
    strategy_type: str = "strategyType"


PLAIN: Final = Names()


def leg_names(prefix: str, *, side: str = "side", quantity: str = "quantity") -> Names:
    """The names of a leg: `aboveType`, `aboveStopPrice`…, with side and quantity of the list."""
    return Names(
        type=f"{prefix}Type",
        side=side,
        quantity=quantity,
        client_id=f"{prefix}ClientOrderId",
        price=f"{prefix}Price",
        stop_price=f"{prefix}StopPrice",
        trailing=f"{prefix}TrailingDelta",
        iceberg=f"{prefix}IcebergQty",
        time=f"{prefix}TimeInForce",
        strategy=f"{prefix}StrategyId",
        strategy_type=f"{prefix}StrategyType",
    )


def read_order(
    params: Params,
    market: Market,
    account: AccountId,
    names: Names = PLAIN,
    *,
    kind: str | None = None,
) -> OrderRequest:
    """What the engine is asked for; its client id is empty where none was sent.

    kind: the venue's type, where the endpoint says it and not a parameter.
    """
    side = params.choice(names.side, SIDES, ApiError(-1117, "Invalid side."))
    if side is None:
        raise missing(names.side)
    if kind is None:
        kind = params.choice(names.type, KINDS, ApiError(-1116, "Invalid orderType."))
    if kind is None:
        raise missing(names.type)
    if any(name in params for name in _PEGS):
        raise ApiError(-2010, "Pegged orders are not supported for this symbol.")
    check_strategy(params, names)
    amount, quote = _sizes(params, market, kind, names)
    stop_price, trailing = _stop(params, market, kind, names)
    return OrderRequest(
        account=account,
        symbol=market.symbol,
        side=SIDES[side],
        kind=KINDS[kind],
        client_id=params.client_id(names.client_id) or "",
        amount=amount,
        quote_amount=quote,
        price=_limit(params, market, kind, names),
        time_in_force=_time(params, kind, names),
        stop_price=stop_price,
        trailing_bips=trailing,
        visible=_visible(params, market, kind, names, amount),
        self_trade=MODES[self_trade(params)],
    )


def with_client_id(request: OrderRequest, client_id: str) -> OrderRequest:
    """The same order under a client id."""
    return msgspec.structs.replace(request, client_id=client_id)


def amount_of(params: Params, market: Market, name: str) -> int | None:
    """An amount in quanta; too many decimals are too precise, or miss the step."""
    return _quanta(params, name, market.amount_digits, "LOT_SIZE")


def price_of(params: Params, market: Market, name: str) -> int | None:
    """A price in quanta; too many decimals are too precise, or miss the tick."""
    return _quanta(params, name, market.price_digits, "PRICE_FILTER")


def answer_kind(params: Params, default: str) -> str:
    """How much an answer to a new order says."""
    return params.choice("newOrderRespType", ANSWERS, not_valid("newOrderRespType")) or default


def default_answer(kind: OrderKind, time_in_force: TimeInForce) -> str:
    """How much is said of an order where nobody asked: all of those that may fill at once."""
    return "FULL" if kind in {"market", "limit"} and time_in_force != "GTX" else "ACK"


def self_trade(params: Params) -> str:
    """The mode of self-trade prevention by its name."""
    name = "selfTradePreventionMode"
    return params.choice(name, MODES, not_valid(name)) or "NONE"


def check_strategy(params: Params, names: Names = PLAIN) -> None:
    """Raise -1134 for a type of strategy that is the venue's own."""
    params.whole(names.strategy)
    number = params.whole(names.strategy_type)
    if number is not None and number < LEAST_STRATEGY:
        raise ApiError(-1134, f"`{names.strategy_type}` was less than {LEAST_STRATEGY}.")


def _quanta(params: Params, name: str, digits: int, filter_name: str) -> int | None:
    number = params.decimal(name)
    if number is None:
        return None
    value, decimals = number
    if rescale(value, decimals, PRECISION) is None:
        raise ApiError(-1111, f"Parameter '{name}' has too much precision.")
    quanta = rescale(value, decimals, digits)
    if quanta is None:
        raise filter_failure(filter_name)
    return quanta


def _sizes(
    params: Params, market: Market, kind: str, names: Names
) -> tuple[int | None, int | None]:
    amount = amount_of(params, market, names.quantity)
    if kind != "MARKET" or names is not PLAIN:
        if amount is None:
            raise missing(names.quantity)
        if names is PLAIN and "quoteOrderQty" in params:
            raise not_required("quoteOrderQty")
        return amount, None
    quote = _quanta(params, "quoteOrderQty", market.cost_digits, "LOT_SIZE")
    if amount is None and quote is None:
        raise either("quantity", "quoteOrderQty")
    if amount is not None and quote is not None:
        raise not_required("quoteOrderQty")
    return amount, quote


def _limit(params: Params, market: Market, kind: str, names: Names) -> int | None:
    price = price_of(params, market, names.price)
    if kind in _LIMITED:
        if price is None:
            raise missing(names.price)
        return price
    if price is not None:
        raise not_required(names.price)
    return None


def _time(params: Params, kind: str, names: Names) -> TimeInForce:
    name = params.choice(names.time, TIMES, ApiError(-1115, "Invalid timeInForce."))
    if kind == "LIMIT_MAKER":
        if name not in {None, "GTC"}:
            raise not_required(names.time)
        return "GTX"
    if kind in _TIMED:
        if name is None:
            raise missing(names.time)
        return TIMES[name]
    if name is not None:
        raise not_required(names.time)
    return "GTC"


def _stop(params: Params, market: Market, kind: str, names: Names) -> tuple[int | None, int | None]:
    stop_price = price_of(params, market, names.stop_price)
    trailing = params.whole(names.trailing)
    if kind in _STOPS:
        if stop_price is None and trailing is None:
            raise either(names.stop_price, names.trailing)
    elif stop_price is not None:
        raise not_required(names.stop_price)
    elif trailing is not None:
        raise not_required(names.trailing)
    return stop_price, trailing


def _visible(
    params: Params, market: Market, kind: str, names: Names, amount: int | None
) -> int | None:
    visible = amount_of(params, market, names.iceberg)
    if not visible:  # absent, or 0: all of it shows
        return None
    if kind not in _LIMITED:
        raise not_required(names.iceberg)
    if params.text(names.time) not in {None, "GTC"}:
        raise ApiError(-1014, "Unsupported order combination.")
    if amount is not None and visible > amount:
        raise ApiError(-1013, "IcebergQty exceeds QTY.")
    return visible
