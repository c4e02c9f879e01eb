"""WebSockets by trio-websocket: what the lean kind is held against, and its fallback.

Choose it with `Ground(sockets=ReferenceSockets())`. It costs about 50 µs more for each frame and
offers no compression.
"""

from __future__ import annotations

from typing import Any

import outcome
import trio
import trio_websocket

from .dialing import NetworkDialer
from .errors import SocketClosed, SocketTrouble
from .frames import LONGEST, Ears
from .sockets import ABNORMAL, Handshake, Socket, open_stream, refusal
from .wire import Dialer, authority, split, target


class ReferenceSockets:
    """See `SocketDialer`. dialer: how streams are opened."""

    def __init__(self, dialer: Dialer | None = None) -> None:
        self._dialer = NetworkDialer() if dialer is None else dialer

    async def open(self, handshake: Handshake, nursery: trio.Nursery) -> Socket:
        stream: Any = await open_stream(self._dialer, handshake)
        hosted: Any = await outcome.acapture(nursery.start, _hosted, stream, handshake)
        if isinstance(hosted, outcome.Value):
            pair: Any = hosted.value
            return ReferenceSocket(pair[0], stream, pair[1])
        await trio.aclose_forcefully(stream)
        error: BaseException = hosted.error
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, trio_websocket.ConnectionRejected):
            raise refusal(handshake.url, error.status_code, list(error.headers or ())) from error
        if isinstance(error, trio_websocket.HandshakeError | trio.BrokenResourceError):
            raise SocketTrouble(handshake.url, f"the handshake went wrong: {error!r}") from error
        raise error


async def _hosted(stream: Any, handshake: Handshake, *, task_status: trio.TaskStatus[Any]) -> None:
    """The connection with its own task, which raises where the handshake is refused."""
    url = split(handshake.url)
    async with trio.open_nursery() as nursery:
        connection = await trio_websocket.wrap_client_stream(
            nursery,
            stream,
            authority(url),
            target(url),
            extra_headers=[(n.encode(), v.encode()) for n, v in handshake.headers.items()],
            max_message_size=LONGEST,
        )
        task_status.started((connection, nursery))


class ReferenceSocket:
    """See `Socket`. It answers pings by itself."""

    def __init__(self, connection: Any, stream: trio.abc.Stream, nursery: trio.Nursery) -> None:
        self._connection = connection
        self._stream = stream
        self._nursery = nursery
        self._ears: Ears | None = None

    async def read(self, ears: Ears) -> None:
        self._ears = ears
        try:
            while True:
                ears.on_data(await self._connection.get_message())
        except trio_websocket.ConnectionClosed as error:
            raise _closed(error) from error

    async def send(self, text: str) -> None:
        try:
            await self._connection.send_message(text)
        except trio_websocket.ConnectionClosed as error:
            raise _closed(error) from error

    async def ping(self) -> None:
        self._nursery.start_soon(self._ping)  # it comes back with the pong, which may take its time

    async def pong(self, payload: bytes) -> None:
        """Nothing: the library has done it."""

    async def close(self, code: int) -> None:
        await self._connection.aclose(code)

    async def aclose(self) -> None:
        await trio.aclose_forcefully(self._stream)

    async def _ping(self) -> None:
        try:
            await self._connection.ping()
        except trio_websocket.ConnectionClosed:
            return  # whoever reads hears of it
        if self._ears is not None:
            self._ears.on_pong()


def _closed(error: trio_websocket.ConnectionClosed) -> SocketClosed:
    reason = error.reason
    if reason is None:
        return SocketClosed(ABNORMAL, "the connection broke")
    return SocketClosed(reason.code, reason.reason or "")
