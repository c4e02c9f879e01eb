"""The way to one venue, kept open: opened, looked after, taken up again when it breaks.

Opening goes in one order: reach the venue, measure its clock, have its markets, look at what the
key may do, open the account's stream; only then is the line up. A venue that does not answer is no
crash: it is tried again after pauses that grow, as long as the connector lives. What can never go
well (a wrong key, a region that is not served) is said once, and not tried again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any, Final

import attrs
import trio

from ...runtime import BenthicError, Clock, Millis, Ref
from ..ccxt_trio.ground import Ground, NoTap, Tap
from ..ccxt_trio.making import open_exchange
from .account_relay import AccountRelay, RelayParts
from .account_stream import StreamEnded
from .adapters.adapter import Adapter, KeyPermissions
from .adapters.troubles import About, of_read
from .attempt import attempted
from .backoff import Backoff
from .clock_offset import SAMPLES, Sample, VenueTime
from .errands import Errands
from .errors import Barred, NotServed
from .kept import Key
from .line import MISSES, PING
from .market_hearing import MarketHearing
from .market_streams import MarketStreams
from .markets import key_of
from .messages import LineState, VenueClock
from .rations import Household, RationedSockets, RationedTransport, Rations
from .settings import Network, VenueSettings
from .told_limits import described

LEAST: Final = Millis(500)
MOST: Final = Millis(60_000)
PROVEN: Final = Millis(60_000)  # that a stream has to last for the next failure to be the first
FAILURES: Final = 5  # of the account's stream in a row, after which all is opened anew
TICK: Final = 5.0  # s between two looks at the clocks
PROBE: Final = 60.0  # s between two questions to a venue that has no account of ours
DIAL: Final = 10_000  # ms that a WebSocket may take to open


@attrs.frozen(kw_only=True)
class Stage:
    """What a session stands on. publish: for others; moved: how the line stands now."""

    settings: VenueSettings
    symbols: Sequence[str]
    adapter: Adapter
    network: Network
    budget: Ref
    clock: Clock
    chance: Random
    publish: Callable[[object], None]
    moved: Callable[[LineState, str, Millis | None], None]
    load_markets: Callable[[Any], Awaitable[None]]


class VenueSession:
    """See the words of this file. `run` is a task of the connector; the rest serves requests."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.time = VenueTime(stage.clock)
        name = stage.settings.name
        household = Household(
            budget=stage.budget,
            clock=stage.clock,
            venue=name,
            account=key_of(stage.settings).account,  # a hash
        )
        self.rations = Rations(household)
        self.adapter = stage.adapter
        self.errands = Errands(self.rations, stage.clock, stage.chance, self._resync)
        self.exchange: Any = None  # None: not opened, or being opened anew
        self.permissions: KeyPermissions | None = None
        self.reason = "it is being opened"
        hearing = MarketHearing(stage.publish, self.time)
        self.unsound = hearing.unsound  # what was not published, by topic
        self._markets = MarketStreams(hearing, stage.adapter, self._beside, stage.chance)
        self._account = AccountRelay(
            RelayParts(
                adapter=stage.adapter,
                symbols=stage.symbols,
                publish=stage.publish,
                opened=self._beside,
                clock=self.time,
                chance=stage.chance,
                unsound=self.unsound,
            )
        )
        self._backoff = Backoff(stage.chance, least=LEAST, most=MOST)
        self._measuring = trio.Lock()
        self._tls: Any = None  # of the last exchange, for the next
        self._must_look = trio.Event()  # at the key: a request was refused for it

    # -- for the connector

    def watch(self, key: Key) -> None:
        """Publish a stream of the market from now on."""
        self._markets.watch(key)

    def unwatch(self, key: Key) -> None:
        """Publish it no more."""
        self._markets.unwatch(key)

    def expect(self, client_id: str, venue_id: str) -> None:
        """An order was taken: the account's stream has to tell of it."""
        self._account.expect(client_id, venue_id, self.time.now())

    def doubt_key(self) -> None:
        """A request was refused for its key: find out whether the key is good at all."""
        self._must_look.set()

    # -- the life of it

    async def run(self) -> None:
        """Until cancelled; or until it is for good that nothing goes."""
        while True:
            self._stage.moved("opening", "it is being opened", None)
            began = self._stage.clock.elapsed()
            trouble = self._trouble(await _failed(self._live))
            self.reason = str(trouble)
            if isinstance(trouble, NotServed):
                self._stage.moved("shut", self.reason, None)
                return
            await self._rest(trouble, began)

    def _trouble(self, error: Exception) -> BenthicError:
        """What ended the line, as one of our errors."""
        venue = self._stage.settings.name
        now, codes = self.time.now(), self.adapter.codes
        trouble = of_read(error, About(venue=venue, what="opening", now=now, codes=codes)).error
        if isinstance(trouble, Barred) and trouble is not error:  # over a WebSocket, it may be
            self.rations.bar_for(trouble.until - now, "asked too much")
        return trouble

    async def _rest(self, trouble: BenthicError, began: Millis) -> None:
        """Say that it is away, and wait: the longer, the shorter it lasted."""
        if self._stage.clock.elapsed() - began > PROVEN:
            self._backoff.succeed()
        now = self._stage.clock.now()
        pause = self._backoff.next()
        if isinstance(trouble, Barred):
            pause = Millis(max(pause, trouble.until - now))
            self._stage.moved("barred", str(trouble), Millis(now + pause))
        else:
            self._stage.moved("away", str(trouble), Millis(now + pause))
        await trio.sleep(pause / 1000)

    async def _live(self) -> None:
        """One time of being open; ends with what ended it."""
        async with trio.open_nursery() as nursery:
            exchange = self._opened(nursery, NoTap())
            try:
                await self._until_prepared(exchange)
                self.exchange = exchange
                nursery.start_soon(self._markets.run)
                nursery.start_soon(self._keep_clock, exchange)
                nursery.start_soon(self._look_at_key, exchange)
                await self._stay(exchange)
            finally:
                self._tls = exchange.ssl_context or None
                self.exchange = None
                nursery.cancel_scope.cancel()  # what stands beside it ends with it
                with trio.CancelScope(shield=True):
                    await exchange.close()

    async def _until_prepared(self, exchange: Any) -> None:
        """Try until it is. Raises where that is in vain."""
        while True:
            began = self._stage.clock.elapsed()
            ended = await attempted(self._prepare, exchange)
            if not isinstance(ended, Exception):
                return
            trouble = self._trouble(ended)
            if isinstance(trouble, NotServed):
                raise ended
            self.reason = str(trouble)
            await self._rest(trouble, began)
            self._stage.moved("opening", "it is being opened", None)

    def _opened(self, nursery: trio.Nursery, tap: Tap) -> Any:
        """An exchange of ccxt's on our ground; nothing is dialled yet."""
        stage = self._stage
        ground = Ground(
            nursery=nursery,
            clock=self.time,
            chance=Random(stage.chance.getrandbits(64)),  # noqa: S311 - from the seed
            transport=RationedTransport(stage.network.transport(), self.rations),
            sockets=RationedSockets(stage.network.sockets(), self.rations),
            tap=tap,
        )
        exchange = open_exchange(stage.settings.name, ground, stage.adapter.config(stage.settings))
        if self._tls is not None:
            exchange.ssl_context = self._tls  # some 30 ms to make
        exchange.throttler = self.rations
        exchange.enableRateLimit = True
        exchange.timeout = stage.settings.answer
        streaming = exchange.streaming or {}
        own = streaming.get("keepAlive") or PING
        exchange.streaming = {
            **streaming,
            "keepAlive": min(int(own), PING),
            "maxPingPongMisses": MISSES,
            "connectionTimeout": DIAL,
        }
        return exchange

    def _beside(self, nursery: trio.Nursery, tap: Tap) -> Any:
        """Another exchange object beside the one that answers requests, with its markets."""
        self._tls = self.exchange.ssl_context or None
        other = self._opened(nursery, tap)
        other.set_markets_from_exchange(self.exchange)
        return other

    async def _prepare(self, exchange: Any) -> None:
        self.rations.go_by(self.rations.limits.stricter(described(exchange)))
        await self._measure(exchange)
        await self._stage.load_markets(exchange)
        if self._stage.settings.credentials is not None:
            self.permissions = await self._stage.adapter.permissions(exchange)

    # -- the account's stream

    async def _stay(self, exchange: Any) -> None:
        """Keep the line up as long as that goes."""
        has_stream = exchange.has.get("watchOrders") or exchange.has.get("watchMyTrades")
        if self._stage.settings.credentials is None or not has_stream:
            await self._stay_without_account(exchange)
        stage = self._stage
        failures = 0
        while failures < FAILURES:
            began = stage.clock.elapsed()
            error = await _failed(self._account.run, self._up)
            trouble = self._trouble(error)
            if isinstance(trouble, NotServed):
                raise error
            self.reason = str(trouble)
            failures = 1 if stage.clock.elapsed() - began > PROVEN else failures + 1
            await self._rest(trouble, began)
            stage.moved("opening", "the account's stream is taken up again", None)
        raise StreamEnded(f"the account's stream failed {FAILURES} times in a row")

    async def _stay_without_account(self, exchange: Any) -> None:
        """Nothing tells that the venue has gone, so it is asked now and then."""
        self._up()
        while True:
            await trio.sleep(PROBE)
            await self._measure(exchange)

    def _up(self) -> None:
        self.reason = ""
        self._stage.moved("up", "", None)

    # -- the clock and the key

    async def _keep_clock(self, exchange: Any) -> None:
        while True:
            await trio.sleep(TICK)
            if self.time.is_due:
                await attempted(self._measure, exchange)  # another time, where it fails

    async def _resync(self) -> None:
        if self.exchange is not None:
            await self._measure(self.exchange)

    async def _measure(self, exchange: Any) -> None:
        """Ask the venue a few times what time it is."""
        known = self.time.offset
        async with self._measuring:
            if self.time.offset is not known:
                return  # somebody else has just done it
            samples = list[Sample]()
            for _ in range(SAMPLES):
                sent = self._stage.clock.elapsed()
                told = await self._stage.adapter.server_time(exchange)
                samples.append(Sample(sent, self._stage.clock.elapsed(), told))
            self._stage.publish(VenueClock(self.time.measure(samples).ahead))

    async def _look_at_key(self, exchange: Any) -> None:
        while True:
            await self._must_look.wait()
            self._must_look = trio.Event()
            looked = await attempted(self._stage.adapter.permissions, exchange)
            if isinstance(looked, Exception) and isinstance(self._trouble(looked), NotServed):
                raise looked
            await trio.sleep(PROBE)


async def _failed(life: Callable[..., Awaitable[None]], *args: Any) -> Exception:
    """What ended something that never ends well."""
    ended = await attempted(life, *args)
    return ended if isinstance(ended, Exception) else StreamEnded("it has ended")
