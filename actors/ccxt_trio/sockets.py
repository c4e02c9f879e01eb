"""WebSockets as a client of ccxt needs them: a small protocol, and the lean one that is default.

The stream is ours from the dial to the end, so that nothing of it is left open. A read gives way to
other tasks after every `BATCH` frames, however many came at once. `reference` is the other kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Protocol
from urllib.parse import SplitResult

import attrs
import trio
from wsproto import WSConnection, events
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.extensions import Extension, PerMessageDeflate
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from .dialing import NetworkDialer
from .errors import DialFailed, HandshakeRefused, SocketClosed, SocketTrouble
from .frames import Ears, FrameReader
from .wire import Dialer, Road, authority, split, target

CHUNK: Final = 65_536  # bytes read at a time
BATCH: Final = 64  # frames between two looks at the other tasks
HEAD: Final = 65_536  # bytes of the answer to the handshake
ABNORMAL: Final = 1006  # the code of a connection that ended without one


@attrs.frozen(kw_only=True)
class Handshake:
    """What opens a WebSocket."""

    url: str = attrs.field(repr=False)  # may hold a listen key
    headers: Mapping[str, str] = attrs.field(factory=dict[str, str], repr=False)
    road: Road = Road()
    offers_deflate: bool = True  # some gateways refuse who does not offer it


class Socket(Protocol):
    """An open WebSocket; `read` by one task, written to by another."""

    async def read(self, ears: Ears) -> None:
        """Tell `ears` all that comes until the end, which is a SocketClosed."""
        ...

    async def send(self, text: str) -> None: ...
    async def ping(self) -> None: ...
    async def pong(self, payload: bytes) -> None: ...

    async def close(self, code: int) -> None:
        """Say that no more follows; the stream stays until `aclose`."""
        ...

    async def aclose(self) -> None:
        """Leave nothing open."""
        ...


class SocketDialer(Protocol):
    """Opens WebSockets."""

    async def open(self, handshake: Handshake, nursery: trio.Nursery) -> Socket:
        """An open one; tasks of its own, where it has any, live in `nursery`.

        Raises DialFailed, SocketTrouble, HandshakeRefused.
        """
        ...


class LeanSockets:
    """See `SocketDialer`. dialer: how streams are opened."""

    def __init__(self, dialer: Dialer | None = None) -> None:
        self._dialer = NetworkDialer() if dialer is None else dialer

    async def open(self, handshake: Handshake, nursery: trio.Nursery) -> Socket:
        del nursery  # it needs no task
        stream = await open_stream(self._dialer, handshake)
        is_open = False
        try:
            socket = await _shaken(stream, handshake)
            is_open = True
            return socket
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise SocketTrouble(handshake.url, "the server hung up in the handshake") from error
        except (RemoteProtocolError, LocalProtocolError) as error:
            raise SocketTrouble(handshake.url, f"the handshake went wrong: {error}") from error
        finally:
            if not is_open:
                await trio.aclose_forcefully(stream)


class LeanSocket:
    """See `Socket`. rest: what came with the answer to the handshake."""

    def __init__(self, stream: trio.abc.Stream, connection: Connection, rest: bytes) -> None:
        self._stream = stream
        self._connection = connection
        self._rest = rest
        self._writing = trio.StrictFIFOLock()

    async def read(self, ears: Ears) -> None:
        reader = FrameReader(self._connection, ears)
        data, self._rest = self._rest, b""
        while True:
            if data:
                reader.feed(data)
                while reader.read(BATCH):
                    await trio.lowlevel.checkpoint()
            try:
                data = bytes(await self._stream.receive_some(CHUNK))
            except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
                raise SocketClosed(ABNORMAL, "the connection broke") from error
            if not data:
                raise SocketClosed(ABNORMAL, "the server hung up")

    async def send(self, text: str) -> None:
        await self._write(events.TextMessage(data=text))

    async def ping(self) -> None:
        await self._write(events.Ping())

    async def pong(self, payload: bytes) -> None:
        await self._write(events.Pong(payload=payload))

    async def close(self, code: int) -> None:
        if self._connection.state in {ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING}:
            await self._write(events.CloseConnection(code=code))

    async def aclose(self) -> None:
        await trio.aclose_forcefully(self._stream)

    async def _write(self, event: events.Event) -> None:
        try:
            async with self._writing:
                await self._stream.send_all(self._connection.send(event))
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise SocketClosed(ABNORMAL, "the connection broke") from error
        except LocalProtocolError as error:
            raise SocketClosed(ABNORMAL, "it is being closed") from error


async def open_stream(dialer: Dialer, handshake: Handshake) -> trio.abc.Stream:
    """The stream under a WebSocket. Raises DialFailed."""
    url = split(handshake.url)
    if url.scheme not in {"ws", "wss", "http", "https"}:
        raise DialFailed(handshake.url.partition("?")[0], "a WebSocket begins with ws or wss")
    return await dialer.open(url, handshake.road)


async def _shaken(stream: trio.abc.Stream, handshake: Handshake) -> LeanSocket:
    """Open the WebSocket on its stream."""
    url = split(handshake.url)
    protocol = WSConnection(ConnectionType.CLIENT)
    await stream.send_all(protocol.send(_request(url, handshake)))
    head = b""
    while b"\r\n\r\n" not in head:
        data = bytes(await stream.receive_some(CHUNK))
        if not data or len(head) > HEAD:
            raise SocketTrouble(handshake.url, "the server hung up in the handshake")
        head += data
    # wsproto gets the handshake and not a byte more: frames are ours to read.
    end = head.index(b"\r\n\r\n") + 4
    protocol.receive_data(head[:end])
    for event in protocol.events():
        if isinstance(event, events.AcceptConnection) and protocol.connection is not None:
            return LeanSocket(stream, protocol.connection, head[end:])
        if isinstance(event, events.RejectConnection):
            raise refusal(handshake.url, event.status_code, list(event.headers))
    raise SocketTrouble(handshake.url, "the server did not answer the handshake")


def refusal(url: str, status: int, headers: Iterable[tuple[bytes, bytes]]) -> HandshakeRefused:
    """The error for an answer that is no WebSocket."""
    waits = [value.decode("latin-1") for name, value in headers if name.lower() == b"retry-after"]
    return HandshakeRefused(url, status=status, retry_after=waits[0] if waits else None)


def _request(url: SplitResult, handshake: Handshake) -> events.Request:
    named = {name.lower(): value for name, value in handshake.headers.items()}
    wanted = named.pop("sec-websocket-protocol", "")
    offered: list[Extension] = [PerMessageDeflate()] if handshake.offers_deflate else []
    return events.Request(
        host=named.pop("host", authority(url)),
        target=target(url),
        extensions=offered,
        extra_headers=[(name.encode(), value.encode()) for name, value in named.items()],
        subprotocols=[each.strip() for each in wanted.split(",") if each.strip()],
    )
