"""The connector to a real venue: all that goes to it and comes from it, over ccxt on trio.

It answers what `messages` names. The way there is kept by a session in a task of its own
(`venue_session`); each request is a task too, so that the mailbox never waits for the venue. That
the venue is down is a state of the line, and no crash.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec
import outcome

from ...runtime import Actor, Ask, Millis, Refusal, Reply, Tell, Timer, on
from ..market.errors import OrderRejected, Reason
from .adapters.adapter import Adapter, KeyPermissions
from .adapters.capabilities import Capabilities, GetCapabilities
from .adapters.paging import Pages
from .adapters.registry import adapter_for
from .asking import Read, Request, call_of
from .attempt import attempted
from .budget import AddressBarred
from .errands import Written, is_of_key, urgency_of
from .errors import Barred, NotListed, RegionBlocked, VenueAway, alike, bare, not_served
from .line import moved
from .market_messages import UnsoundHeard
from .markets import Delivered, Found, GaveUp, GetMarkets, key_of
from .messages import (
    Accepted,
    Cancel,
    Cancelled,
    GetLine,
    GetVenueClock,
    Line,
    LineChanged,
    LineState,
    Submit,
    Unwatch,
    VenueClock,
    Watch,
)
from .rate_budget import URGENCIES, Urgency
from .reads import ACCOUNT_READS, MARKET_READS, PAGED
from .settings import Network, VenueSettings
from .venue_session import Stage, VenueSession

IN_FLIGHT: Final = 64  # requests at the venue at a time
WAITING: Final = 1_000  # requests that wait for that
PAGES: Final = 6  # times the deadline of one answer, for reads of several pages
REMEMBERED: Final = 10_000  # the venue's ids of orders, newest

MINUTE: Final = Millis(60_000)
MARKETS: Final = Millis(120_000)  # that one waits for somebody else's load
RELOAD: Final = True


class GetPermissions(msgspec.Struct, Ask[KeyPermissions | None], frozen=True, gc=False):
    """What the key may do, as it was when the line was opened; None: not known, or no key."""


class GetUnsound(msgspec.Struct, Ask[Mapping[str, int]], frozen=True, gc=False):
    """How often streams brought what cannot be, and was not told: by topic, or part of the account.

    "unknown" are messages of which not even that can be said: of a market that there is not.
    """


class GetClockError(msgspec.Struct, Ask[Millis], frozen=True, gc=False):
    """By how much the venue's clock is ahead of ours, in ms; of use once the line has been up."""


class _Moved(msgspec.Struct, Tell, frozen=True):
    state: LineState
    reason: str
    until: Millis | None


class _Done(msgspec.Struct, Tell, frozen=True):
    """A request has come back."""

    named: tuple[str, str] | None  # an order's client id and the venue's id of it
    doubts_key: bool


class _BarEnds(msgspec.Struct, Tell, frozen=True):
    """The venue may take requests again."""


class _Minute(msgspec.Struct, Tell, frozen=True):
    """A minute has passed."""


class _Errand(msgspec.Struct, frozen=True):
    request: Request
    reply: Reply
    deadline: Millis


