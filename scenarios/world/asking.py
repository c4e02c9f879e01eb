"""What a desk is asked, from the texts in which a script writes amounts and prices."""

from __future__ import annotations

from ...actors.market.side import Purpose, Side
from ...actors.orders.messages import PlaceOrder
from .amounts import decimal_of
from .trading import Trading


def order_for(
    bot: Trading,
    side: Side,
    amount: str,
    price: str | None,
    *,
    purpose: Purpose,
    reference: str | None,
) -> PlaceOrder:
    """A limit order with a price, else one at market. Raises a UsageError.

    reference: what the asset is thought to trade at; None: what it traded at last.
    """
    size = decimal_of("amount", amount)
    if price is not None:
        limit = decimal_of("price", price)
        return PlaceOrder(bot.pair, side, "limit", size, limit, purpose=purpose)
    last = bot.oracle.price
    words = reference or ("60000" if last is None else f"{float(last):.2f}")
    believed = decimal_of("reference", words)
    return PlaceOrder(bot.pair, side, "market", size, reference=believed, purpose=purpose)
