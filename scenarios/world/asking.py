"""What a desk is asked, from the texts in which a script writes amounts and prices."""

from __future__ import annotations

from ...actors.market.side import Purpose, Side
from ...actors.orders.messages import PlaceOrder
from .amounts import decimal_of


def limit_order(
    symbol: str, side: Side, amount: str, price: str, *, purpose: Purpose
) -> PlaceOrder:
    """An order with a price. Raises a UsageError."""
    of = decimal_of("amount", amount), decimal_of("price", price)
    return PlaceOrder(symbol, side, "limit", *of, purpose=purpose)


def market_order(
    symbol: str, side: Side, amount: str, believed: str, *, purpose: Purpose
) -> PlaceOrder:
    """One without. believed: what the asset is thought to trade at. Raises a UsageError."""
    reference = decimal_of("reference", believed)
    size = decimal_of("amount", amount)
    return PlaceOrder(symbol, side, "market", size, reference=reference, purpose=purpose)
