"""What an error says of an order that was sent. Pure.

A definite no and a venue that was not reached are both evidence: nothing of the order exists. All
else is silence, whatever it looks like, and silence is evidence of nothing (O5).
"""

from __future__ import annotations

from typing import Final, Literal

from ...runtime import AskError, MailboxFull, Refusal
from ..exchange.errors import NotListed, NotOffered, NotServed, VenueAway
from ..market.errors import OrderRejected, Reason

Verdict = Literal["refused", "exists", "unknown"]

NO_ANSWER: Final = (AskError, MailboxFull, Refusal)
"""What a request to the venue may end in, besides an answer; all else is a bug, and raised."""

_NOTHING_SENT: Final = (VenueAway, NotServed, NotListed, NotOffered)
_NOT_TAKEN_UP: Final[frozenset[Reason]] = frozenset(
    {
        "NOT_SENT",
        "CLOCK",
        "RATE_LIMIT",
        "KEY",
        "REGION",
        "NOT_OFFERED",
        "UNKNOWN_SYMBOL",
        "MARKET_CLOSED",
    }
)


def submitted(error: BaseException) -> Verdict:
    """What became of an order whose submission ended in `error`. Raises an error that is a bug."""
    if isinstance(error, OrderRejected):
        return "exists" if error.reason == "DUPLICATE_ORDER" else "refused"  # A12
    if isinstance(error, _NOTHING_SENT):
        return "refused"
    if isinstance(error, NO_ANSWER):
        return "unknown"
    raise error


def left_alone(error: BaseException) -> bool:
    """Whether a cancel that ended in `error` has surely changed nothing. Raises a bug.

    A venue that knows of no such open order is another matter: it has ended, one way or another.
    """
    if isinstance(error, OrderRejected):
        return error.reason in _NOT_TAKEN_UP
    if not isinstance(error, NO_ANSWER):
        raise error
    return isinstance(error, _NOTHING_SENT)


def was_heard(error: BaseException) -> bool:
    """Whether the venue itself has answered."""
    return isinstance(error, OrderRejected) and error.reason != "NOT_SENT"
