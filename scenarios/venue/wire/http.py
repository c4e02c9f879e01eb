"""HTTP/1.1 requests from bytes, and responses to bytes. No I/O, no time, and no meaning.

h11 reads. Each request has an h11 connection of its own: nothing then has to be told to h11 of
our answer, which `encode` writes in one piece, and that halves what a round trip costs.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

import h11

from .errors import Unreadable
from .limits import Limits
from .messages import Request, Response

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
STATUS_LINES: Final = MappingProxyType(
    {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n" for each in HTTPStatus}
)
BODILESS: Final = frozenset({101, 204, 304})


class Reader:
    """The requests of one connection, one after the other.

    count: numbers each whole request.
    """

    __slots__ = ("_address", "_body", "_count", "_h11", "_head", "_limits", "ended", "is_last")

    def __init__(self, address: str, limits: Limits, count: Callable[[], int]) -> None:
        self.ended = False  # the client said its last: no further request comes
        self.is_last = False  # the client wants no further answer after that of this request
        self._address = address
        self._limits = limits
        self._count = count
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._h11 = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.headers)

    @property
    def wants_continue(self) -> bool:
        """Whether the client sends its body only once it was told to."""
        return self._h11.they_are_waiting_for_100_continue

    def feed(self, data: bytes) -> None:
        """Take what the client sent; empty where it will send no more."""
        self._h11.receive_data(data)

    def next(self) -> Request | None:
        """The next whole request, None where there is none yet. Raises Unreadable."""
        try:
            return self._next()
        except h11.RemoteProtocolError as error:
            self._h11 = self._fresh()
            raise Unreadable(error.error_status_hint, str(error)) from error

    def rest(self) -> bytes:
        """What came after the request, for who speaks another protocol from here on."""
        return self._h11.trailing_data[0]

    def turn(self) -> None:
        """Go on to the next request."""
        data, ended = self._h11.trailing_data
        self._h11 = self._fresh()
        if data:
            self._h11.receive_data(data)
        if ended:
            self._h11.receive_data(b"")

    def _fresh(self) -> h11.Connection:
        return h11.Connection(h11.SERVER, max_incomplete_event_size=self._limits.headers)

    def _next(self) -> Request | None:
        while True:
            event = self._h11.next_event()
            if isinstance(event, h11.Request):
                self._open(event)
            elif isinstance(event, h11.Data):
                self._body += event.data
                self._check(len(self._body))
            elif isinstance(event, h11.EndOfMessage):
                return self._whole()
            else:
                self.ended = isinstance(event, h11.ConnectionClosed)
                return None  # or h11 needs more data

    def _open(self, head: h11.Request) -> None:
        self._head = head
        for name, value in head.headers:
            if name == b"content-length":
                self._check(int(value))

    def _check(self, length: int) -> None:
        if length > self._limits.body:
            raise Unreadable(413, f"a body of more than {self._limits.body} bytes")

    def _whole(self) -> Request:
        head, self._head = self._head, None
        if head is None:  # h11 says nothing of an end before a beginning
            raise Unreadable(400, "no request line")
        body, self._body = bytes(self._body), bytearray()
        headers: dict[str, str] = {}
        for raw_name, raw_value in head.headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        path, _, query = target(head.target.decode("latin-1")).partition("?")
        self.is_last = (
            head.http_version != b"1.1" or "close" in headers.get("connection", "").lower()
        )
        method = head.method.decode("latin-1")
        return Request(method, path, query, headers, body, self._address, self._count())


def target(sent: str) -> str:
    """The path and query of a request target, whichever form it has. Raises Unreadable."""
    if sent.startswith("/"):
        return sent
    _, scheme, rest = sent.partition("://")
    if not scheme:
        raise Unreadable(400, f"no path in the request target {sent!r}")
    host, slash, path = rest.partition("/")
    return slash + path if slash else "/" + host[len(host.partition("?")[0]) :]


def encode(request: Request, response: Response, *extra: str) -> bytes:
    """The response as bytes. extra: header lines of the connection's own, without line ends."""
    status, body = response.status, response.body
    lines = [STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in response.headers]
    lines += [f"{line}\r\n" for line in extra]
    if status not in BODILESS:
        lines.append(f"content-length: {len(body)}\r\n")
    lines.append("\r\n")
    head = "".join(lines).encode("latin-1", "replace")
    return head if request.method == "HEAD" or status in BODILESS else head + body


def complaint(status: int) -> Response:
    """What a proxy before the exchange answers to what is no request."""
    phrase = STATUS_LINES.get(status, "").strip()[9:] or str(status)
    page = f"<html><head><title>{phrase}</title></head><body><h1>{phrase}</h1></body></html>\n"
    return Response(status, page.encode(), (("content-type", "text/html"),))
