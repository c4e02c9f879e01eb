"""What ended a call to ccxt, as one of ours; and what it means for the line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import outcome

from ...runtime import Millis, Refusal
from ..ccxt_trio.errors import Fate, fate_of, said_of
from ..ccxt_trio.upstream import errors
from ..market.errors import OrderRejected
from .errors import Barred, KeyTrouble, NotListed, NotOffered, Unsettled, VenueAway

REGION = 451


def leaf_of(ended: Any) -> Exception:
    """What a call raised: one error, however many groups it is in. A cancellation goes on."""
    error = ended.error
    while isinstance(error, BaseExceptionGroup):
        error = next(
            (each for each in error.exceptions if not isinstance(each, Exception)),
            error.exceptions[0],
        )
    if not isinstance(error, Exception):
        ended.unwrap()
    return error


def causes_of(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def is_clock(error: BaseException) -> bool:
    """Whether the venue refused a request for its time stamp alone."""
    if isinstance(error, OrderRejected):
        return error.reason == "CLOCK"
    return isinstance(error, errors.InvalidNonce) and not isinstance(error, errors.ChecksumError)


def is_for_good(error: BaseException) -> bool:
    """Whether it will go the same way however often it is tried."""
    if isinstance(error, KeyTrouble):
        return True
    said = said_of(error)
    if said is not None and said.status == REGION:
        return True
    return isinstance(error, (errors.AuthenticationError, errors.RestrictedLocation))


def trouble_of_read(error: Exception, venue: str, what: str) -> Refusal:
    for each in causes_of(error):
        if isinstance(each, Refusal):
            return each
    said = said_of(error)
    if is_for_good(error):
        return KeyTrouble(venue, _words(error))
    if isinstance(error, errors.BadSymbol):
        return NotListed(venue, what)
    if isinstance(error, errors.NotSupported):
        return NotOffered(what, _words(error))
    del said
    return VenueAway(venue, _words(error))


def trouble_of_write(error: Exception, venue: str, client_id: str) -> Refusal:
    for each in causes_of(error):
        if isinstance(each, OrderRejected):
            return each
        if isinstance(each, Barred):
            return OrderRejected(client_id, "RATE_LIMIT", str(each))
    if fate_of(error) is Fate.NOTHING_SENT:
        return OrderRejected(client_id, "NOT_SENT", _words(error))
    if is_clock(error):
        return OrderRejected(client_id, "CLOCK", _words(error))
    if isinstance(error, errors.DuplicateOrderId):
        return OrderRejected(client_id, "DUPLICATE_ORDER", _words(error))
    if isinstance(error, errors.OrderNotFound):
        return OrderRejected(client_id, "UNKNOWN_ORDER", _words(error))
    if isinstance(error, errors.AuthenticationError):
        return OrderRejected(client_id, "KEY", _words(error))
    if isinstance(error, errors.InsufficientFunds):
        return OrderRejected(client_id, "INSUFFICIENT_BALANCE", _words(error))
    if isinstance(error, (errors.RateLimitExceeded, errors.DDoSProtection)):
        return OrderRejected(client_id, "RATE_LIMIT", _words(error))
    if isinstance(error, errors.ExchangeError) and not isinstance(error, errors.OperationFailed):
        return OrderRejected(client_id, "REFUSED", _words(error))
    return Unsettled(client_id, _words(error))


def _words(error: Exception) -> str:
    return str(error)[:200]


__all__ = ["Millis", "outcome"]
