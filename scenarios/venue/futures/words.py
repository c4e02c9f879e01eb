"""The futures venue's names for what the engine calls otherwise: types, states, modes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ....actors.market.side import Side
from ....actors.matching.values import (
    Change,
    Movement,
    Order,
    OrderKind,
    PositionSide,
    SelfTrade,
    Status,
    TimeInForce,
    Trigger,
)

KINDS: Final[Mapping[str, OrderKind]] = MappingProxyType(
    {
        "LIMIT": "limit",
        "MARKET": "market",
        "STOP": "stop_limit",
        "STOP_MARKET": "stop_loss",
        "TAKE_PROFIT": "take_profit_limit",
        "TAKE_PROFIT_MARKET": "take_profit",
        "TRAILING_STOP_MARKET": "trailing_stop",
    }
)
TYPES: Final[Mapping[OrderKind, str]] = MappingProxyType(
    {kind: name for name, kind in KINDS.items()}
)
LIMITED: Final = frozenset(("limit", "stop_limit", "take_profit_limit"))
CONDITIONAL: Final = frozenset(
    ("stop_limit", "stop_loss", "take_profit_limit", "take_profit", "trailing_stop")
)
SIDES: Final[Mapping[str, Side]] = MappingProxyType({"BUY": "buy", "SELL": "sell"})
SIDE_NAMES: Final[Mapping[Side, str]] = MappingProxyType({"buy": "BUY", "sell": "SELL"})
TIMES: Final[Mapping[str, TimeInForce]] = MappingProxyType(
    {"GTC": "GTC", "IOC": "IOC", "FOK": "FOK", "GTX": "GTX", "GTD": "GTD"}
)
MODES: Final[Mapping[str, SelfTrade]] = MappingProxyType(
    {
        "NONE": "none",
        "EXPIRE_TAKER": "expire_taker",
        "EXPIRE_MAKER": "expire_maker",
        "EXPIRE_BOTH": "expire_both",
    }
)
POSITION_SIDES: Final[Mapping[str, PositionSide]] = MappingProxyType(
    {"BOTH": "both", "LONG": "long", "SHORT": "short"}
)
WORKING: Final[Mapping[str, Trigger]] = MappingProxyType(
    {"CONTRACT_PRICE": "last", "MARK_PRICE": "mark"}
)
WORKING_NAMES: Final[Mapping[Trigger, str]] = MappingProxyType(
    {"last": "CONTRACT_PRICE", "mark": "MARK_PRICE"}
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
        "rejected": "EXPIRED",
    }
)
CHANGES: Final[Mapping[Change, str]] = MappingProxyType(
    {
        "new": "NEW",
        "trade": "TRADE",
        "cancelled": "CANCELED",
        "expired": "EXPIRED",
        "replaced": "AMENDMENT",
        "triggered": "NEW",
        "rejected": "EXPIRED",
    }
)
REASONS: Final[Mapping[Movement, str]] = MappingProxyType(
    {
        "order": "ORDER",
        "trade": "ORDER",
        "fee": "ORDER",
        "rounding": "ORDER",
        "liquidation": "ORDER",
        "adl": "ORDER",
        "deposit": "DEPOSIT",
        "withdraw": "WITHDRAW",
        "transfer": "DEPOSIT",
        "funding": "FUNDING_FEE",
        "insurance": "INSURANCE_CLEAR",
        "margin": "MARGIN_TRANSFER",
    }
)


def is_waiting_algo(order: Order) -> bool:
    """Whether an order is an algo order whose price has not come: no order of the book yet."""
    return order.request.is_algo and not order.is_triggered


def type_name(order: Order) -> str:
    """What an order is now: once triggered, a stop is a market or a limit order."""
    request = order.request
    if request.kind in CONDITIONAL and (order.is_triggered or request.is_algo):
        return "LIMIT" if request.kind in LIMITED else "MARKET"
    return TYPES[request.kind]


def original_type(order: Order) -> str:
    """What an order was sent as; what an algo order sends is a plain order of its own."""
    return type_name(order) if order.request.is_algo else TYPES[order.request.kind]


def position_name(side: PositionSide) -> str:
    """BOTH, LONG or SHORT."""
    return side.upper()


def mode_name(mode: SelfTrade) -> str:
    """The mode of self-trade prevention."""
    return mode.upper()


def algo_status(order: Order) -> str:
    """The state of an algo order: what it sends has states of its own."""
    if not order.is_triggered:
        if order.status == "held":
            return "NEW"
        return {"cancelled": "CANCELED", "rejected": "REJECTED"}.get(order.status, "EXPIRED")
    if order.status == "rejected":
        return "REJECTED"
    return "TRIGGERED" if order.status in {"open", "partial"} else "FINISHED"
