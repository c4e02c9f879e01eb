"""Orders, algo orders and trades as REST shows them: same names, same order, same digits.

Pure: from what the engine knows to what is written.
"""

from __future__ import annotations

from fractions import Fraction

from ....actors.matching.markets import Market
from ....actors.matching.values import Execution, Order
from ..market.turnover import turnover
from . import figures
from .figures import Filled
from .product import Product, contract_of, pair_of
from .words import (
    SIDE_NAMES,
    STATUSES,
    TYPES,
    WORKING_NAMES,
    algo_status,
    mode_name,
    original_type,
    position_name,
    type_name,
)

Shape = dict[str, object]


def queried(order: Order, market: Market, product: Product, filled: Filled) -> Shape:
    """An order that was asked for."""
    shown = _head(order, market, product)
    shown |= {
        "price": figures.price(market, order.price),
        "avgPrice": figures.average(market, filled.average),
        "origQty": figures.amount(market, order.amount),
        "executedQty": figures.amount(market, order.filled),
        product.cost_name: figures.worth(market, filled.turnover),
    }
    shown |= _terms(order, market, product)
    shown["time"] = order.created_at
    shown["updateTime"] = order.updated_at
    return shown


def placed(order: Order, market: Market, product: Product, filled: Filled) -> Shape:
    """An order that was taken, changed or cancelled."""
    shown = _head(order, market, product)
    shown |= {
        "price": figures.price(market, order.price),
        "avgPrice": figures.average(market, filled.average),
        "origQty": figures.amount(market, order.amount),
        "executedQty": figures.amount(market, order.filled),
        "cumQty": figures.amount(market, order.filled),
        product.cost_name: figures.worth(market, filled.turnover),
    }
    shown |= _terms(order, market, product)
    shown["updateTime"] = order.updated_at
    return shown


def acknowledged(order: Order, market: Market, product: Product) -> Shape:
    """An order that was taken, as it stood when it came: nothing of it has traded."""
    shown = placed(order, market, product, Filled(0, figures.NOTHING))
    none = figures.amount(market, 0)
    shown |= {"status": "NEW", "executedQty": none, "cumQty": none}
    return shown


def forced(order: Order, market: Market, product: Product, filled: Filled) -> Shape:
    """An order by which the venue closed a position."""
    shown = queried(order, market, product, filled)
    for name in ("priceMatch", "selfTradePreventionMode", "goodTillDate"):
        shown.pop(name, None)
    return shown


def algo(order: Order, market: Market, algo_id: int) -> Shape:
    """A conditional order."""
    request = order.request
    limit = figures.price(market, order.price)
    shown: Shape = {
        "algoId": algo_id,
        "clientAlgoId": order.client_id,
        "algoType": "CONDITIONAL",
        "orderType": TYPES[request.kind],
        "type": TYPES[request.kind],
        "symbol": request.symbol,
        "side": SIDE_NAMES[request.side],
        "positionSide": position_name(request.position_side),
        "timeInForce": request.time_in_force,
        "quantity": figures.amount(market, order.amount),
        "algoStatus": algo_status(order),
        "actualOrderId": str(order.id) if order.is_triggered else "",
        "actualPrice": figures.average(market, _average(order)),
        "triggerPrice": figures.price(market, request.stop_price or 0),
        "price": limit,
        "icebergQuantity": None,
        "tpTriggerPrice": figures.price(market, 0),
        "tpPrice": figures.price(market, 0),
        "slTriggerPrice": figures.price(market, 0),
        "slPrice": figures.price(market, 0),
        "tpOrderType": "",
        "selfTradePreventionMode": mode_name(request.self_trade),
        "workingType": WORKING_NAMES[request.trigger],
        "priceMatch": "NONE",
        "closePosition": request.closes_position,
        "priceProtect": False,
        "reduceOnly": request.is_reduce_only,
        "createTime": order.created_at,
        "updateTime": order.updated_at,
        "triggerTime": order.working_at if order.is_triggered else 0,
        "goodTillDate": request.good_till or 0,
    }
    if request.trailing_bips is not None:
        shown |= _trailing(order, market, "callbackRate")
    return shown


def trade(execution: Execution, market: Market, product: Product) -> Shape:
    """One side's share of a trade, as its account is told of it."""
    moved = turnover(market, execution.price, execution.amount)
    shown: Shape = {"symbol": execution.symbol}
    if product.is_inverse:
        shown["pair"] = pair_of(market)
    shown |= {
        "id": execution.trade_id,
        "orderId": execution.order_id,
        "side": SIDE_NAMES[execution.side],
        "price": figures.price(market, execution.price),
        "qty": figures.amount(market, execution.amount),
        "realizedPnl": figures.money(execution.profit),
        "baseQty" if product.is_inverse else "quoteQty": figures.worth(market, moved),
        "commission": figures.money(execution.fee),
        "commissionAsset": execution.fee_asset,
        "time": execution.at,
        "positionSide": position_name(execution.position_side),
        "buyer": execution.side == "buy",
        "maker": execution.liquidity == "maker",
    }
    if product.is_inverse:
        shown["marginAsset"] = contract_of(market).margin_asset
    return shown


def client_id_of(order: Order) -> str:
    """The client id; of a forced order the one that the venue makes."""
    if order.is_liquidation:
        return f"autoclose-{order.id}"
    return order.client_id


def _head(order: Order, market: Market, product: Product) -> Shape:
    shown: Shape = {"orderId": order.id, "symbol": order.request.symbol}
    if product.is_inverse:
        shown["pair"] = pair_of(market)
    shown["status"] = STATUSES[order.status]
    shown["clientOrderId"] = client_id_of(order)
    return shown


def _terms(order: Order, market: Market, product: Product) -> Shape:
    request = order.request
    shown: Shape = {
        "timeInForce": request.time_in_force,
        "type": type_name(order),
        "reduceOnly": request.is_reduce_only,
        "closePosition": request.closes_position and not request.is_algo,
        "side": SIDE_NAMES[request.side],
        "positionSide": position_name(request.position_side),
        "stopPrice": figures.price(market, 0 if request.is_algo else order.stop_price),
        "workingType": WORKING_NAMES[request.trigger],
        "priceProtect": False,
        "origType": original_type(order),
        "priceMatch": "NONE",
        "selfTradePreventionMode": mode_name(request.self_trade),
    }
    if not product.is_inverse:
        shown["goodTillDate"] = request.good_till or 0
    if request.trailing_bips is not None and not request.is_algo:
        shown |= _trailing(order, market, "priceRate")
    return shown


def _trailing(order: Order, market: Market, rate_name: str) -> Shape:
    request = order.request
    return {
        "activatePrice": figures.price(market, request.activation_price or 0),
        rate_name: figures.callback(request.trailing_bips or 0),
    }


def _average(order: Order) -> Fraction:
    return Fraction(order.cost, order.filled) if order.filled else figures.NOTHING
