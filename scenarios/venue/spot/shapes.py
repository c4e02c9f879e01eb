"""Orders, trades and lists as the spot venue's JSON shows them, digit by digit.

Pure: from what the engine knows to what is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ....actors.matching.markets import ATOM_DIGITS, Market
from ....actors.matching.values import Execution, Order, OrderRequest
from ....runtime import Millis
from ..dialect.numbers import fixed
from .words import SIDE_NAMES, expiry_reason, is_pending, is_stop, status_name, time_name, type_name

RATE_DIGITS: Final = 8


def show_price(market: Market, price: int) -> str:
    """Price quanta with eight decimals."""
    return fixed(price, market.price_digits)


def show_amount(market: Market, amount: int) -> str:
    """Amount quanta with eight decimals."""
    return fixed(amount, market.amount_digits)


def show_cost(market: Market, cost: int) -> str:
    """A price times an amount with eight decimals."""
    return fixed(cost, market.cost_digits)


def show_atoms(atoms: int) -> str:
    """A balance or a fee with eight decimals."""
    return fixed(atoms, ATOM_DIGITS)


def show_rate(rate: int) -> str:
    """A rate in 1e-8 with eight decimals."""
    return fixed(rate, RATE_DIGITS)


def strategy(number: int | None, kind: int | None) -> dict[str, object]:
    """The numbers that an order was sent with for its sender's own use."""
    shown: dict[str, object] = {}
    if number is not None:
        shown["strategyId"] = number
    if kind is not None:
        shown["strategyType"] = kind
    return shown


def acknowledged(order: Order, at: Millis) -> dict[str, object]:
    """An order that was taken, in short (ACK)."""
    return {
        "symbol": order.request.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "transactTime": at,
    }


def placed(order: Order, market: Market, at: Millis) -> dict[str, object]:
    """An order that was taken, with its state (RESULT)."""
    return {
        **acknowledged(order, at),
        **_state(order, market),
        **conditional(order, market),
        "workingTime": order.working_at,
        "selfTradePreventionMode": order.request.self_trade.upper(),
    }


def cancelled(order: Order, market: Market, sent_as: str, at: Millis) -> dict[str, object]:
    """An order that was cancelled. sent_as: the client id of the cancel."""
    return {
        "symbol": order.request.symbol,
        "origClientOrderId": order.client_id,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": sent_as,
        "transactTime": at,
        **_state(order, market),
        **conditional(order, market),
        "selfTradePreventionMode": order.request.self_trade.upper(),
    }


def queried(order: Order, market: Market) -> dict[str, object]:
    """An order that was asked for."""
    request = order.request
    shown: dict[str, object] = {
        "symbol": request.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "clientOrderId": order.client_id,
        "price": show_price(market, order.price),
        "origQty": show_amount(market, order.amount),
        "executedQty": show_amount(market, order.filled),
        "cummulativeQuoteQty": show_cost(market, order.cost),
        "status": status_name(order, order.status),
        "timeInForce": time_name(request),
        "type": type_name(request),
        "side": SIDE_NAMES[request.side],
        "stopPrice": show_price(market, order.stop_price),
        "icebergQty": show_amount(market, request.visible or 0),
        "time": order.created_at,
        "updateTime": order.updated_at,
        "isWorking": order.working_at >= 0,
        "workingTime": order.working_at,
        "origQuoteOrderQty": show_cost(market, request.quote_amount or 0),
        "selfTradePreventionMode": request.self_trade.upper(),
    }
    for name, value in conditional(order, market).items():
        shown.setdefault(name, value)
    return shown


def amended(order: Order, market: Market, former_id: str) -> dict[str, object]:
    """An order that was made smaller in its place. former_id: its client id before."""
    shown: dict[str, object] = {
        "symbol": order.request.symbol,
        "orderId": order.id,
        "orderListId": order.list_id,
        "origClientOrderId": former_id,
        "clientOrderId": order.client_id,
        "price": show_price(market, order.price),
        "qty": show_amount(market, order.amount),
        "executedQty": show_amount(market, order.filled),
        "preventedQty": show_amount(market, order.prevented),
        "quoteOrderQty": show_cost(market, order.request.quote_amount or 0),
        "cumulativeQuoteQty": show_cost(market, order.cost),
        "status": status_name(order, order.status),
        "timeInForce": time_name(order.request),
        "type": type_name(order.request),
        "side": SIDE_NAMES[order.request.side],
    }
    if not is_pending(order):
        shown["workingTime"] = order.working_at
    shown["selfTradePreventionMode"] = order.request.self_trade.upper()
    return shown


def fills(executions: Iterable[Execution], market: Market) -> list[dict[str, object]]:
    """The trades that an order made at once (FULL)."""
    return [
        {
            "price": show_price(market, each.price),
            "qty": show_amount(market, each.amount),
            "commission": show_atoms(each.fee),
            "commissionAsset": each.fee_asset,
            "tradeId": each.trade_id,
        }
        for each in executions
    ]


def my_trade(execution: Execution, market: Market, list_id: int) -> dict[str, object]:
    """One trade of an account."""
    return {
        "symbol": execution.symbol,
        "id": execution.trade_id,
        "orderId": execution.order_id,
        "orderListId": list_id,
        "price": show_price(market, execution.price),
        "qty": show_amount(market, execution.amount),
        "quoteQty": show_cost(market, execution.price * execution.amount),
        "commission": show_atoms(execution.fee),
        "commissionAsset": execution.fee_asset,
        "time": execution.at,
        "isBuyer": execution.side == "buy",
        "isMaker": execution.liquidity == "maker",
        "isBestMatch": True,
    }


def conditional(order: Order, market: Market) -> dict[str, object]:
    """What an answer says of some kinds of order only."""
    request: OrderRequest = order.request
    shown: dict[str, object] = {}
    if is_stop(request):
        shown["stopPrice"] = show_price(market, order.stop_price)
    if request.visible is not None:
        shown["icebergQty"] = show_amount(market, request.visible)
    if request.trailing_bips is not None:
        shown["trailingDelta"] = request.trailing_bips
        shown["trailingTime"] = order.created_at if request.stop_price is None else -1
    if order.prevented:
        shown["preventedMatchId"] = 0
        shown["preventedQuantity"] = show_amount(market, order.prevented)
    if order.status in {"expired", "rejected"}:
        shown["expiryReason"] = expiry_reason(order, "")
    return shown


def list_head(entry: Mapping[str, object], orders: Iterable[Order]) -> dict[str, object]:
    """An order list: what all answers about it begin with, and its orders."""
    return {
        **entry,
        "orders": [
            {
                "symbol": order.request.symbol,
                "orderId": order.id,
                "clientOrderId": order.client_id,
            }
            for order in orders
        ],
    }


def _state(order: Order, market: Market) -> dict[str, object]:
    request = order.request
    return {
        "price": show_price(market, order.price),
        "origQty": show_amount(market, order.amount),
        "executedQty": show_amount(market, order.filled),
        "origQuoteOrderQty": show_cost(market, request.quote_amount or 0),
        "cummulativeQuoteQty": show_cost(market, order.cost),
        "status": status_name(order, order.status),
        "timeInForce": time_name(request),
        "type": type_name(request),
        "side": SIDE_NAMES[request.side],
    }
