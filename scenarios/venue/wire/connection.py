"""One connection to the exchange, without I/O: bytes in, a door asked, bytes out.

It speaks HTTP/1.1 with keep-alive and, after an upgrade, WebSocket. Requests of one connection
are answered one after the other. No bytes of a client make it raise: what cannot be read is
answered as far as it can be, and the connection closed.
"""

from __future__ import annotations

from enum import Enum
from functools import partial

from ..agenda import Agenda
from . import handshake
from .errors import Unreadable
from .fate import Ending, Fate
from .http import CONTINUE, Reader, complaint, encode
from .limits import Limits
from .messages import Door, Request, Response
from .outflow import Outflow, Outlet
from .session import SocketSession
from .strikes import Faults, NoFaults, RequestFate
from .transcript import Tap, Transcript


class Phase(Enum):
    """What the connection waits for."""

    REQUEST = "request"  # from the client
    ANSWER = "answer"  # that is under way, or never comes
    SOCKET = "socket"  # messages, either way
    GOODBYE = "goodbye"  # the client's last byte; nothing is read for its meaning any more
    OVER = "over"


class Wire:
    """What all connections of one exchange share.

    faults: asked for each connection, request and response. transcript: told every byte.
    """

    def __init__(
        self,
        door: Door,
        agenda: Agenda,
        *,
        faults: Faults | None = None,
        limits: Limits | None = None,
        transcript: Transcript | None = None,
    ) -> None:
        self.door = door
        self.agenda = agenda
        self.faults: Faults = NoFaults() if faults is None else faults
        self.limits = Limits() if limits is None else limits
        self.open: dict[int, Connection] = {}  # by number, oldest first
        self.requests = 0  # so far
        self.connections = 0  # so far
        self._transcript = transcript

    def connect(self, outlet: Outlet, address: str) -> Connection:
        """Take a connection of a client at `address`, which has no port in it."""
        self.connections += 1
        number = self.connections
        tap = None
        if self._transcript is not None:
            tap = Tap(self._transcript, self.agenda, number)
            tap.opened(address)
        connection = self.open[number] = Connection(self, number, outlet, address, tap)
        fate = self.faults.on_open(address)
        if fate is not None:
            connection.strike(fate)
        return connection

    def count_request(self) -> int:
        """The number of the request that just came in."""
        self.requests += 1
        return self.requests


