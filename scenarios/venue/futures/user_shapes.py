"""What the user data streams of futures carry; pure, from events to what is written."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from ....actors.matching.futures import Position, Summary
from ....actors.matching.markets import ATOM_DIGITS, Market
from ....actors.matching.values import (
    BalanceChanged,
    Movement,
    Order,
    OrderChanged,
    PositionChanged,
)
from ....runtime import Millis
from . import figures, wallets
from .figures import Filled
from .product import Product, contract_of
from .shapes import Shape
from .words import (
    CHANGES,
    REASONS,
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

BY_TRADE: Final[frozenset[Movement]] = frozenset(
    ("order", "trade", "fee", "liquidation", "adl", "rounding")
)


def order_update(
    event: OrderChanged, market: Market, product: Product, filled: Filled, position: Position
) -> Shape:
    """An order changed (ORDER_TRADE_UPDATE)."""
    order = event.order
    shown = _order(event, market, filled)
    execution = event.execution
    if product.is_inverse:
        shown["ma"] = contract_of(market).margin_asset
    if execution is not None or not order.is_liquidation:
        asset = contract_of(market).margin_asset
        shown["N"] = asset if execution is None else execution.fee_asset
        shown["n"] = "0" if execution is None else figures.money(execution.fee)
    shown |= {
        "T": event.at,
        "t": 0 if execution is None else execution.trade_id,
        "b": wallets.brief(position.bid_value),
        "a": wallets.brief(position.ask_value),
        "m": execution is not None and execution.liquidity == "maker",
    }
    shown |= _terms(order, market)
    shown |= {
        "rp": "0" if execution is None else figures.or_zero(figures.money(execution.profit)),
        "V": mode_name(order.request.self_trade),
    }
    return {"e": "ORDER_TRADE_UPDATE", "T": event.at, "E": event.at, "o": shown}


def trade_lite(event: OrderChanged, market: Market) -> Shape | None:
    """A fill in short (TRADE_LITE); None where nothing was filled."""
    execution, request = event.execution, event.order.request
    if execution is None:
        return None
    return {
        "e": "TRADE_LITE",
        "E": event.at,
        "T": event.at,
        "s": request.symbol,
        "c": event.order.client_id,
        "S": SIDE_NAMES[request.side],
        "q": figures.amount(market, event.order.amount),
        "p": figures.or_zero(figures.price(market, event.order.price)),
        "i": event.order.id,
        "l": figures.amount(market, execution.amount),
        "L": figures.price(market, execution.price),
        "t": execution.trade_id,
        "m": execution.liquidity == "maker",
    }


def algo_update(order: Order, market: Market, algo_id: int, at: Millis, reason: str) -> Shape:
    """An algo order changed (ALGO_UPDATE)."""
    request = order.request
    average = Fraction(order.cost, order.filled) if order.filled else figures.NOTHING
    shown: Shape = {
        "caid": order.client_id,
        "aid": algo_id,
        "at": "CONDITIONAL",
        "o": TYPES[request.kind],
        "s": request.symbol,
        "S": SIDE_NAMES[request.side],
        "ps": position_name(request.position_side),
        "f": request.time_in_force,
        "q": figures.amount(market, order.amount),
        "X": algo_status(order),
        "ai": str(order.id) if order.is_triggered else "",
        "ap": figures.average(market, average),
        "aq": figures.amount(market, order.filled),
        "act": type_name(order) if order.is_triggered else "0",
        "tp": figures.trimmed(figures.price(market, request.stop_price or 0)),
        "p": figures.trimmed(figures.price(market, order.price)),
        "V": mode_name(request.self_trade),
        "wt": WORKING_NAMES[request.trigger],
        "pm": "NONE",
        "cp": request.closes_position,
        "pP": False,
        "R": request.is_reduce_only,
        "tt": order.working_at if order.is_triggered else 0,
        "gtd": request.good_till or 0,
        "rm": reason,
    }
    return {"e": "ALGO_UPDATE", "T": at, "E": at, "o": shown}


def account_update(
    movement: Movement, at: Millis, balances: Iterable[Shape], positions: Iterable[Shape]
) -> Shape:
    """Money or positions changed (ACCOUNT_UPDATE)."""
    body = {"m": REASONS[movement], "B": list(balances), "P": list(positions)}
    return {"e": "ACCOUNT_UPDATE", "T": at, "E": at, "a": body}


def balance(event: BalanceChanged, summary: Summary) -> Shape:
    """A balance that changed."""
    change = 0 if event.movement in BY_TRADE else event.delta
    return {
        "a": event.asset,
        "wb": figures.money(event.free),
        "cw": figures.money(summary.cross_wallet),
        "bc": wallets.brief(change),
    }


def position(event: PositionChanged, market: Market, now: Position) -> Shape:
    """A position that changed. now: the same as it is at the end of all that happened."""
    return {
        "s": event.symbol,
        "pa": figures.trimmed(figures.amount(market, event.amount)),
        "ep": wallets.entry(market, entry_price(market, event.amount, event.entry_cost), 1),
        "bep": figures.trimmed(wallets.entry(market, now.break_even_price, 1)),
        "cr": figures.or_zero(figures.money(now.realised)),
        "up": figures.or_zero(figures.money(now.unrealised)),
        "mt": "isolated" if event.is_isolated else "cross",
        "iw": figures.money(event.isolated_margin),
        "ps": position_name(event.position_side),
    }


def margin_call(positions: Iterable[tuple[Market, Position]], wallet: int, at: Millis) -> Shape:
    """Positions come near to being closed by force (MARGIN_CALL)."""
    shown = [
        {
            "s": each.symbol,
            "ps": position_name(each.side),
            "pa": figures.trimmed(figures.amount(market, each.amount)),
            "mt": "CROSSED" if each.margin_type == "cross" else "ISOLATED",
            "iw": wallets.brief(each.isolated_wallet),
            "mp": figures.mark(market, each.mark),
            "up": figures.money(each.unrealised),
            "mm": figures.money(each.maintenance_margin),
        }
        for market, each in positions
    ]
    return {"e": "MARGIN_CALL", "E": at, "cw": figures.money(wallet), "p": shown}


def leverage_changed(symbol: str, leverage: int, at: Millis) -> Shape:
    """An account's leverage of a symbol changed (ACCOUNT_CONFIG_UPDATE)."""
    body = {"s": symbol, "l": leverage}
    return {"e": "ACCOUNT_CONFIG_UPDATE", "E": at, "T": at, "ac": body}


