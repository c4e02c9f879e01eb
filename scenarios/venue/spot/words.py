"""The spot venue's names for what the engine calls otherwise: types, states, modes, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ....actors.market.side import Side
from ....actors.matching.values import (
    Change,
    Order,
    OrderKind,
    OrderRequest,
    SelfTrade,
    Status,
    TimeInForce,
)

KINDS: Final[Mapping[str, OrderKind]] = MappingProxyType(
    {
        "LIMIT": "limit",
        "LIMIT_MAKER": "limit",
        "MARKET": "market",
        "STOP_LOSS": "stop_loss",
        "STOP_LOSS_LIMIT": "stop_limit",
        "TAKE_PROFIT": "take_profit",
        "TAKE_PROFIT_LIMIT": "take_profit_limit",
    }
)
TYPES: Final[Mapping[OrderKind, str]] = MappingProxyType(
    {
        "limit": "LIMIT",
        "market": "MARKET",
        "stop_loss": "STOP_LOSS",
        "stop_limit": "STOP_LOSS_LIMIT",
        "take_profit": "TAKE_PROFIT",
        "take_profit_limit": "TAKE_PROFIT_LIMIT",
        "trailing_stop": "STOP_LOSS",
    }
)
SIDES: Final[Mapping[str, Side]] = MappingProxyType({"BUY": "buy", "SELL": "sell"})
SIDE_NAMES: Final[Mapping[Side, str]] = MappingProxyType({"buy": "BUY", "sell": "SELL"})
TIMES: Final[Mapping[str, TimeInForce]] = MappingProxyType(
    {"GTC": "GTC", "IOC": "IOC", "FOK": "FOK"}
)
MODES: Final[Mapping[str, SelfTrade]] = MappingProxyType(
    {
        "NONE": "none",
        "EXPIRE_TAKER": "expire_taker",
        "EXPIRE_MAKER": "expire_maker",
        "EXPIRE_BOTH": "expire_both",
        "DECREMENT": "decrement",
    }
)
STATUSES: Final[Mapping[Status, str]] = MappingProxyType(
    {
        "held": "NEW",
        "open": "NEW",
        "partial": "PARTIALLY_FILLED",
        "filled": "FILLED",
        "cancelled": "CANCELED",
        "expired": "EXPIRED",
        "expired_in_match": "EXPIRED_IN_MATCH",
        "rejected": "EXPIRED",  # when it was triggered; its expiry reason says so
    }
)
CHANGES: Final[Mapping[Change, str]] = MappingProxyType(
    {
        "new": "NEW",
        "trade": "TRADE",
        "cancelled": "CANCELED",
        "expired": "EXPIRED",
        "replaced": "REPLACED",
        "triggered": "NEW",
        "rejected": "EXPIRED",
        "prevented": "TRADE_PREVENTION",
    }
)


def type_name(request: OrderRequest) -> str:
    """The venue's type of an order."""
    if request.kind == "limit" and request.time_in_force == "GTX":
        return "LIMIT_MAKER"
    return TYPES[request.kind]


def time_name(request: OrderRequest) -> str:
    """The venue's time in force of an order: a post-only one rests like any other."""
    return "GTC" if request.time_in_force == "GTX" else request.time_in_force


def status_name(order: Order, status: Status) -> str:
    """The venue's status, as far as the order alone tells it."""
    if status == "held" and is_pending(order):
        return "PENDING_NEW"
    return STATUSES[status]


def is_pending(order: Order) -> bool:
    """Whether an order waits for another of its list, and not for a price."""
    return order.status == "held" and not is_stop(order.request)


def is_stop(request: OrderRequest) -> bool:
    """Whether an order waits for a price."""
    return request.stop_price is not None or request.trailing_bips is not None


def expiry_reason(order: Order, reason: str) -> str:
    """Why an order expired, in the venue's words."""
    if order.status == "rejected":
        return "REJECTED"
    if order.request.time_in_force == "FOK":
        return "UNFILLED_FOK_ORDER_EXPIRED"
    if order.request.time_in_force == "IOC":
        return "UNFILLED_IOC_QUANTITY_EXPIRED"
    if order.list_id >= 0 and reason != "NO_LIQUIDITY":
        return "OCO_TRIGGER"
    if order.request.kind == "market" or is_stop(order.request):
        return "INSUFFICIENT_LIQUIDITY"
    return "EXCHANGE_CANCELED"
