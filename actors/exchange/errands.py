"""One request of ours to the venue and back: what is tried again, and what never is.

Reads are tried a few times within their deadline. Writes go out once: where no answer tells what
became of one, that is what is said (`Unsettled`). The one exception is an order that the venue
turned away for its time stamp alone: it never looked at it, so with a right clock it may go again,
once (L4).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Final, TypeVar

import attrs
import outcome
import trio

from ...runtime import Clock, Millis, Refusal
from ..market.errors import OrderRejected
from .backoff import Backoff
from .errors import Barred, KeyTrouble, UnsoundAnswer, Unsettled, VenueAway
from .messages import Cancel, Submit
from .rate_budget import Urgency
from .rations import Passage, Rations
from .troubles_seen import is_clock, leaf_of, trouble_of_read, trouble_of_write

T = TypeVar("T")
Write = Submit | Cancel
TRIES: Final = 3  # of one read
LEAST: Final = Millis(200)
MOST: Final = Millis(3_000)


@attrs.define(eq=False)
class Errands:
    """How requests of one exchange are carried out. resync: measures the venue's clock again."""

    venue: str
    rations: Rations
    clock: Clock
    chance: Random
    resync: Callable[[], Awaitable[None]]

    async def read(self, call: Callable[[], Awaitable[T]], what: str, deadline: Millis) -> T:
        """The answer, by `deadline` of the monotonic clock. Raises one of `errors`."""
        until = self._until(deadline)
        backoff = Backoff(self.chance, least=LEAST, most=MOST)
        last: Refusal = VenueAway(self.venue, f"no answer to {what} in time")
        with trio.move_on_at(until):
            for _ in range(TRIES):
                with self.rations.passage("read", until):
                    ended = await outcome.acapture(call)
                if isinstance(ended, outcome.Value):
                    return ended.value  # type: ignore[no-any-return]  # what `call` gives
                error = leaf_of(ended)
                last = trouble_of_read(error, self.venue, what)
                if is_clock(error):
                    await outcome.acapture(self.resync)
                elif not isinstance(last, (VenueAway, UnsoundAnswer)) or isinstance(last, Barred):
                    break
                else:
                    await trio.sleep(backoff.next() / 1000)
        raise last

    async def write(self, call: Callable[[], Awaitable[T]], order: Write, deadline: Millis) -> T:
        """The answer, by `deadline` of the monotonic clock. Raises OrderRejected or Unsettled."""
        until = self._until(deadline)
        try:
            return await self._sent(call, order, until)
        except OrderRejected as error:
            if error.reason != "CLOCK":
                raise
            with trio.move_on_at(until):
                synced = await outcome.acapture(self.resync)
                if isinstance(synced, outcome.Error):
                    leaf_of(synced)
                    raise
        return await self._sent(call, order, until)

    async def _sent(self, call: Callable[[], Awaitable[T]], order: Write, until: float) -> T:
        urgency, orders = urgency_of(order)
        with self.rations.passage(urgency, until, orders) as passage:
            ended: Any = None
            with trio.move_on_at(until):
                ended = await outcome.acapture(call)
        if ended is None:
            raise _late(order, passage)
        if isinstance(ended, outcome.Value):
            return ended.value  # type: ignore[no-any-return]  # what `call` gives
        raise trouble_of_write(leaf_of(ended), self.venue, order.client_id)

    def _until(self, deadline: Millis) -> float:
        """A deadline by trio's clock, s."""
        return trio.current_time() + (deadline - self.clock.elapsed()) / 1000


def _late(order: Write, passage: Passage) -> Refusal:
    if passage.has_sent:
        return Unsettled(order.client_id, "no answer in time")
    return OrderRejected(order.client_id, "NOT_SENT", "its turn did not come in time")


def urgency_of(order: Write) -> tuple[Urgency, int]:
    """How urgent a write is, and how many new orders it makes."""
    if isinstance(order, Cancel):
        return "cancel", 0
    return ("protective" if order.purpose == "protective" else "entry"), 1


def is_shutting(error: BaseException) -> bool:
    """Whether it says that the key, or the place that we ask from, is not served at all."""
    return isinstance(error, KeyTrouble) or (
        isinstance(error, OrderRejected) and error.reason == "KEY"
    )
