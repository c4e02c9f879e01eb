"""The codes and words of the futures venue where its engine refuses, or a handler does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ....actors.matching.refusals import Refused, RefusedReason
from ..access.errors import ApiError

_POST_ONLY: Final = (
    "Due to the order could not be executed as maker, the Post Only order will be rejected. "
    "The order will not be recorded in the order history"
)
WORDS: Final[Mapping[RefusedReason, tuple[int, str]]] = MappingProxyType(
    {
        "UNKNOWN_SYMBOL": (-1121, "Invalid symbol."),
        "UNKNOWN_ACCOUNT": (-2015, "Invalid API-key, IP, or permissions for action."),
        "UNKNOWN_ORDER": (-2011, "Unknown order sent."),
        "UNKNOWN_LIST": (-2011, "Unknown order sent."),
        "DUPLICATE_ORDER": (-4116, "ClientOrderId is duplicated."),
        "BAD_COMBINATION": (-1106, "Parameter 'stopPrice' sent when not required."),
        "MARKET_CLOSED": (-4141, "Symbol is closed."),
        "NO_CHANGE": (-5027, "No need to modify the order."),
        "AMEND": (-5025, "Only limit order is supported."),
        "PRICE_FILTER": (-4014, "Price not increased by tick size."),
        "LOT_SIZE": (-4023, "Quantity not increased by step size."),
        "MARKET_LOT_SIZE": (-4005, "Quantity greater than max quantity."),
        "TRAILING_DELTA": (-2007, "Invalid callBack rate."),
        "MAX_NUM_ORDERS": (-2025, "Reach max open order limit."),
        "MAX_NUM_ALGO_ORDERS": (-4045, "Reach max stop order limit."),
        "WOULD_TAKE": (-5022, _POST_ONLY),
        "WOULD_TRIGGER": (-2021, "Order would immediately trigger."),
        "NO_LIQUIDITY": (
            -4131,
            "The counterparty's best price does not meet the PERCENT_PRICE filter limit.",
        ),
        "INSUFFICIENT_BALANCE": (-2018, "Balance is insufficient."),
        "MARGIN_IS_INSUFFICIENT": (-2019, "Margin is insufficient."),
        "REDUCE_ONLY": (-2022, "ReduceOnly Order is rejected."),
        "POSITION_SIDE": (-4061, "Order's position side does not match user's setting."),
        "LEVERAGE": (-4028, "Leverage is not valid"),
        "MAX_POSITION": (
            -2027,
            "Exceeded the maximum allowable position at current leverage.",
        ),
    }
)
_NO_NEED: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "margin": (-4046, "No need to change margin type."),
        "mode": (-4059, "No need to change position side."),
    }
)


def futures_refusal(refused: Refused) -> ApiError:
    """What the futures venue says where its engine refuses."""
    code, text = WORDS.get(refused.reason, (-2010, "NEW_ORDER_REJECTED"))
    return ApiError(code, text)


def price_refusal(price: int, least: int, most: int) -> ApiError | None:
    """What is wrong with a price as such; None where it is in its bounds."""
    if price > most:
        return ApiError(-4002, "Price greater than max price.")
    if price < least:
        return ApiError(-4013, "Price less than min price.")
    return None


def too_precise() -> ApiError:
    """More decimals than the market has."""
    return ApiError(-1111, "Precision is over the maximum defined for this asset.")


def below_notional(least: str) -> ApiError:
    """An order that opens is worth too little."""
    return ApiError(
        -4164,
        f"Order's notional must be no smaller than {least} (unless you choose reduce only).",
    )


def no_such_order() -> ApiError:
    """A query for an order that is not there."""
    return ApiError(-2013, "Order does not exist.")


def unknown_order() -> ApiError:
    """A cancel of an order that is not open."""
    return ApiError(-2011, "Unknown order sent.")


def unknown_symbol() -> ApiError:
    """No market of this name."""
    return ApiError(-1121, "Invalid symbol.")


def no_need(what: str) -> ApiError:
    """A setting that is already so. what: `margin` or `mode`."""
    code, text = _NO_NEED[what]
    return ApiError(code, text)


def not_valid(name: str) -> ApiError:
    """A parameter with a value that there is not."""
    return ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")


def not_required(name: str) -> ApiError:
    """A parameter that this kind of request does not take."""
    return ApiError(-1106, f"Parameter '{name}' sent when not required.")


def either(first: str, second: str) -> ApiError:
    """One of two parameters must be there."""
    return ApiError(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")
