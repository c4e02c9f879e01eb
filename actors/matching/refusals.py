"""Why a matching engine says no. A dialect turns the reason into the venue's code and words."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ...runtime.errors import BenthicError

RefusedReason: TypeAlias = Literal[
    # what is asked for cannot be
    "UNKNOWN_SYMBOL",
    "UNKNOWN_ACCOUNT",
    "UNKNOWN_ORDER",
    "UNKNOWN_LIST",
    "DUPLICATE_ORDER",  # an open order of the account has this client id
    "BAD_COMBINATION",  # kind, price, stop price, time in force do not go together
    "MARKET_CLOSED",
    "NO_CHANGE",  # an amendment that changes nothing
    "AMEND",  # an amendment that this order or family does not take
    # filters
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
    # the state of the market
    "WOULD_TAKE",  # post-only
    "WOULD_TRIGGER",
    "LIST_PRICES",  # the legs of a list do not stand on both sides of the last price
    "NO_LIQUIDITY",
    # money
    "INSUFFICIENT_BALANCE",
    "MARGIN_IS_INSUFFICIENT",
    "REDUCE_ONLY",
    "POSITION_SIDE",
    "LEVERAGE",
    "MAX_POSITION",  # more than the leverage allows at this notional
    "NO_NEED_TO_CHANGE",  # a mode or a margin type that is already so
    "POSITION_OPEN",  # a mode or a margin type cannot change under positions or orders
    "ISOLATED_MARGIN",  # an isolated margin cannot be moved by this much, or at all
]


class Refused(BenthicError):
    """The engine does not do it, and nothing of it exists.

    reason: one of `RefusedReason`, for programs.
    detail: what about it, for people.
    """

    def __init__(self, reason: RefusedReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: RefusedReason = reason
        self.detail = detail


class BooksBroken(BenthicError):
    """The accounts of a clearing do not add up: a fault of the engine, never of its users."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"{detail}; this is a bug of the clearing, report it with the seed")
        self.detail = detail
