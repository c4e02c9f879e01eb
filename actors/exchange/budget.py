"""The rate budget of one address: who may send next, shared by all connectors behind it.

What fits is decided in `rate_budget`; this file keeps the line of those who wait. Cancels go before
protective orders, these before entries, and reads come last; within each, first come first served.
While the venue takes nothing from the address nobody goes at all, cancels neither: a request into
a Retry-After makes the ban longer.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

import msgspec

from ...runtime import Actor, Ask, Millis, Ref, Refusal, Reply, Tell, Timer, on
from .bans import Ban, RecallBans, RememberBan
from .errors import Barred
from .rate_budget import SHARES, URGENCIES, ZERO, Limits, Meter, Urgency

Kind = Literal["request", "connect"]
LATER: Final = 1_000  # ms; when who found no room may look again


class Admit(msgspec.Struct, Ask[None], frozen=True, gc=False):
    """Answered when it may go. Raises Barred where that is not before its deadline."""

    urgency: Urgency
    patience: Millis  # how long it may wait
    cost: float = 1.0  # weight
    orders: int = 0  # new ones that it places
    account: str = ""
    kind: Kind = "request"


class Limit(msgspec.Struct, Tell, frozen=True):
    """What the venue allows, as whoever opened it has learnt. What was used counts on."""

    limits: Limits


class UsageTold(msgspec.Struct, Tell, frozen=True, gc=False):
    """The venue says what it has counted: a share of the whole limit, 0 to 1, in a span of ms."""

    span: Millis
    share: float


class BarTold(msgspec.Struct, Tell, frozen=True):
    """The venue takes no request from this address before a time."""

    until: Millis
    reason: str


class AddressBarred(msgspec.Struct, Tell, frozen=True):
    """Nothing may be sent from the address before a time. Published."""

    address: str
    until: Millis
    reason: str


class GetBar(msgspec.Struct, Ask[Ban | None], frozen=True, gc=False):
    """The bar that holds now, if any."""


class GetPressure(msgspec.Struct, Ask[float], frozen=True, gc=False):
    """How much of the tightest limit of requests is used, 0 to 1; 1 too while a bar holds."""


class _Look(msgspec.Struct, Tell, frozen=True, gc=False):
    """Somebody may go, or has waited too long."""


class _Waiting(msgspec.Struct, frozen=True):
    admit: Admit
    reply: Reply
    deadline: Millis


class RateBudget(Actor):
    """Answers `Admit`; publishes `AddressBarred`.

    venue: for errors. address: what is shared. bans: the path of who remembers; "" for nobody.
    """

    def __init__(self, venue: str, address: str, *, bans: str = "") -> None:
        self._venue = venue
        self._address = address
        self._bans = bans
        self._memory: Ref | None = None
        self._limits = Limits()
        self._weights = Meter(())
        self._connects = Meter(self._limits.connects)
        self._orders: dict[str, Meter] = {}  # by account
        self._lines: dict[Urgency, deque[_Waiting]] = {each: deque() for each in URGENCIES}
        self._bar: Ban | None = None
        self._barred_until = ZERO  # monotonic: a wall that is set forward ends no bar
        self._paced_at = ZERO  # before this no request goes, by the limit's pace
        self._timer: Timer | None = None

    async def on_start(self) -> None:
        if self._bans:
            self._memory = self.lookup(self._bans)
            for ban in await self.ask(self._memory, RecallBans(self.now)):
                if ban.address == self._address:
                    self._keep_out(ban)

    @on(Admit)
    def admit(self, message: Admit) -> None:
        deadline = Millis(self.elapsed + message.patience)
        self._lines[message.urgency].append(_Waiting(message, self.reply_later(), deadline))
        self._look()

    @on(Limit)
    def limit(self, message: Limit) -> None:
        if message.limits == self._limits:
            return
        self._limits = message.limits
        self._weights = _renewed(self._weights, Meter(message.limits.weights), self.elapsed)
        self._connects = _renewed(self._connects, Meter(message.limits.connects), self.elapsed)
        self._orders = {
            account: _renewed(meter, Meter(message.limits.orders), self.elapsed)
            for account, meter in self._orders.items()
        }
        self._look()

    @on(UsageTold)
    def usage_told(self, message: UsageTold) -> None:
        for window in self._weights.windows:
            if window.span == message.span:
                self._weights.hear(window.span, message.share * window.most, self.elapsed)

    @on(BarTold)
    async def bar_told(self, message: BarTold) -> None:
        if self.elapsed + (message.until - self.now) <= self._barred_until:
            return
        ban = Ban(self._address, message.until, message.reason)
        self._keep_out(ban)
        self.publish(AddressBarred(self._address, message.until, message.reason))
        self._look()
        if self._memory is not None:
            await self.ask(self._memory, RememberBan(ban))

    @on(GetBar)
    def get_bar(self, _: GetBar) -> Ban | None:
        return self._bar if self._barred_until > self.elapsed else None

    @on(GetPressure)
    def get_pressure(self, _: GetPressure) -> float:
        if self._barred_until > self.elapsed:
            return 1.0
        return self._weights.share(self.elapsed)

    @on(_Look)
    def look(self, _: _Look) -> None:
        self._timer = None
        self._look()

    # -- who goes

    def _keep_out(self, ban: Ban) -> None:
        self._bar = ban
        self._barred_until = Millis(self.elapsed + ban.until - self.now)

    def _look(self) -> None:
        """Let go who may, refuse who cannot, and look again when that changes."""
        now = self.elapsed
        self._drop_late(now)
        waits = [wait for each in URGENCIES if (wait := self._serve(each, now)) is not None]
        deadlines = [each.deadline - now for line in self._lines.values() for each in line]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if waits:
            self._timer = self.after(max(min([*waits, *deadlines]), 1), _Look())

    def _drop_late(self, now: Millis) -> None:
        for line in self._lines.values():
            for waiting in [each for each in line if self._is_late(each, now)]:
                line.remove(waiting)
                waiting.reply.fail(self._refusal(now))

    def _is_late(self, waiting: _Waiting, now: Millis) -> bool:
        if waiting.reply.is_settled or waiting.deadline <= now:
            return True
        return now < self._barred_until and waiting.deadline < self._barred_until

    def _refusal(self, now: Millis) -> Refusal:
        if self._bar is not None and self._barred_until > now:
            return Barred(self._venue, self._bar.reason, until=self._bar.until)
        return Barred(self._venue, "the rate budget is used up", until=Millis(self.now + LATER))

    def _serve(self, urgency: Urgency, now: Millis) -> Millis | None:
        """Let go those of one urgency that may; when to look at the next, None for none."""
        line = self._lines[urgency]
        while line:
            wait = self._wait(line[0].admit, now)
            if wait > 0:
                return wait
            self._take(line[0].admit, now)
            line.popleft().reply.answer(None)
        return None

    def _wait(self, admit: Admit, now: Millis) -> Millis:
        if self._barred_until > now:
            return Millis(self._barred_until - now)
        if admit.kind == "connect":
            return self._connects.wait(1, now)
        paced = Millis(max(self._paced_at - now, 0))
        weight = self._weights.wait(admit.cost, now, SHARES[admit.urgency])
        return max(paced, weight, self._account(admit.account).wait(admit.orders, now))

    def _take(self, admit: Admit, now: Millis) -> None:
        if admit.kind == "connect":
            self._connects.take(1, now)
            return
        self._weights.take(admit.cost, now)
        self._account(admit.account).take(admit.orders, now)
        pace = int(self._limits.pace * admit.cost)
        self._paced_at = Millis(max(self._paced_at, now) + pace) if pace else self._paced_at

    def _account(self, account: str) -> Meter:
        if account not in self._orders:
            self._orders[account] = Meter(self._limits.orders)
        return self._orders[account]


def _renewed(old: Meter, new: Meter, now: Millis) -> Meter:
    """The same use, under other limits."""
    for window in new.windows:
        new.hear(window.span, old.used(window.span, now), now)
    return new
