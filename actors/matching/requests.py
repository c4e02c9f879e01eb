"""From an order in decimals to the engine's request, and from its no to a venue's; pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from ...runtime import Millis
from ..market.errors import OrderRejected, Reason
from ..market.filters import violation
from ..market.money import ZERO
from ..market.report import OrderReport
from .dossier import ACCOUNT, Entry
from .face import FullOrder
from .quanta import Quanta, bips_of
from .refusals import Refused, RefusedReason
from .values import OrderRequest

_REASONS: Final[Mapping[RefusedReason, Reason]] = MappingProxyType(
    {
        "UNKNOWN_SYMBOL": "UNKNOWN_SYMBOL",
        "UNKNOWN_ORDER": "UNKNOWN_ORDER",
        "DUPLICATE_ORDER": "DUPLICATE_ORDER",
        "MARKET_CLOSED": "MARKET_CLOSED",
        "PRICE_FILTER": "PRICE_FILTER",
        "PERCENT_PRICE": "PRICE_LIMIT",
        "LOT_SIZE": "LOT_SIZE",
        "MARKET_LOT_SIZE": "LOT_SIZE",
        "NOTIONAL": "MIN_NOTIONAL",
        "MAX_NUM_ORDERS": "TOO_MANY_ORDERS",
        "MAX_NUM_ALGO_ORDERS": "TOO_MANY_ORDERS",
        "WOULD_TAKE": "POST_ONLY",
        "WOULD_TRIGGER": "WOULD_TRIGGER",
        "LIST_PRICES": "WOULD_TRIGGER",
        "NO_LIQUIDITY": "NO_MARKET",
        "INSUFFICIENT_BALANCE": "INSUFFICIENT_BALANCE",
        "MARGIN_IS_INSUFFICIENT": "INSUFFICIENT_BALANCE",
    }
)


# The engine's own details count in quanta.
_DETAILS: Final[Mapping[RefusedReason, str]] = MappingProxyType(
    {
        "NOTIONAL": "it is worth less than the market's minimum",
        "WOULD_TAKE": "it would trade at once, and was to rest",
        "WOULD_TRIGGER": "its stop is due at once",
        "LIST_PRICES": "the legs do not stand on both sides of the price",
        "MARKET_LOT_SIZE": "it is above the most that one order may be",
        "LOT_SIZE": "it is above the most that one order may be, or below the least",
        "MARGIN_IS_INSUFFICIENT": "the margin that is free does not carry it",
        "MAX_POSITION": "the position would be more than the leverage allows",
    }
)


def rejection(client_id: str, refused: Refused) -> OrderRejected:
    """The engine's no, in the words of every venue."""
    reason: Reason = _REASONS.get(refused.reason) or "REFUSED"
    detail = _DETAILS.get(refused.reason, refused.detail)
    if reason == "REFUSED":
        detail = f"{refused.reason}: {detail}"
    return OrderRejected(client_id, reason, detail)


def request_of(order: FullOrder, quanta: Quanta) -> OrderRequest:
    """The order in quanta. Raises OrderRejected where a number cannot be one of its market."""
    _check_numbers(order, quanta)
    kind = order.kind
    if kind == "trailing_stop_limit":
        detail = "a trailing stop with a limit is nobody's but the one who trades to keep"
        raise OrderRejected(order.client_id, "NOT_OFFERED", detail)
    trails = kind == "trailing_stop"
    bips = None
    if trails:
        bips = None if order.trail is None else bips_of(order.trail)
        if bips is None:
            detail = f"trail {order.trail}: a trailing stop's is a share in 1/10,000, below 1"
            raise OrderRejected(order.client_id, "REFUSED", detail)
    stop = None if order.stop is None else quanta.price(order.stop)
    return OrderRequest(
        account=ACCOUNT,
        symbol=order.symbol,
        side=order.side,
        kind=kind,
        client_id=order.client_id,
        amount=quanta.amount(order.amount),
        price=None if order.price is None else quanta.price(order.price),
        time_in_force=order.time_in_force,
        stop_price=None if trails else stop,
        activation_price=stop if trails else None,
        trailing_bips=bips,
        is_reduce_only=quanta.is_contract and order.effect == "reduce",
    )


def request_again(report: OrderReport, quanta: Quanta) -> OrderRequest:
    """What is left of an order that a venue of before took; a stop is not triggered twice."""
    request = request_of(report, quanta)
    left = request.amount or 0
    for fill in report.fills:
        left -= quanta.amount(fill.amount)
    if report.triggered_at is None:
        return replace(request, amount=left)
    return replace(
        request,
        amount=left,
        kind="market" if report.price is None else "limit",
        stop_price=None,
        trailing_bips=None,
        activation_price=None,
    )


def entry_of(order: FullOrder, venue_id: str, pair: str, at: Millis) -> Entry:
    """What is known of an order that was just taken."""
    return Entry(
        order.client_id,
        venue_id,
        order.symbol,
        order.side,
        order.kind,
        order.amount,
        order.price,
        order.stop,
        order.trail,
        order.time_in_force,
        pair,
        order.effect,
        at,
        at,
    )


def entry_again(report: OrderReport) -> Entry:
    """What is known of an order that a venue of before took."""
    return Entry(
        report.client_id,
        report.venue_id,
        report.symbol,
        report.side,
        report.kind,
        report.amount,
        report.price,
        report.stop,
        report.trail,
        report.time_in_force,
        report.pair,
        report.effect,
        report.created_at,
        report.changed_at,
        report.fills,
        triggered_at=report.triggered_at,
    )


def _check_numbers(order: FullOrder, quanta: Quanta) -> None:
    """Amount and prices are on their steps; what they are worth is the engine's to say."""
    instrument = quanta.instrument
    free = replace(instrument, min_cost=ZERO, max_cost=None)
    for price, rules in ((order.price, instrument), (order.stop, free)):
        worth = price is not None and not quanta.is_contract
        broken = violation(rules if worth else free, order.amount, price, Decimal(1))
        if broken is not None:
            raise OrderRejected(order.client_id, broken.reason, broken.detail)
