"""What a user data stream tells: execution reports, balances, lists. Pure, from engine events."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from ....actors.matching.markets import Market
from ....actors.matching.values import BalanceChanged, ListChanged, Order, OrderChanged
from ....runtime import Millis
from .desk import Strategy
from .shapes import show_amount, show_atoms, show_cost, show_price
from .words import (
    CHANGES,
    SIDE_NAMES,
    expiry_reason,
    is_stop,
    status_name,
    time_name,
    type_name,
)

Report: TypeAlias = dict[str, object]
_REJECTIONS: Final[Mapping[str, str]] = MappingProxyType({
    "INSUFFICIENT_BALANCE": "INSUFFICIENT_BALANCES",
    "WOULD_TRIGGER": "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
    "WOULD_TAKE": "WOULD_MATCH_IMMEDIATELY",
    "LIST_PRICES": "OCO_BAD_PRICES",
})  # fmt: skip


def execution_report(
    event: OrderChanged, market: Market, number: int, strategy: Strategy | None
) -> Report:
    """An order changed. number: of the execution, ascending over the venue."""
    order, request, trade = event.order, event.order.request, event.execution
    is_renamed = event.change in {"cancelled", "replaced"} and bool(event.replaces)
    new_id, old_id = order.client_id, ""
    if is_renamed:
        is_cancel = event.change == "cancelled"
        new_id = event.replaces if is_cancel else order.client_id
        old_id = order.client_id if is_cancel else event.replaces
    report: Report = {
        "e": "executionReport",
        "E": event.at,
        "s": request.symbol,
        "c": new_id,
        "S": SIDE_NAMES[request.side],
        "o": type_name(request),
        "f": time_name(request),
        "q": show_amount(market, order.amount),
        "p": show_price(market, order.price),
        "P": show_price(market, order.stop_price),
        "F": show_amount(market, request.visible or 0),
        "g": order.list_id,
        "C": old_id,
        "x": CHANGES[event.change],
        "X": status_name(order, event.status),
        "r": _REJECTIONS.get(event.reason, "NONE") if event.change == "rejected" else "NONE",
        "i": order.id,
        "l": show_amount(market, trade.amount if trade is not None else 0),
        "z": show_amount(market, event.filled),
        "L": show_price(market, trade.price if trade is not None else 0),
        "n": show_atoms(trade.fee) if trade is not None else "0",
        "N": trade.fee_asset if trade is not None else None,
        "T": event.at,
        "t": trade.trade_id if trade is not None else -1,
        "I": number,
        "w": event.status in {"open", "partial"},
        "m": trade is not None and trade.liquidity == "maker",
        "M": trade is not None,
        "O": order.created_at,
        "Z": show_cost(market, event.cost),
        "Y": show_cost(market, trade.price * trade.amount if trade is not None else 0),
        "Q": show_cost(market, request.quote_amount or 0),
    }
    if order.working_at >= 0 or event.status == "open":
        report["W"] = order.working_at if order.working_at >= 0 else event.at
    report["V"] = request.self_trade.upper()
    return report | _conditional(event, market, strategy)


def _conditional(event: OrderChanged, market: Market, strategy: Strategy | None) -> Report:
    order, request = event.order, event.order.request
    more: Report = {}
    if request.trailing_bips is not None and is_stop(request):
        more["d"] = request.trailing_bips
        more["D"] = order.created_at if request.stop_price is None else -1
    if strategy is not None and strategy.id is not None:
        more["j"] = strategy.id
    if strategy is not None and strategy.type is not None:
        more["J"] = strategy.type
    if event.change == "prevented":
        more["v"] = 0
        more["A"] = show_amount(market, order.prevented)
        more["B"] = show_amount(market, order.prevented)
        more["Cs"] = request.symbol
    if event.change in {"expired", "rejected"}:
        more["eR"] = expiry_reason(order, event.reason)
    return more


def position(changes: dict[str, BalanceChanged], at: Millis) -> Report:
    """The balances that changed, by asset, as they are after it."""
    return {
        "e": "outboundAccountPosition",
        "E": at,
        "u": at,
        "B": [
            {"a": asset, "f": show_atoms(change.free), "l": show_atoms(change.locked)}
            for asset, change in changes.items()
        ],
    }


def balance_update(change: BalanceChanged) -> Report:
    """Money that came or went, other than by trading."""
    return {
        "e": "balanceUpdate",
        "E": change.at,
        "a": change.asset,
        "d": show_atoms(change.delta),
        "T": change.at,
    }


def list_status(event: ListChanged, orders: list[Order]) -> Report:
    """An order list was taken, is executing, or is over."""
    kind = {"taken": "EXEC_STARTED", "executing": "EXEC_STARTED", "done": "ALL_DONE"}
    status = {"taken": "EXECUTING", "executing": "EXECUTING", "done": "ALL_DONE"}
    return {
        "e": "listStatus",
        "E": event.at,
        "s": event.symbol,
        "g": event.list_id,
        "c": "OCO" if event.contingency == "OCO" else "OTO",
        "l": kind[event.state],
        "L": status[event.state],
        "r": "NONE",
        "C": event.client_id,
        "T": event.at,
        "O": [{"s": event.symbol, "i": each.id, "c": each.client_id} for each in orders],
    }
