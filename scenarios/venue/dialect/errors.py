"""The codes and words of spot refusals, from what the engine says and what a handler finds.

Who reads the venue's own list finds the same codes there; `access.errors` has those that concern
keys and parameters as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ....actors.matching.refusals import Refused
from ..access.errors import ApiError

REJECTED: Final = -2010
CANCEL_REJECTED: Final = -2011
AMEND_REJECTED: Final = -2038
FILTER: Final = -1013
CONFLICT: Final = 409

FILTERS: Final = frozenset((
    "PRICE_FILTER",
    "PERCENT_PRICE",
    "LOT_SIZE",
    "MARKET_LOT_SIZE",
    "NOTIONAL",
    "ICEBERG_PARTS",
    "TRAILING_DELTA",
    "MAX_NUM_ORDERS",
    "MAX_NUM_ALGO_ORDERS",
    "MAX_NUM_ICEBERG_ORDERS",
    "MAX_POSITION",
))  # fmt: skip
WORDS: Final[Mapping[str, tuple[int, str]]] = MappingProxyType(
    {
        "UNKNOWN_SYMBOL": (-1121, "Invalid symbol."),
        "UNKNOWN_ACCOUNT": (-2015, "Invalid API-key, IP, or permissions for action."),
        "UNKNOWN_ORDER": (CANCEL_REJECTED, "Unknown order sent."),
        "UNKNOWN_LIST": (CANCEL_REJECTED, "Unknown order list sent."),
        "DUPLICATE_ORDER": (REJECTED, "Duplicate order sent."),
        "BAD_COMBINATION": (-1014, "Unsupported order combination."),
        "MARKET_CLOSED": (FILTER, "Market is closed."),
        "NO_CHANGE": (
            AMEND_REJECTED,
            "The requested action would change no state; rejecting.",
        ),
        "AMEND": (AMEND_REJECTED, "Order amend (quantity increase) is not supported."),
        "WOULD_TAKE": (REJECTED, "Order would immediately match and take."),
        "WOULD_TRIGGER": (REJECTED, "Order would trigger immediately."),
        "LIST_PRICES": (
            REJECTED,
            "The relationship of the prices for the orders is not correct.",
        ),
        "NO_LIQUIDITY": (
            REJECTED,
            "Order book liquidity is less than symbol minimum quantity.",
        ),
        "INSUFFICIENT_BALANCE": (
            REJECTED,
            "Account has insufficient balance for requested action.",
        ),
    }
)


def spot_refusal(refused: Refused) -> ApiError:
    """What the spot venue says where its engine refuses."""
    if refused.reason in FILTERS:
        return filter_failure(refused.reason)
    code, text = WORDS.get(refused.reason, (REJECTED, "This action is disabled on this account."))
    return ApiError(code, text)


def filter_failure(name: str) -> ApiError:
    """An order breaks a filter of its market."""
    return ApiError(FILTER, f"Filter failure: {name}")


def unknown_symbol() -> ApiError:
    """No market of this name."""
    return ApiError(-1121, "Invalid symbol.")


def no_such_order() -> ApiError:
    """A query for an order that is not there."""
    return ApiError(-2013, "Order does not exist.")


def no_such_list() -> ApiError:
    """A query for an order list that is not there."""
    return ApiError(-2018, "Order list does not exist.")


def wrong_client_id() -> ApiError:
    """Both ids came along, and they are not those of one order."""
    return ApiError(-2039, "Client order ID is not correct for this order ID.")


def either(first: str, second: str) -> ApiError:
    """One of two parameters must be there."""
    return ApiError(-1102, f"Param '{first}' or '{second}' must be sent, but both were empty/null!")


def not_required(name: str) -> ApiError:
    """A parameter that this kind of request does not take."""
    return ApiError(-1106, f"Parameter '{name}' sent when not required.")


def not_valid(name: str) -> ApiError:
    """A parameter with a value that there is not."""
    return ApiError(-1130, f"Data sent for parameter '{name}' is not valid.")


def too_long(hours: int) -> ApiError:
    """A window of time beyond what one request may cover."""
    return ApiError(-1127, f"More than {hours} hours between startTime and endTime.")