class Connection:
    """See the words of this file. A face makes it by `Wire.connect` and feeds it."""

    __slots__ = (
        "_ahead",
        "_is_reading",
        "_out",
        "_outlet",
        "_phase",
        "_reader",
        "_session",
        "_tap",
        "_wire",
        "address",
        "number",
    )

    def __init__(
        self, wire: Wire, number: int, outlet: Outlet, address: str, tap: Tap | None
    ) -> None:
        self.number = number
        self.address = address
        self._wire = wire
        self._outlet = outlet
        self._tap = tap
        self._out = Outflow(wire.agenda, outlet, wire.limits.outbox, tap)
        self._reader = Reader(address, wire.limits, wire.count_request)
        self._session: SocketSession | None = None
        self._phase = Phase.REQUEST
        self._is_reading = False  # further up this stack
        self._ahead: list[bytes] = []  # what came while an answer was under way

    # -- for the face

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way: it can be closed and nobody misses an answer."""
        return self._phase is Phase.REQUEST

    def receive(self, data: bytes) -> None:
        """What the client sent; empty, once, where it will send no more."""
        if self._tap is not None:
            self._tap.received(data)
        phase = self._phase
        if phase is Phase.REQUEST:
            self._reader.feed(data)
            self._read()
        elif phase is Phase.SOCKET:
            if self._session is not None:
                self._session.receive(data)
        elif phase is Phase.ANSWER:
            self._keep(data)

    def lost(self) -> None:
        """The connection is no more, by whichever side; nothing is sent or received again."""
        if self._phase is Phase.OVER:
            return
        self._phase = Phase.OVER
        self._out.stop()
        self._wire.open.pop(self.number, None)
        if self._tap is not None:
            self._tap.closed()
        if self._session is not None:
            self._session.gone()

    def strike(self, fate: Fate) -> None:
        """Let a fate befall it, after what is under way."""
        if self._phase in {Phase.GOODBYE, Phase.OVER}:
            return
        if fate.delay or fate.stall:
            self._out.do(fate.delay + fate.stall)
        self._out.write_as(b"", Fate(raw=fate.raw, piece=fate.piece, pause=fate.pause))
        if fate.ending is not Ending.KEEP:
            self._out.do(partial(self._end, fate))

    # -- requests

    def _keep(self, data: bytes) -> None:
        if not data and self._out.is_idle:
            self._close()  # the answer never comes, and now nobody waits for it
            return
        self._ahead.append(data)
        if sum(map(len, self._ahead)) > self._wire.limits.ahead:
            self._outlet.abort()

    def _read(self) -> None:
        """Take the requests that are whole, until one is not answered at once."""
        self._is_reading = True
        try:
            while self._phase is Phase.REQUEST:
                request = self._reader.next()
                if request is None:
                    self._wait()
                    return
                self._take(request)
        except Unreadable as error:
            self._refuse(error)
        finally:
            self._is_reading = False

    def _wait(self) -> None:
        """There is no whole request yet."""
        if self._reader.ended:
            self._close()
        elif self._reader.wants_continue:
            self._out.write(CONTINUE)

    def _refuse(self, error: Unreadable) -> None:
        nothing = Request("GET", "/", address=self.address)
        self._out.write(encode(nothing, complaint(error.status), "connection: close"))
        self._close()

    def _take(self, request: Request) -> None:
        self._phase = Phase.ANSWER
        struck = self._wire.faults.on_request(request)
        if struck is None:
            self._serve(request)
        elif struck.delay:
            # Not by way of the outflow: it arrives even where its client has gone meanwhile.
            self._wire.agenda.after(struck.delay, partial(self._suffer, request, struck))
        else:
            self._suffer(request, struck)

    def _suffer(self, request: Request, struck: RequestFate) -> None:
        if struck.answer is not None:
            self._answer(request, struck.answer, struck.fate)
        elif not struck.lost:
            self._serve(request)
        elif struck.fate is not None:
            self.strike(struck.fate)

    def _serve(self, request: Request) -> None:
        if handshake.is_upgrade(request):
            if self._phase is not Phase.ANSWER:
                return  # its client has gone
            response = handshake.refusal(request)
            if response is None:
                self._open_socket(request)
                return
        else:
            response = self._wire.door.request(request)
        self._respond(request, response)

    def _respond(self, request: Request, response: Response) -> None:
        struck = self._wire.faults.on_response(request, response)
        if struck is None:
            self._answer(request, response, None)
        else:
            self._answer(request, struck.answer or response, struck.fate)

    def _answer(self, request: Request, response: Response, fate: Fate | None) -> None:
        if self._phase is not Phase.ANSWER:
            return  # its client has gone
        is_last = self._reader.is_last or self._reader.ended
        extra = ("connection: close",) if is_last else ()
        data = encode(request, response, *extra)
        then = self._close if is_last else self._resume
        if fate is None:
            self._out.write(data)
            then()
            return
        self._write_struck(data, fate)
        if fate.ending is not Ending.KEEP:
            self._out.do(partial(self._end, fate))
        if not fate.lost and fate.keep is None and fate.ending in {Ending.KEEP, Ending.MUTE}:
            self._out.do(then)  # else the client waits for what never comes

    def _write_struck(self, data: bytes, fate: Fate) -> None:
        if fate.delay:
            self._out.do(fate.delay)  # answers of one connection cannot overtake each other
        self._out.write_as(data, fate)

    def _turn(self) -> None:
        """The answer is out: take up what came meanwhile; whoever reads goes on."""
        self._phase = Phase.REQUEST
        self._reader.turn()
        ahead, self._ahead = self._ahead, []
        for data in ahead:
            self._reader.feed(data)

    def _resume(self) -> None:
        if self._phase is Phase.ANSWER:
            self._turn()
            if not self._is_reading:
                self._read()

    # -- WebSockets

    def _open_socket(self, request: Request) -> None:
        wire = self._wire
        session = SocketSession(
            self.number, self.address, wire.agenda, self._out, wire.limits, self._end
        )
        handler = wire.door.socket(request, session)
        if isinstance(handler, Response):
            session.gone()
            self._respond(request, handler)
            return
        response, deflate = handshake.acceptance(request, wire.limits)
        struck = wire.faults.on_response(request, response)
        fate = None if struck is None else struck.fate
        data = encode(request, response)
        self._session = session
        self._phase = Phase.SOCKET
        if fate is None:
            self._out.write(data)
            session.start(handler, deflate)
        else:
            self._write_struck(data, fate)
            self._out.do(partial(session.start, handler, deflate))
            self._out.do(partial(self._end, fate))
        rest = self._reader.rest()
        if rest:
            session.receive(rest)

    # -- ends

    def _end(self, fate: Fate) -> None:
        if fate.ending is Ending.CLOSE:
            self._close()
        elif fate.ending is Ending.MUTE:
            self._out.muted = True
        elif fate.ending is Ending.HALF_OPEN:
            if self._session is None:
                self._phase = Phase.GOODBYE  # what has come already is not read either
            self._out.muted = True
            self._outlet.halt()
        elif fate.ending is Ending.RESET and self._phase is not Phase.OVER:
            self._phase = Phase.GOODBYE
            self._out.stop()
            self._outlet.abort()

    def _close(self) -> None:
        """Nothing more is said: close, once all that was said before is out."""
        if self._phase is Phase.OVER:
            return
        self._phase = Phase.GOODBYE
        if self._session is not None:
            self._session.gone()
        self._out.do(self._outlet.close)
