"""Messages that crash the actor that handles them: what a bug in somebody's mode would send.

Nothing in the actors knows of them. Each is a message of a known type with a part that cannot be,
so the exception is a real one, raised in the middle of real code.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..actors.exchange.messages import Query
from ..actors.orders.messages import PlaceOrder


def for_connector() -> Query:
    """Crashes a connector: what it looks up by cannot be looked up by."""
    no_text: Any = ["no", "symbol"]
    return Query("bn-poison", no_text)


def for_desk(symbol: str) -> PlaceOrder:
    """Crashes an order desk that trades `symbol`: an order whose amount is no number."""
    no_number: Any = None
    return PlaceOrder(symbol, "buy", "limit", no_number, Decimal(1))
