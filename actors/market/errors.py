"""What can be wrong with a value from outside, and with an order.

BenthicError
├─ UsageError
│  └─ BadValue         a text or a number is not what its place asks for; the same fails again
└─ Refusal
   └─ OrderRejected    a definite no: nothing of the order rests or traded; do not send it again
"""

from __future__ import annotations

from typing import Literal

from ...runtime import Refusal, UsageError

Reason = Literal[
    "LOT_SIZE",  # amount not on its step, not positive, below the minimum or above the maximum
    "PRICE_FILTER",  # price not on its step or not positive
    "MIN_NOTIONAL",  # amount times price is worth too little
    "MAX_NOTIONAL",  # amount times price is worth too much
    "INSUFFICIENT_BALANCE",  # the account cannot pay for it
    "DUPLICATE_ORDER",  # an open order bears the same client id: the first attempt exists
    "UNKNOWN_SYMBOL",  # not traded here
    "UNKNOWN_ORDER",  # no open order bears this client id
    "NO_MARKET",  # nothing has traded yet, so a market order has no price
    "PRICE_LIMIT",  # the price is too far from the market
    "POST_ONLY",  # it would have traded at once, and was not to
    "WOULD_TRIGGER",  # a stop on the wrong side of the market
    "TOO_MANY_ORDERS",  # of this account or symbol are open
    "RATE_LIMIT",  # the venue takes no request before a time that it says
    "CLOCK",  # the venue found the request too old or too early, and did not look at it
    "MARKET_CLOSED",  # halted, delisted, under maintenance
    "KEY",  # the key is wrong, or may not do this
    "REGION",  # the venue does not serve this region
    "NOT_OFFERED",  # this venue has no such kind of order
    "NOT_SENT",  # not one byte of it left
    "REFUSED",  # the venue's no, with words that say more
]


class BadValue(UsageError):
    """A value from outside does not have the form that its place asks for."""

    def __init__(self, place: str, value: object, remedy: str) -> None:
        super().__init__(f"{place}: {value!r}: {remedy}")
        self.place = place
        self.value = value
        self.remedy = remedy


class OrderRejected(Refusal):
    """A definite no to an order, or to the cancel of one; the venue's state is known."""

    def __init__(self, client_id: str, reason: Reason, detail: str) -> None:
        super().__init__(f"order {client_id}: {reason}: {detail}")
        self.client_id = client_id
        self.reason: Reason = reason
        self.detail = detail
