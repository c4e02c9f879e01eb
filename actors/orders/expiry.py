"""Whether an order has come to the end that was set for it. Pure."""

from __future__ import annotations

from decimal import Decimal

from ...runtime import Millis
from .levels import is_reached
from .model import Order


def is_expired(order: Order, at: Millis) -> bool:
    """Whether the time of an order is up."""
    expiry = None if order.plan is None else order.plan.expiry
    return expiry is not None and expiry.at is not None and at >= expiry.at


def is_expired_at(order: Order, price: Decimal) -> bool:
    """Whether a price ends an order."""
    expiry = None if order.plan is None else order.plan.expiry
    if expiry is None or expiry.price is None:
        return False
    return is_reached(price, expiry.price, expiry.direction)