def entry_price(market: Market, amount: int, cost: int) -> Fraction:
    """The price of a position of this amount (quanta) and cost (atoms); 0 where there is none."""
    if not amount or not cost:
        return figures.NOTHING
    digits = ATOM_DIGITS - market.amount_digits
    size = contract_of(market).size
    if market.family == "inverse":
        return Fraction(abs(amount) * size * 10 ** (digits + market.price_digits), abs(cost))
    return Fraction(abs(cost), abs(amount) * size * 10 ** (digits - market.price_digits))


def _order(event: OrderChanged, market: Market, filled: Filled) -> Shape:
    order, execution = event.order, event.execution
    request = order.request
    done = "CALCULATED" if order.is_liquidation and event.change in {"new", "trade"} else None
    stop = 0 if request.is_algo else order.stop_price
    return {
        "s": request.symbol,
        "c": order.client_id,
        "S": SIDE_NAMES[request.side],
        "o": type_name(order),
        "f": request.time_in_force,
        "q": figures.amount(market, order.amount),
        "p": figures.or_zero(figures.price(market, order.price)),
        "ap": figures.or_zero(figures.average(market, filled.average)),
        "sp": figures.or_zero(figures.price(market, stop)),
        "x": done or CHANGES[event.change],
        "X": STATUSES[event.status],
        "i": order.id,
        "l": "0" if execution is None else figures.amount(market, execution.amount),
        "z": figures.or_zero(figures.amount(market, event.filled)),
        "L": "0" if execution is None else figures.price(market, execution.price),
    }


def _terms(order: Order, market: Market) -> Shape:
    request = order.request
    is_trailing = request.trailing_bips is not None and not request.is_algo
    activation = figures.price(market, request.activation_price or 0)
    return {
        "R": request.is_reduce_only or order.is_liquidation,
        "wt": WORKING_NAMES[request.trigger],
        "ot": original_type(order),
        "ps": position_name(request.position_side),
        "cp": request.closes_position and not request.is_algo,
        "AP": figures.or_zero(activation) if is_trailing else "0",
        "cr": figures.callback(request.trailing_bips or 0) if is_trailing else "0",
        "pP": False,
        "si": 0,
        "ss": 0,
    }
