"""The ways out of one connector, rationed: nothing leaves that the address's budget did not admit.

ccxt asks its throttler before it signs a request; here that asks the budget, with the urgency of
the task that it runs in. What comes back is read for what the venue says of its limits. WebSocket
handshakes are requests too. Nothing here decides: see `rate_budget` and `told_limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import attrs
import trio

from ...runtime import AskError, Clock, Millis, Ref
from ..ccxt_trio.errors import DialFailed, HandshakeRefused, NothingSent
from ..ccxt_trio.sockets import Handshake, Socket, SocketDialer
from ..ccxt_trio.wire import Answer, Request, Transport, place, split
from .budget import Admit, BarTold, Limit, UsageTold
from .errors import Barred
from .rate_budget import Limits, Urgency
from .told_limits import BANNED, MINUTE, bar_of, learnt, used_share

PATIENCE: Final = Millis(30_000)  # of requests that nobody of ours asked for
CONNECT: Final = Millis(60_000)  # that a WebSocket may wait to be dialled
MARGIN: Final = 100  # ms more than a venue said, since its clock ticks too


@attrs.define(eq=False)
class Passage:
    """What is asked for in one task: how urgent it is, and whether anything of it left."""

    urgency: Urgency
    until: float  # s of trio's clock
    orders: int = 0
    is_wanted: Callable[[], bool] = lambda: True  # whether somebody waits for it still
    has_sent: bool = False


@attrs.frozen(kw_only=True)
class Household:
    """Whose budget it is. account: orders are counted by it."""

    budget: Ref
    clock: Clock
    venue: str
    account: str


class Rations:
    """The throttler of an exchange, and what its transport and its sockets go by."""

    def __init__(self, household: Household) -> None:
        self._own = household
        self._passages: dict[trio.lowlevel.Task, Passage] = {}
        self.limits = Limits()
        self._barred_until = 0  # ms, monotonic; so far as this connector has heard

    def go_by(self, limits: Limits) -> None:
        """Let the budget know what the venue allows."""
        if limits != self.limits:
            self.limits = limits
            self._own.budget.tell(Limit(limits))

    @contextmanager
    def admitting(self, passage: Passage) -> Iterator[None]:
        """Let requests of this task go by that."""
        task = trio.lowlevel.current_task()
        self._passages[task] = passage
        try:
            yield
        finally:
            del self._passages[task]

    async def __call__(self, cost: float | None = None) -> None:
        """See ccxt's `throttle`. Raises Barred."""
        passage = self._passages.get(trio.lowlevel.current_task())
        weight = 1.0 if cost is None else float(cost)
        if passage is None:
            await self._admit(Admit("read", PATIENCE, weight))
            return
        patience = Millis(max(int((passage.until - trio.current_time()) * 1_000), 0))
        await self._admit(
            Admit(passage.urgency, patience, weight, passage.orders, self._own.account)
        )

    async def connect(self) -> None:
        """May a WebSocket be dialled now? Raises Barred."""
        await self._admit(Admit("read", CONNECT, kind="connect"))

    def before(self, where: str) -> None:
        """The last look before bytes leave. Raises NothingSent."""
        if self._barred_until > self._own.clock.elapsed():
            raise NothingSent(where, "the venue takes no request for now")
        passage = self._passages.get(trio.lowlevel.current_task())
        if passage is None:
            return
        if not passage.is_wanted():  # its asker looks after the order by other means already
            raise NothingSent(where, "nobody waits for it any more")
        passage.has_sent = True

    def nothing_left(self) -> None:
        """What was to leave did not."""
        passage = self._passages.get(trio.lowlevel.current_task())
        if passage is not None:
            passage.has_sent = False

    def hear(self, path: str, answer: Answer) -> None:
        """Read what an answer says of limits."""
        self.bar(answer.status, answer.headers)
        if path.endswith("/exchangeInfo") and answer.status < 300:  # noqa: PLR2004 - HTTP's
            self.go_by(learnt(self.limits, path, answer.body))
        share = used_share(self.limits, path, answer.headers)
        if share is not None:
            self._own.budget.tell(UsageTold(MINUTE, share))

    def bar(self, status: int, headers: tuple[tuple[str, str], ...]) -> None:
        """Send nothing for a while, where an answer says so."""
        wait = bar_of(status, headers)
        if wait is not None:
            self.bar_for(
                wait, "banned for asking too much" if status == BANNED else "asked too much"
            )

    def bar_for(self, wait: int, reason: str) -> None:
        """Send nothing for so many ms, however the venue has said so."""
        clock = self._own.clock
        self._barred_until = max(self._barred_until, clock.elapsed() + wait + MARGIN)
        self._own.budget.tell(BarTold(Millis(clock.now() + wait + MARGIN), reason))

    async def _admit(self, admit: Admit) -> None:
        try:
            await self._own.budget.ask(admit, timeout=admit.patience + MARGIN)
        except AskError as error:
            until = Millis(self._own.clock.now() + MARGIN)
            raise Barred(self._own.venue, "its rate budget does not answer", until=until) from error


class RationedTransport:
    """See `Transport`. is_known: may a request be sent at all, now."""

    def __init__(self, inner: Transport, rations: Rations) -> None:
        self._inner = inner
        self._rations = rations

    async def send(self, request: Request) -> Answer:
        url = split(request.url)
        self._rations.before(f"{request.method} {place(url)}")
        try:
            answer = await self._inner.send(request)
        except NothingSent:
            self._rations.nothing_left()
            raise
        self._rations.hear(url.path, answer)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


class RationedSockets:
    """See `SocketDialer`."""

    def __init__(self, inner: SocketDialer, rations: Rations) -> None:
        self._inner = inner
        self._rations = rations

    async def open(self, handshake: Handshake, nursery: trio.Nursery) -> Socket:
        where = place(split(handshake.url))
        try:
            await self._rations.connect()
        except Barred as error:
            raise DialFailed(where, str(error)) from error
        try:
            return await self._inner.open(handshake, nursery)
        except HandshakeRefused as error:
            self._rations.bar(error.status, _headers(error))
            raise


def _headers(error: HandshakeRefused) -> tuple[tuple[str, str], ...]:
    return () if error.retry_after is None else (("retry-after", error.retry_after),)
