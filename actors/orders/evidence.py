"""When silence of the venue proves that an order does not exist (A1, A14, O5). Pure.

A venue that is asked for an order and knows none may simply not know it yet: the request can still
be on its way, and look-ups lag behind the matching engine. Only past a fence in time, and only when
asked twice, is that evidence. How long the fence must be follows from the venue: how long it lets a
request wait before it drops it, plus its own processing time-out, plus the lag of its look-ups.

What counts is when the venue was asked, not when its answer came: that may have been on its way.
"""

from __future__ import annotations

import msgspec

from ...runtime import Millis
from .model import Order


class Patience(msgspec.Struct, frozen=True):
    """How long a desk waits for the venue; all in ms.

    fence: None for a venue that does not drop what is late. Then silence never proves anything:
    an order of unknown outcome stays unknown, and its reservation stays, until there is evidence.
    sweep: None where no event can be lost.
    """

    answer: Millis = Millis(10_000)  # for the answer to one request; then its outcome is unknown
    first: Millis = Millis(1_000)  # until the first look-up of an order in doubt
    factor: int = 2  # by which each further look-up waits longer
    cap: Millis = Millis(60_000)  # but never longer than this
    fence: Millis | None = Millis(17_000)  # recvWindow 5 s, processing 10 s, look-up lag 2 s
    spacing: Millis = Millis(2_000)  # between two looks that count as two
    sweep: Millis | None = Millis(60_000)  # between two looks at all orders, while any are live


class Doubt(msgspec.Struct, frozen=True):
    """What is known of an order whose state at the venue is not."""

    since: Millis  # since when: answers to what was asked before say nothing of it
    attempts: int = 0  # look-ups so far
    absent_at: Millis | None = None  # the first look-up past the fence that found none
    grace: Millis = Millis(0)  # how long after `since` a request for it may still leave

    @property
    def sent_until(self) -> Millis:
        """When it was last possible that a request for it left."""
        return Millis(self.since + self.grace)


def pause(attempts: int, patience: Patience) -> Millis:
    """How many ms to wait after so many attempts in a row that brought nothing."""
    return Millis(min(patience.first * patience.factor ** min(attempts, 32), patience.cap))


def delay(doubt: Doubt, patience: Patience, at: Millis) -> Millis:
    """How many ms after `at` to look again: ever later, but not past the next time that counts."""
    if doubt.absent_at is not None and at < doubt.absent_at + patience.spacing:
        return Millis(doubt.absent_at + patience.spacing - at)  # whoever has looked in between
    wait = pause(doubt.attempts, patience)
    if patience.fence is None:
        return wait
    until_fence = doubt.sent_until + patience.fence - at
    return Millis(min(wait, until_fence) if until_fence > 0 else wait)


def tried(doubt: Doubt) -> Doubt:
    """The doubt after a look-up that brought nothing to rely on."""
    return Doubt(doubt.since, doubt.attempts + 1, doubt.absent_at, doubt.grace)


def absent(doubt: Doubt, patience: Patience, at: Millis) -> Doubt:
    """The doubt after a look-up that was made at `at` and found no such order."""
    seen = doubt.absent_at
    if seen is None and patience.fence is not None and at >= doubt.sent_until + patience.fence:
        seen = at
    return Doubt(doubt.since, doubt.attempts + 1, seen, doubt.grace)


def proves_absence(doubt: Doubt, patience: Patience, at: Millis) -> bool:
    """Whether another look-up, made at `at`, that finds no such order settles it."""
    return doubt.absent_at is not None and at >= doubt.absent_at + patience.spacing


def overdue_at(doubt: Doubt, patience: Patience) -> Millis:
    """From when an order has been in doubt for longer than the venue gives reason for (R4)."""
    reason = patience.cap if patience.fence is None else patience.fence
    return Millis(doubt.sent_until + reason + 1)


def absence_evidence(order: Order, doubt: Doubt, at: Millis) -> str:
    """The sentence that stands in the journal for an order that never was, or is no more."""
    return (
        f"the venue knew of no {order.client_id} at {doubt.absent_at} and at {at} ms, "
        f"past its time-out for requests of {doubt.sent_until} ms"
    )
