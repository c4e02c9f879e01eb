"""A network that ends at a simulated exchange in the same process: `Network` for a connector.

Every address leads there, and no TLS is spoken, so a client keeps the URLs of the real venue. It
opens no socket of the host. It knows what is open, who was asked what and when, and it can be
without names (E1) or cut off, as a host's network can.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from types import MappingProxyType
from typing import Any, Final, Literal
from urllib.parse import SplitResult

import msgspec
import trio

from ...actors.ccxt_trio.errors import DialFailed
from ...actors.ccxt_trio.h11_transport import H11Transport
from ...actors.ccxt_trio.sockets import LeanSockets, SocketDialer
from ...actors.ccxt_trio.wire import Road, Transport, place
from ...runtime import Millis
from .agenda import Agenda
from .faults.plan import FaultPlan
from .faults.planned import PlannedFaults
from .faults.state import put_in_force
from .venue import Venue
from .wire.connection import Wire
from .wire.driver import Driver
from .wire.fate import Fate
from .wire.memory import Line, MemoryListener, MemoryStream
from .wire.messages import Request, Response, Session
from .wire.strikes import Faults, Push, RequestFate, ResponseFate

NO_FAULTS: Final = FaultPlan()
TOO_LATE: Final = b'"code":-1021'
FUTURES_URLS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "api": {
            "ws": {
                "linear": "wss://fstream.binance.com/usdm/ws",
                "inverse": "wss://dstream.binance.com/coinm/ws",
            }
        }
    }
)  # the streams of contracts have paths of their own here; merge these into `VenueSettings.urls`


class Arrival(msgspec.Struct, frozen=True):
    """One request as it came to the exchange, WebSocket handshakes included."""

    at: Millis  # by the exchange's agenda
    method: str
    path: str
    query: str
    body: bytes
    address: str
    number: int  # of all requests

    def __repr__(self) -> str:
        return f"Arrival({self.at}, {self.method} {self.path})"  # the query holds a signature

    @property
    def text(self) -> str:
        """Query and body, where the parameters stand."""
        return f"{self.query}&{self.body.decode('utf-8', 'replace')}"


class Answered(msgspec.Struct, frozen=True):
    """One answer as the exchange gave it, whatever became of it on the way."""

    at: Millis
    path: str
    status: int
    retry_after: int | None  # s
    number: int  # of its request
    was_too_late: bool  # the venue did not look at the request for its time stamp


class Record:
    """What came to an exchange and what it said: `Faults` that notes all and asks another plan.

    keep: arrivals that are remembered at most, newest; None: all.
    """

    def __init__(self, faults: Faults, agenda: Agenda, *, keep: int | None = None) -> None:
        self.arrivals: list[Arrival] = []
        self.answers: list[Answered] = []
        self.arrived = 0  # in all
        self._faults = faults
        self._agenda = agenda
        self._keep = keep

    def on_open(self, address: str) -> Fate | None:
        return self._faults.on_open(address)

    def on_request(self, request: Request) -> RequestFate | None:
        self.arrived += 1
        self.arrivals.append(
            Arrival(
                self._agenda.now,
                request.method,
                request.path,
                request.query,
                request.body,
                request.address,
                request.number,
            )
        )
        fate = self._faults.on_request(request)
        if fate is not None and fate.answer is not None:
            self._note(request, fate.answer)
        if self._keep is not None and len(self.arrivals) > 2 * self._keep:
            del self.arrivals[: -self._keep], self.answers[: -self._keep]
        return fate

    def on_response(self, request: Request, response: Response) -> ResponseFate | None:
        struck = self._faults.on_response(request, response)
        self._note(request, response if struck is None else struck.answer or response)
        return struck

    def on_push(
        self, session: Session, stream: str, kind: str, symbol: str, text: str
    ) -> Sequence[Push] | None:
        return self._faults.on_push(session, stream, kind, symbol, text)

    def sent(self, method: str, path: str) -> list[Arrival]:
        """Those of one endpoint, oldest first."""
        return [each for each in self.arrivals if (each.method, each.path) == (method, path)]

    def _note(self, request: Request, response: Response) -> None:
        waits = [
            int(value)
            for name, value in response.headers
            if name.lower() == "retry-after" and value.isdecimal()
        ]
        self.answers.append(
            Answered(
                at=self._agenda.now,
                path=request.path,
                status=response.status,
                retry_after=waits[0] if waits else None,
                number=request.number,
                was_too_late=TOO_LATE in response.body,
            )
        )


class MemoryNetwork:
    """See `actors.exchange.settings.Network`. address: of this client, as the exchange sees it."""

    def __init__(
        self, wire: Wire, driver: Driver, *, address: str = "memory", line: Line | None = None
    ) -> None:
        self._listener = MemoryListener(wire, driver, line=line)
        self._address = address
        self._trouble: Literal["", "names", "cut"] = ""
        self._open: dict[CountedStream, None] = {}
        self.dialled = 0  # attempts so far

    def transport(self) -> Transport:
        return H11Transport(self)

    def sockets(self) -> SocketDialer:
        return LeanSockets(self)

    @property
    def open_streams(self) -> int:
        """How many connections this client has not closed."""
        return len(self._open)

    @contextmanager
    def without(self, what: Literal["names", "cut"]) -> Iterator[None]:
        """Let every dial fail meanwhile: no name is found, or there is no way."""
        self._trouble = what
        try:
            yield
        finally:
            self._trouble = ""

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        """See `Dialer`."""
        del road
        self.dialled += 1
        await trio.lowlevel.checkpoint()
        if self._trouble == "names":
            raise DialFailed(place(url), "no connection: Temporary failure in name resolution")
        if self._trouble == "cut":
            raise DialFailed(place(url), "no connection: Network is unreachable")
        stream = CountedStream(await self._listener.open(self._address), self._open)
        self._open[stream] = None
        return stream


class CountedStream(trio.abc.Stream):
    """A stream that is counted as long as it is open."""

    def __init__(self, inner: MemoryStream, count: dict[CountedStream, None]) -> None:
        self._inner = inner
        self._count = count

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        return await self._inner.receive_some(max_bytes)

    async def aclose(self) -> None:
        self._count.pop(self, None)
        await self._inner.aclose()


class Reached(msgspec.Struct, frozen=True):
    """A venue that can be reached over memory."""

    venue: Venue
    wire: Wire
    driver: Driver
    faults: PlannedFaults
    record: Record
    network: MemoryNetwork


@asynccontextmanager
async def reaching(
    venue: Venue,
    *,
    plan: FaultPlan = NO_FAULTS,
    line: Line | None = None,
    keep: int | None = None,
) -> AsyncIterator[Reached]:
    """Serve a venue over memory while the block runs; it is started if it was not.

    plan: struck from the start. keep: see `Record`.
    """
    faults = put_in_force(plan, venue)
    record = Record(faults, venue.agenda, keep=keep)
    venue.use_faults(record)
    driver = Driver(venue.agenda)
    wire = Wire(venue, venue.agenda, faults=record)
    async with trio.open_nursery() as nursery:
        venue.start()
        await nursery.start(driver.run)
        yield Reached(venue, wire, driver, faults, record, MemoryNetwork(wire, driver, line=line))
        nursery.cancel_scope.cancel()
