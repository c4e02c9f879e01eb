"""One request of ours to the venue and back: what is tried again, and what never is.

Reads are tried a few times within their deadline. Writes go out once: where no answer tells what
became of one, that is what is said (`Unsettled`). The one exception is an order that the venue
turned away for its time stamp alone: it never looked at it, so with a right clock it may go again,
once (L4). What an error means is decided in `adapters.troubles`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import Final, TypeAlias, TypeVar

import attrs
import outcome
import trio

from ...runtime import BenthicError, Clock, Millis, Refusal
from ..market.errors import OrderRejected
from .adapters.paging import Pages
from .adapters.troubles import About, of_read, of_write
from .attempt import Attempt, attempted
from .backoff import Backoff
from .errors import Barred, NotServed, Unsettled, VenueAway
from .messages import Cancel, Submit
from .rate_budget import Urgency
from .rations import Passage, Rations

T = TypeVar("T")
Write: TypeAlias = Submit | Cancel
TRIES: Final = 3  # of one read, or of one page of it, that fail in a row
LEAST: Final = Millis(200)
MOST: Final = Millis(3_000)


@attrs.frozen
class Written:
    """A write, and who it is for. is_wanted: whether somebody waits for it still."""

    order: Write
    about: Callable[[], About]
    is_wanted: Callable[[], bool]


@attrs.define(eq=False)
class Errands:
    """How requests of one exchange are carried out. resync: measures the venue's clock again."""

    rations: Rations
    clock: Clock
    chance: Random
    resync: Callable[[], Awaitable[None]]

    async def read(
        self,
        call: Callable[[], Awaitable[T]],
        about: Callable[[], About],
        deadline: Millis,
        pages: Pages,
    ) -> T:
        """The answer, by `deadline` of the monotonic clock. Raises one of `errors`.

        pages: that the call keeps; a failure after one more that came is not one more in a row.
        """
        until = self._until(deadline)
        backoff = Backoff(self.chance, least=LEAST, most=MOST)
        last: BenthicError | None = None
        with trio.move_on_at(until):
            failures, most = 0, 0
            while failures < TRIES:
                with self.rations.admitting(Passage("read", until)):
                    ended = await attempted(call)
                if isinstance(ended, outcome.Value):
                    return ended.value  # type: ignore[no-any-return]  # what `call` gives
                failures = 1 if len(pages) > most else failures + 1
                most = max(most, len(pages))
                trouble = of_read(ended, about())
                last = trouble.error
                if trouble.again == "resynchronised":
                    await attempted(self.resync)
                elif trouble.again == "later":
                    await trio.sleep(backoff.next() / 1000)
                else:
                    break
        raise last or VenueAway(about().venue, f"no answer to {about().what} in time")

    async def write(
        self, call: Callable[[], Awaitable[T]], written: Written, deadline: Millis
    ) -> T:
        """The answer, by `deadline` of the monotonic clock. Raises OrderRejected or Unsettled."""
        until = self._until(deadline)
        try:
            return await self._sent(call, written, until)
        except OrderRejected as error:
            if error.reason != "CLOCK":
                raise
            with trio.move_on_at(until):
                if isinstance(await attempted(self.resync), Exception):
                    raise
        return await self._sent(call, written, until)

    async def _sent(self, call: Callable[[], Awaitable[T]], written: Written, until: float) -> T:
        order = written.order
        urgency, orders = urgency_of(order)
        passage = Passage(urgency, until, orders, written.is_wanted)
        ended: Attempt | None = None
        with self.rations.admitting(passage), trio.move_on_at(until):
            await trio.lowlevel.checkpoint()  # past the deadline it ends here
            ended = await attempted(call)
        if ended is None:
            raise _late(order, passage)
        if isinstance(ended, outcome.Value):
            return ended.value  # type: ignore[no-any-return]  # what `call` gives
        raise _refusal(ended, order, written.about(), passage)

    def _until(self, deadline: Millis) -> float:
        """A deadline by trio's clock, s."""
        return trio.current_time() + (deadline - self.clock.elapsed()) / 1000


def _refusal(error: Exception, order: Write, about: About, passage: Passage) -> BenthicError:
    """What a write that failed comes to."""
    if isinstance(error, Barred) and not passage.has_sent:
        return OrderRejected(order.client_id, "RATE_LIMIT", str(error))  # it was never admitted
    trouble = of_write(error, about)
    return trouble.rejection(order.client_id) or trouble.error


def _late(order: Write, passage: Passage) -> Refusal:
    """What a write comes to whose deadline has passed."""
    if passage.has_sent:
        return Unsettled(order.client_id, "no answer in time")
    return OrderRejected(order.client_id, "NOT_SENT", "its turn did not come in time")


def urgency_of(order: Write) -> tuple[Urgency, int]:
    """How urgent a write is, and how many new orders it makes."""
    if isinstance(order, Cancel):
        return "cancel", 0
    return ("protective" if order.purpose == "protective" else "entry"), 1


def is_of_key(error: BaseException) -> bool:
    """Whether a request was refused for its key, or for where it comes from."""
    return isinstance(error, NotServed) or (
        isinstance(error, OrderRejected) and error.reason in {"KEY", "REGION"}
    )
