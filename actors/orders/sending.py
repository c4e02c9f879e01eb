"""How an order goes out: what is sent for it, what that reserves, and what a refusal makes of it.

Pure. What waits for a price here is sent as the plain order that it is once the price is there: the
kinds at market as a market order, those with a limit as a limit order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from ...runtime import Millis
from ..exchange.errors import KeyTrouble, VenueAway
from ..exchange.messages import Submit
from ..market.errors import OrderRejected, Reason
from ..market.money import multiply
from ..market.side import LIMITED, TRIGGERED, Kind
from . import revising
from .factory import Terms
from .lifecycle import lives_on, refused, withdrawn
from .model import Order
from .plan import NO_PLAN, Revision

LATER: Final[frozenset[Reason]] = frozenset(
    {"NOT_SENT", "CLOCK", "RATE_LIMIT", "MARKET_CLOSED", "KEY"}
)
"""Refusals that are no word about the order: it may be taken another time."""


def kind_sent(order: Order) -> Kind:
    """As what an order is sent."""
    plan = order.plan or NO_PLAN
    if order.kind in TRIGGERED and (plan.forced or plan.keeper == "desk"):
        return "limit" if order.kind in LIMITED else "market"
    return order.kind


def submit_of(order: Order, until: Millis) -> Submit:
    """What is sent for what is left of an order."""
    plan, kind = order.plan or NO_PLAN, kind_sent(order)
    waits = kind in TRIGGERED
    return Submit(
        client_id=order.client_id,
        symbol=order.symbol,
        side=order.side,
        kind=kind,
        amount=order.remaining,
        price=order.price if kind in LIMITED else None,
        stop=plan.stop if waits else None,
        trail=plan.trail if kind == "trailing_stop" else None,
        time_in_force=plan.time_in_force if kind in LIMITED else "GTC",
        effect=plan.effect,
        purpose=order.purpose,
        until=until,
    )


def reserved_for(order: Order, terms: Terms) -> tuple[str, Decimal]:
    """The asset, and how much of it, that an order has to reserve to be sent; > 0.

    A buy reserves its cost at its limit, at its trigger price or at what the asset is believed to
    trade at, with the taker's fee; a sell what it sells.
    """
    left = order.remaining
    if order.side == "sell":
        return terms.base, left
    plan = order.plan or NO_PLAN
    value = order.price if kind_sent(order) in LIMITED else None
    worth = value or plan.reference or plan.stop or order.price
    if worth is None:
        raise AssertionError(order)  # every draft has one of them
    return terms.quote, multiply(multiply(left, worth), terms.gross)


def refused_order(order: Order, error: Exception, at: Millis, name: str) -> Order:
    """What becomes of an order that the venue has refused.

    Where that is no word about the order, and it is the desk's to send, it is sent again later.
    A trigger price that was passed already: it goes at once, within its limit if it has one. A
    price that the venue does not wait for, for whatever reason: the desk waits for it. All else
    has ended.
    name: its next client id.
    """
    plan = order.plan
    if lives_on(order) and is_for_now(error):
        return withdrawn(order, f"not taken yet: {error}", at, name)
    if plan is None or plan.forced or order.kind not in TRIGGERED or plan.keeper == "desk":
        return refused(order, str(error), at)
    if plan.revision is not None and plan.revision.then == "end":
        return refused(order, str(error), at)
    if isinstance(error, OrderRejected) and error.reason == "WOULD_TRIGGER":
        order = replace(order, plan=replace(plan, forced="market"))
        return withdrawn(order, f"its price has been passed: {error}", at, name)
    reason = f"the venue does not keep it, so it is kept here: {error}"
    wish = Revision("hold", *revising.target(order), reason)
    order = replace(order, plan=replace(plan, keeper="desk", revision=wish))
    return withdrawn(order, reason, at, name)


def is_for_now(error: Exception) -> bool:
    """Whether a refusal says nothing of the order itself."""
    if isinstance(error, OrderRejected):
        return error.reason in LATER
    return isinstance(error, (VenueAway, KeyTrouble))
