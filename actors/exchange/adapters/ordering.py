"""A `Submit` as the arguments of ccxt's `create_order`, and whether it may be sent at all; pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs

from ...market.errors import OrderRejected, Reason
from ...market.money import from_float, multiply, plain
from ..messages import Submit
from .capabilities import Capabilities
from .client_ids import ClientIdRule

HUNDRED: Final = Decimal(100)
_AT_MARKET: Final = frozenset({"market", "stop_loss", "take_profit", "trailing_stop"})
_STOPS: Final = frozenset({"stop_loss", "stop_limit"})
_TARGETS: Final = frozenset({"take_profit", "take_profit_limit"})


@attrs.frozen
class Arguments:
    """What `create_order` is called with."""

    symbol: str
    kind: str  # "market" or "limit": ccxt tells the others by their triggers
    side: str
    amount: float | str
    price: float | str | None
    params: dict[str, Any]

    def as_tuple(self) -> tuple[Any, ...]:
        """In ccxt's order."""
        return self.symbol, self.kind, self.side, self.amount, self.price, self.params


def arguments(order: Submit, client_ids: ClientIdRule) -> Arguments:
    """An order in ccxt's words; numbers keep every digit."""
    params: dict[str, Any] = {"clientOrderId": client_ids.written(order.client_id)}
    is_market = order.kind in _AT_MARKET
    if order.effect == "reduce":
        params["reduceOnly"] = True
    if order.time_in_force == "GTX":
        params["postOnly"] = True
    elif not is_market and order.time_in_force != "GTC":
        params["timeInForce"] = order.time_in_force
    if order.kind in _STOPS and order.stop is not None:
        params["stopLossPrice"] = plain(order.stop)
    if order.kind in _TARGETS and order.stop is not None:
        params["takeProfitPrice"] = plain(order.stop)
    if order.kind == "trailing_stop" and order.trail is not None:
        params["trailingPercent"] = plain(multiply(order.trail, HUNDRED).normalize())
        if order.stop is not None:
            params["trailingTriggerPrice"] = plain(order.stop)
    return Arguments(
        symbol=order.symbol,
        kind="market" if is_market else "limit",
        side=order.side,
        amount=number_of(order.amount),
        price=None if is_market or order.price is None else number_of(order.price),
        params=params,
    )


def number_of(value: Decimal) -> float | str:
    """A number as ccxt takes it: a float where that is the number, else its text.

    All exchanges take floats, and nearly all take texts; a float of more than 15 digits may be
    another number.
    """
    near = float(value)
    return near if from_float(near) == value else plain(value)


def checked(order: Submit, offered: Capabilities) -> None:
    """Raises OrderRejected where the order has no form at this venue; nothing was sent then."""
    problem = _problem(order, offered)
    if problem is not None:
        raise OrderRejected(order.client_id, *problem)


def _problem(order: Submit, offered: Capabilities) -> tuple[Reason, str] | None:
    if order.kind not in offered.kinds:
        known = ", ".join(offered.kinds) or "none"
        return "NOT_OFFERED", f"{offered.venue} takes no {order.kind} order; it takes: {known}"
    missing = _missing(order)
    if missing:
        return "PRICE_FILTER", f"a {order.kind} order needs {missing}"
    if order.kind not in _AT_MARKET and order.time_in_force not in offered.times_in_force:
        known = ", ".join(offered.times_in_force)
        words = f"{offered.venue} has no {order.time_in_force}; it has: {known}"
        return "NOT_OFFERED", words
    rule = offered.client_id
    if rule is not None and not rule.fits(rule.written(order.client_id)):
        return "NOT_OFFERED", f"{offered.venue} takes no client id such as this"
    return None


def _missing(order: Submit) -> str:
    if order.kind not in _AT_MARKET and order.price is None:
        return "a price"
    if order.kind in _STOPS | _TARGETS and order.stop is None:
        return "the price of its trigger"
    return "its distance" if order.kind == "trailing_stop" and order.trail is None else ""


def kept(wanted: Decimal, rounded: object) -> bool:
    """Whether what ccxt would send is what was ordered: it cuts to the step without a word."""
    return isinstance(rounded, str) and Decimal(rounded) == wanted
