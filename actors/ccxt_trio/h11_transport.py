"""HTTP/1.1 with connections that stay open, over h11: the default transport.

Whether anything was sent is decided here: until the first byte is handed to the stream an error is
NothingSent, from then on OutcomeUnknown. A connection that the server has closed meanwhile is seen
before a request is given to it; where it was not, only GET and HEAD are sent once more. Where a
host was not reached, GET and HEAD fail at once until it is time to try again.
"""

from __future__ import annotations

import select
import zlib
from contextlib import nullcontext
from typing import Any, Final
from urllib.parse import SplitResult, quote

import attrs
import h11
import trio

from .dialing import NetworkDialer
from .errors import (
    AnswerLost,
    AnswerTimeout,
    AnswerUnreadable,
    DialFailed,
    DialTimeout,
    NothingSent,
)
from .redialing import Redialing
from .wire import Answer, Dialer, Request, Road, authority, place, port_of, split, target

CHUNK: Final = 65_536  # bytes read at a time
BODY: Final = 64 * 1024 * 1024  # bytes of an answer that are read, before and after inflating
IDLE: Final = 30.0  # s that a connection may have rested and still be used
HARMLESS: Final = frozenset({"GET", "HEAD"})
BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
GZIP_OR_ZLIB: Final = 47  # zlib's window bits: find out which of the two
RAW: Final = -15

Key = tuple[str, str | None, int, Road]


@attrs.define(eq=False)
class Line:
    """One connection, used by one request at a time."""

    stream: trio.abc.Stream
    protocol: h11.Connection = attrs.field(factory=lambda: h11.Connection(h11.CLIENT))
    rested_at: float = 0.0  # s of trio's clock

    def is_usable(self) -> bool:
        """Whether the server has left it alone since it was used last."""
        if trio.current_time() - self.rested_at > IDLE:
            return False
        inner: Any = self.stream
        while isinstance(inner, trio.SSLStream):
            inner = inner.transport_stream
        if not isinstance(inner, trio.SocketStream):
            return True
        watch = select.poll()
        watch.register(inner.socket.fileno(), select.POLLIN)
        return not watch.poll(0)  # readable: the end, or something that nobody asked for


@attrs.define(eq=False)
class Errand:
    """One request under way."""

    request: Request
    url: SplitResult
    where: str  # for people
    has_sent: bool = False
    has_heard: bool = False

    @property
    def key(self) -> Key:
        """What connections it can go over."""
        return (self.url.scheme, self.url.hostname, port_of(self.url), self.request.road)


class H11Transport:
    """See `Transport`. dialer: how streams are opened."""

    def __init__(self, dialer: Dialer | None = None) -> None:
        self._dialer = NetworkDialer() if dialer is None else dialer
        self._resting: dict[Key, list[Line]] = {}
        self._hosts: dict[Key, Redialing] = {}
        self._busy: dict[Line, None] = {}  # oldest first
        self._is_closed = False

    async def send(self, request: Request) -> Answer:
        url = split(request.url)
        errand = Errand(request, url, f"{request.method} {place(url)}")
        if self._is_closed:
            raise NothingSent(errand.where, "the transport is closed; open the exchange again")
        with trio.move_on_after(request.timeout):
            return await self._answered(errand)
        if errand.has_sent:
            raise AnswerTimeout(errand.where, f"no answer within {request.timeout:g} s")
        error = DialTimeout(errand.where, f"no connection within {request.timeout:g} s")
        self._host(errand).failed(error)
        raise error

    async def aclose(self) -> None:
        self._is_closed = True
        resting, self._resting = self._resting, {}
        for line in [*(line for lines in resting.values() for line in lines), *self._busy]:
            await trio.aclose_forcefully(line.stream)

    async def _answered(self, errand: Errand) -> Answer:
        while (line := await self._rested(errand.key)) is not None:
            try:
                return await self._exchanged(line, errand)
            except AnswerLost:
                if errand.request.method not in HARMLESS or errand.has_heard:
                    raise
        return await self._first(errand)

    async def _first(self, errand: Errand) -> Answer:
        """Over a new connection."""
        host = self._host(errand)
        turn = host.turn(errand.where) if errand.request.method in HARMLESS else nullcontext()
        with turn:
            try:
                line = Line(await self._dialer.open(errand.url, errand.request.road))
                answer = await self._exchanged(line, errand)
            except (DialFailed, AnswerLost) as error:
                if not errand.has_heard:  # some hosts that are away take connections, and end them
                    host.failed(error)
                raise
            host.reached()
            return answer

    def _host(self, errand: Errand) -> Redialing:
        return self._hosts.setdefault(errand.key, Redialing())

    async def _rested(self, key: Key) -> Line | None:
        """A connection that is open and free."""
        resting = self._resting.get(key, [])
        while resting:
            line = resting.pop()
            if line.is_usable():
                return line
            await trio.aclose_forcefully(line.stream)
        return None

    async def _exchanged(self, line: Line, errand: Errand) -> Answer:
        self._busy[line] = None
        is_kept = False
        try:
            written = _written(line.protocol, errand)
            errand.has_sent = True
            await line.stream.send_all(written)
            answer = await _read(line, errand)
            is_kept = line.protocol.our_state is h11.DONE is line.protocol.their_state
        except h11.LocalProtocolError as error:
            raise NothingSent(errand.where, f"cannot be written as HTTP: {error}") from error
        except h11.RemoteProtocolError as error:
            raise AnswerUnreadable(errand.where, f"the answer is no HTTP: {error}") from error
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise AnswerLost(errand.where, "the connection broke before the answer") from error
        finally:
            del self._busy[line]
            if not is_kept:
                await trio.aclose_forcefully(line.stream)
        line.protocol.start_next_cycle()
        line.rested_at = trio.current_time()
        if self._is_closed:
            await trio.aclose_forcefully(line.stream)
        else:
            self._resting.setdefault(errand.key, []).append(line)
        return answer


