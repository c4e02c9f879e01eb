"""A plain client of HTTP and WebSocket over any stream of trio's: h11 and wsproto, nothing else.

It follows the protocols strictly and mends nothing: what a fault does to the wire, whoever uses
it sees. It does not sign, retry or reconnect.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

import h11
import msgspec
import trio
from wsproto import ConnectionType, WSConnection
from wsproto.connection import ConnectionState
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Message,
    Ping,
    Pong,
    RejectConnection,
    RejectData,
    TextMessage,
)
from wsproto.events import Request as Upgrade
from wsproto.extensions import Extension
from wsproto.utilities import RemoteProtocolError

from .errors import Disconnected

CHUNK: Final = 65_536  # bytes read at a time


class Answer(msgspec.Struct, frozen=True):
    """What came back for a request."""

    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes


class HttpClient:
    """Requests over one stream, one at a time. Once one has failed, the stream is of no use."""

    def __init__(self, stream: trio.abc.Stream, *, host: str = "127.0.0.1") -> None:
        self._stream = stream
        self._host = host
        self._h11 = h11.Connection(h11.CLIENT)

    async def request(
        self,
        method: str,
        target: str,
        *,
        headers: Iterable[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Answer:
        """Send it and read all of the answer. Raises Disconnected where there is none, or a part.

        What the stream raises leaves as it is.
        """
        fields = [("host", self._host), *headers]
        if body:
            fields.append(("content-length", str(len(body))))
        data = self._h11.send(h11.Request(method=method, target=target, headers=fields)) or b""
        if body:
            data += self._h11.send(h11.Data(data=body)) or b""
        data += self._h11.send(h11.EndOfMessage()) or b""
        await self._stream.send_all(data)
        try:
            return await self._receive(f"{method} {target.partition('?')[0]}")
        except h11.RemoteProtocolError as error:
            raise Disconnected(f"the answer to {method} cannot be read: {error}") from error

    async def aclose(self) -> None:
        """Close the stream."""
        await self._stream.aclose()

    async def _receive(self, what: str) -> Answer:
        status, headers, body = 0, dict[str, str](), bytearray()
        while True:
            event = self._h11.next_event()
            if event is h11.NEED_DATA:
                self._h11.receive_data(bytes(await self._stream.receive_some(CHUNK)))
            elif isinstance(event, h11.Response):
                status = event.status_code
                headers = {name.decode(): value.decode("latin-1") for name, value in event.headers}
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                if self._h11.our_state is h11.DONE and self._h11.their_state is h11.DONE:
                    self._h11.start_next_cycle()
                return Answer(status, headers, bytes(body))
            elif isinstance(event, h11.ConnectionClosed):
                raise Disconnected(what)


class SocketClient:
    """One WebSocket. It answers pings by itself and counts them; `open` makes one."""

    def __init__(self, stream: trio.abc.Stream, ws: WSConnection) -> None:
        self.pings = 0  # that came so far
        self.pongs = 0
        self._stream = stream
        self._ws = ws
        self._messages: deque[str] = deque()  # that came and were not taken yet
        self._parts: list[str] = []
        self._end: Disconnected | None = None  # told once all messages before it are taken

    @classmethod
    async def open(
        cls,
        stream: trio.abc.Stream,
        target: str,
        *,
        host: str = "127.0.0.1",
        extensions: Sequence[Extension] = (),
    ) -> SocketClient:
        """Do the handshake. Raises Disconnected where it is refused, with the status as code."""
        ws = WSConnection(ConnectionType.CLIENT)
        client = cls(stream, ws)
        upgrade = Upgrade(host=host, target=target, extensions=list(extensions))
        await stream.send_all(ws.send(upgrade))
        refused, body = 0, bytearray()
        while True:
            for event in ws.events():
                if isinstance(event, AcceptConnection):
                    await client._take_events()
                    return client
                if isinstance(event, RejectConnection):
                    refused = event.status_code
                elif isinstance(event, RejectData):
                    body += event.data
                    if event.body_finished:
                        reason = body.decode("utf-8", "replace")
                        raise Disconnected(f"{target} refused", code=refused, reason=reason)
            await client._read(target)

    async def send(self, text: str) -> None:
        """Send a text message."""
        await self._stream.send_all(self._ws.send(TextMessage(data=text)))

    async def ping(self, payload: bytes = b"") -> None:
        """Send a ping; `pongs` counts the answers."""
        await self._stream.send_all(self._ws.send(Ping(payload=payload)))

    async def receive(self) -> str:
        """The next text message. Raises Disconnected, with the code of a close frame."""
        while not self._messages:
            if self._end is not None:
                raise self._end
            await self._read("the WebSocket")
            await self._take_events()
        return self._messages.popleft()

    async def aclose(self, code: int = 1000, reason: str = "") -> None:
        """Send a close frame, wait for none, and close the stream."""
        if self._ws.state is ConnectionState.OPEN:
            await self._stream.send_all(self._ws.send(CloseConnection(code=code, reason=reason)))
        await self._stream.aclose()

    async def _read(self, what: str) -> None:
        data = bytes(await self._stream.receive_some(CHUNK))
        if not data:
            raise Disconnected(what)
        try:
            self._ws.receive_data(data)
        except RemoteProtocolError as error:
            raise Disconnected(f"{what}: {error}") from error

    async def _take_events(self) -> None:
        for event in self._ws.events():
            if isinstance(event, Message) and isinstance(event.data, str):
                self._parts.append(event.data)
                if event.message_finished:
                    self._messages.append("".join(self._parts))
                    self._parts.clear()
            elif isinstance(event, Ping):
                self.pings += 1
                await self._stream.send_all(self._ws.send(event.response()))
            elif isinstance(event, Pong):
                self.pongs += 1
            elif isinstance(event, CloseConnection):
                if self._ws.state is ConnectionState.REMOTE_CLOSING:
                    await self._stream.send_all(self._ws.send(event.response()))
                self._end = Disconnected(
                    "the WebSocket", code=event.code, reason=event.reason or ""
                )
