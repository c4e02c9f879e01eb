"""What the tests of this folder stand on: an opened exchange, and servers on loopback."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from random import Random
from typing import Any, TypeVar

import trio
from wsproto import ConnectionType, WSConnection, events

from benthic.actors.ccxt_trio.ground import Ground, NoTap, Tap
from benthic.actors.ccxt_trio.h11_transport import H11Transport
from benthic.actors.ccxt_trio.making import open_exchange
from benthic.actors.ccxt_trio.sockets import LeanSockets, SocketDialer
from benthic.runtime.clock import LiveClock

PATIENCE = 60  # s of wall time until a test counts as hung
T = TypeVar("T")
Serve = Callable[[trio.SocketStream], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def run(body: Callable[[], Awaitable[T]]) -> T:
    """Run it on the wall's clock, within a limit."""

    async def main() -> T:
        with trio.fail_after(PATIENCE):
            return await body()

    return trio.run(main)


def answered(body: bytes, more: bytes = b"") -> bytes:
    """A whole HTTP answer."""
    return HEAD + more + b"Content-Length: %d\r\n\r\n" % len(body) + body


def dead_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


@asynccontextmanager
async def exchange_of(
    name: str,
    config: Mapping[str, Any] | None = None,
    *,
    tap: Tap | None = None,
    sockets: SocketDialer | None = None,
) -> AsyncIterator[Any]:
    """An exchange that is closed in the end; it has to leave no task behind."""
    async with trio.open_nursery() as nursery:
        exchange = open_exchange(
            name,
            Ground(
                nursery=nursery,
                clock=LiveClock(),
                chance=Random(7),  # noqa: S311 - ids of a test
                transport=H11Transport(),
                sockets=LeanSockets() if sockets is None else sockets,
                tap=NoTap() if tap is None else tap,
            ),
            {"enableRateLimit": False, **(config or {})},
        )
        try:
            yield exchange
        finally:
            with trio.CancelScope(shield=True):
                await exchange.close()
        assert not nursery.child_tasks


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[int]:
    """A port on which `serve` answers each connection."""

    async def one(stream: trio.SocketStream) -> None:
        try:
            await serve(stream)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return  # the client left

    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        nursery.start_soon(trio.serve_listeners, one, listeners)
        yield listeners[0].socket.getsockname()[1]
        nursery.cancel_scope.cancel()


async def head_of(stream: trio.abc.Stream) -> bytes:
    """Bytes up to the end of a request's head, and what came with it."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = bytes(await stream.receive_some(65_536))
        if not data:
            raise trio.BrokenResourceError
        head += data
    return head


class ServerSocket:
    """The server's end of a WebSocket."""

    def __init__(self, stream: trio.abc.Stream, protocol: WSConnection) -> None:
        self.stream = stream
        self.protocol = protocol

    async def send(self, *messages: str | bytes) -> None:
        written = b"".join(
            self.protocol.send(
                events.TextMessage(data=each)
                if isinstance(each, str)
                else events.BytesMessage(data=each)
            )
            for each in messages
        )
        await self.stream.send_all(written)

    async def next(self) -> Any:
        """The next event; CloseConnection in the end."""
        while True:
            for event in self.protocol.events():
                return event
            data = bytes(await self.stream.receive_some(65_536))
            self.protocol.receive_data(data or None)


async def accepted(stream: trio.abc.Stream, head: bytes, *, deflate: bool = False) -> ServerSocket:
    """Open the WebSocket that a request asks for."""
    from wsproto.extensions import Extension, PerMessageDeflate

    protocol = WSConnection(ConnectionType.SERVER)
    protocol.receive_data(head)
    [_] = protocol.events()
    extensions: list[Extension] = [PerMessageDeflate()] if deflate else []
    await stream.send_all(protocol.send(events.AcceptConnection(extensions=extensions)))
    return ServerSocket(stream, protocol)