def _written(protocol: h11.Connection, errand: Errand) -> bytes:
    """The bytes of the request."""
    request = errand.request
    given = {name.lower() for name, _ in request.headers}
    headers = [
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace"))
        for name, value in request.headers
    ]
    if "host" not in given:
        headers.insert(0, (b"Host", authority(errand.url).encode("idna")))
    if "accept" not in given:
        headers.append((b"Accept", b"*/*"))
    if "content-length" not in given and (request.body or request.method not in BODILESS):
        headers.append((b"Content-Length", b"%d" % len(request.body)))
    path = target(errand.url)
    if not path.isascii() or " " in path:
        path = quote(path, safe="%/?:@!$&'()*+,;=~#[]{}|^\"")
    head = h11.Request(method=request.method, target=path, headers=headers)
    parts = [protocol.send(head) or b""]
    if request.body:
        parts.append(protocol.send(h11.Data(data=request.body)) or b"")
    parts.append(protocol.send(h11.EndOfMessage()) or b"")
    return b"".join(parts)


async def _read(line: Line, errand: Errand) -> Answer:
    """The whole answer."""
    protocol, stream = line.protocol, line.stream
    head: h11.Response | None = None
    pieces = list[bytes]()
    size = 0
    while True:
        event = protocol.next_event()
        if event is h11.NEED_DATA:
            data = bytes(await stream.receive_some(CHUNK))
            errand.has_heard = errand.has_heard or bool(data)
            if not data and head is None:
                raise AnswerLost(errand.where, "the server hung up without an answer")
            protocol.receive_data(data)
        elif isinstance(event, h11.Response):
            head = event
        elif isinstance(event, h11.Data):
            pieces.append(bytes(event.data))
            size += len(pieces[-1])
            if size > BODY:
                raise AnswerUnreadable(errand.where, f"the answer has more than {BODY} bytes")
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _answer(head, b"".join(pieces), errand.where)


def _answer(head: h11.Response, body: bytes, where: str) -> Answer:
    headers = tuple((name.decode(), value.decode("latin-1")) for name, value in _raw(head))
    codings = [value for name, value in headers if name.lower() == "content-encoding"]
    for coding in reversed(",".join(codings).lower().replace(" ", "").split(",")):
        body = _inflated(body, coding, where)
    return Answer(
        status=head.status_code, reason=head.reason.decode("latin-1"), headers=headers, body=body
    )


def _raw(head: h11.Response) -> list[tuple[bytes, bytes]]:
    items: list[tuple[bytes, bytes]] = head.headers.raw_items()
    return items


def _inflated(body: bytes, coding: str, where: str) -> bytes:
    if coding in {"", "identity"} or not body:
        return body
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise AnswerUnreadable(where, f"the answer is encoded as {coding!r}, which nobody asked")
    # By the rules `deflate` is zlib's form; some servers send the raw one.
    is_raw = coding == "deflate" and (body[0] & 0x0F != zlib.DEFLATED or len(body) < 2)  # noqa: PLR2004
    inflater = zlib.decompressobj(RAW if is_raw else GZIP_OR_ZLIB)
    try:
        plain = inflater.decompress(body, BODY)
    except zlib.error as error:
        raise AnswerUnreadable(where, f"the answer does not inflate: {error}") from error
    if inflater.unconsumed_tail or not inflater.eof:
        raise AnswerUnreadable(where, f"the answer is cut, or has more than {BODY} bytes")
    return plain