class CcxtConnector(Actor):
    """See `messages`; answers `GetPermissions`, `GetCapabilities` and `GetUnsound` too.

    symbols: those that the account trades. markets, budget: the paths of `Markets` and
    `RateBudget`, which connectors share. adapter: the one that is registered where None.
    """

    def __init__(
        self,
        settings: VenueSettings,
        *,
        symbols: Sequence[str],
        markets: str,
        budget: str,
        network: Network,
        adapter: Adapter | None = None,
    ) -> None:
        self._settings = settings
        self._adapter = adapter
        self._symbols = tuple(symbols)
        self._markets_path = markets
        self._budget_path = budget
        self._network = network
        self._line = Line("opening", Millis(0))
        self._told = _Moved("opening", "it is being opened", None)  # by the session
        self._bar: Timer | None = None
        self._unsound_told: Counter[str] = Counter()
        self._running = 0
        self._waiting: dict[Urgency, deque[_Errand]] = {each: deque() for each in URGENCIES}
        self._venue_ids: dict[str, str] = {}  # by client id, oldest first

    def on_start(self) -> None:
        self._line = Line("opening", self.now, "it is being opened")
        budget = self.lookup(self._budget_path)
        self._markets = self.lookup(self._markets_path)
        self.subscribe(budget, AddressBarred)
        adapter = adapter_for(self._settings.name) if self._adapter is None else self._adapter
        stage = Stage(
            settings=self._settings,
            symbols=self._symbols,
            adapter=adapter,
            network=self._network,
            budget=budget,
            clock=_OwnClock(self),
            chance=self.chance,
            publish=self.publish,
            moved=self._tell_moved,
            load_markets=self._load_markets,
        )
        self._session = VenueSession(stage)
        self.spawn(self._session.run)
        self.after(MINUTE, _Minute())

    # -- the line

    @on(GetLine)
    def get_line(self, _: GetLine) -> Line:
        return self._line

    @on(GetPermissions)
    def get_permissions(self, _: GetPermissions) -> KeyPermissions | None:
        return self._session.permissions

    @on(GetCapabilities)
    def get_capabilities(self, _: GetCapabilities) -> Capabilities:
        exchange = self._session.exchange
        if exchange is None:
            raise VenueAway(self._settings.name, self._session.reason)
        return self._session.adapter.capabilities(exchange)

    @on(GetVenueClock)
    def get_venue_clock(self, _: GetVenueClock) -> VenueClock:
        return VenueClock(self._session.time.offset.ahead)

    @on(GetClockError)
    def get_clock_error(self, _: GetClockError) -> Millis:
        return Millis(self._session.time.now() - self.now)

    @on(_Moved)
    def moved(self, message: _Moved) -> None:
        self._told = message
        if self._bar is None or message.state == "shut":
            self._move(message)

    @on(AddressBarred)
    def barred(self, message: AddressBarred) -> None:
        if self._bar is not None:
            self._bar.cancel()
        self._bar = self.at(message.until, _BarEnds())
        self._move(_Moved("barred", message.reason, message.until))

    @on(_BarEnds)
    def bar_ends(self, _: _BarEnds) -> None:
        self._bar = None
        self._move(self._told)

    def _move(self, to: _Moved) -> None:
        line = moved(self._line, to.state, self.now, reason=to.reason, until=to.until)
        if line is not self._line:
            self._line = line
            self.publish(LineChanged(line))

    def _tell_moved(self, state: LineState, reason: str, until: Millis | None) -> None:
        self.ref.tell(_Moved(state, reason, until))

    # -- streams

    @on(Watch)
    def watch_market(self, message: Watch) -> None:
        self._session.watch((message.topic, message.symbol, message.frame))

    @on(Unwatch)
    def unwatch_market(self, message: Unwatch) -> None:
        self._session.unwatch((message.topic, message.symbol, message.frame))

    @on(_Minute)
    def tell_unsound(self, _: _Minute) -> None:
        self.after(MINUTE, _Minute())
        known = Counter(self._session.unsound)
        if fresh := known - self._unsound_told:
            self._unsound_told = known
            self.publish(UnsoundHeard(tuple(sorted(fresh.items()))))

    @on(GetUnsound)
    def get_unsound(self, _: GetUnsound) -> Mapping[str, int]:
        return dict(self._session.unsound)

    # -- requests

    @on(Submit)
    def submit(self, message: Submit) -> Accepted | None:
        self._take(message)
        return None

    @on(Cancel)
    def cancel(self, message: Cancel) -> Cancelled | None:
        self._take(message)
        return None

    @on(*ACCOUNT_READS, *MARKET_READS)
    def read(self, message: Read) -> None:
        self._take(message)

    def _take(self, request: Request) -> None:
        """Let a request go when its turn comes; refuse at once what cannot."""
        self._check(request)
        paged = PAGES if isinstance(request, PAGED) else 1
        deadline = Millis(self.elapsed + self._settings.answer * paged)
        if isinstance(request, Submit) and request.until is not None:
            deadline = min(deadline, request.until)  # what leaves later is past the desk's fence
        urgency = urgency_of(request)[0] if isinstance(request, (Submit, Cancel)) else "read"
        if self._running >= IN_FLIGHT and len(self._waiting[urgency]) >= WAITING:
            raise self._refusal(request, f"{WAITING} requests wait already")
        self._waiting[urgency].append(_Errand(request, self.reply_later(), deadline))
        self._start()

    def _check(self, request: Request) -> None:
        session = self._session
        if session.exchange is None:
            raise self._refusal(request, session.reason)
        symbol = getattr(request, "symbol", None)
        if symbol is not None and symbol not in session.exchange.markets:
            close = alike(symbol, session.exchange.symbols)
            error = NotListed(self._settings.name, symbol, close=close)
            if isinstance(request, (Submit, Cancel)):
                raise OrderRejected(request.client_id, "UNKNOWN_SYMBOL", str(error))
            raise error

    def _refusal(self, request: Request, reason: str) -> Refusal:
        """The no of a line that is not open; nothing was sent."""
        line, venue = self._line, self._settings.name
        shut = not_served(venue, reason) if line.state == "shut" else None
        if isinstance(request, (Submit, Cancel)):
            why: Reason = "NOT_SENT"
            words = f"{venue} does not answer: {bare(venue, reason)}"
            if shut is not None:
                why = "REGION" if isinstance(shut, RegionBlocked) else "KEY"
                words = str(shut)
            return OrderRejected(request.client_id, why, words)
        if shut is not None:
            return shut
        if line.state == "barred" and line.until is not None:
            return Barred(venue, line.reason, until=line.until)
        return VenueAway(venue, reason)

    def _start(self) -> None:
        while self._running < IN_FLIGHT:
            line = next((line for line in self._waiting.values() if line), None)
            if line is None:
                return
            errand = line.popleft()
            self._running += 1
            venue_id = self._venue_ids.get(getattr(errand.request, "client_id", ""))
            self.spawn(self._carry_out, errand, venue_id)

    @on(_Done)
    def done(self, message: _Done) -> None:
        self._running -= 1
        if message.named is not None:
            client_id, venue_id = message.named
            self._venue_ids[client_id] = venue_id
            self._session.expect(client_id, venue_id)
            if len(self._venue_ids) > REMEMBERED:
                del self._venue_ids[next(iter(self._venue_ids))]
        if message.doubts_key:
            self._session.doubt_key()
        self._start()

    # -- in tasks: no state of the actor is touched here

    async def _carry_out(self, errand: _Errand, venue_id: str | None) -> None:
        """One request, there and back."""
        ended = await attempted(self._answered, errand, venue_id)
        named: tuple[str, str] | None = None
        doubts_key = False
        if isinstance(ended, outcome.Value):
            if isinstance(ended.value, Accepted):
                named = (ended.value.client_id, ended.value.venue_id)
            errand.reply.answer(ended.value)
        elif isinstance(ended, Refusal):
            doubts_key = is_of_key(ended)
            errand.reply.fail(ended)
        else:
            raise ended
        self.ref.tell(_Done(named, doubts_key))

    async def _answered(self, errand: _Errand, venue_id: str | None) -> Any:
        session, request = self._session, errand.request
        exchange = session.exchange
        if exchange is None:
            raise self._refusal(request, session.reason)
        pages = Pages()
        call = call_of(session.adapter, exchange, request, venue_id, pages)
        symbol = getattr(request, "symbol", "")
        named = getattr(request, "client_id", "")
        about = partial(session.adapter.about, exchange, type(request).__name__, symbol, named)
        if isinstance(request, (Submit, Cancel)):
            written = Written(request, about, lambda: not errand.reply.is_settled)
            return await session.errands.write(call, written, errand.deadline)
        return await session.errands.read(call, about, errand.deadline, pages)

    async def _load_markets(self, exchange: Any) -> None:
        """The markets of the venue, loaded by one of all who want them."""
        key = key_of(self._settings)
        found = await self._markets.ask(GetMarkets(key, self.path), timeout=MARKETS)
        if isinstance(found, Found):
            exchange.set_markets(list(found.markets.values()), dict(found.currencies))
            return
        loaded = await attempted(exchange.load_markets, RELOAD)
        if isinstance(loaded, Exception):
            self._markets.tell(GaveUp(key, found.ticket, type(loaded).__name__))
            raise loaded
        self._markets.tell(
            Delivered(key, found.ticket, exchange.markets, exchange.currencies or {})
        )


class _OwnClock:
    """The clock of the actor's System."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def now(self) -> Millis:
        return self._actor.now

    def elapsed(self) -> Millis:
        return self._actor.elapsed
