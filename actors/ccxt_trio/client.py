"""One WebSocket of an exchange: ccxt's `Client`, whose connection is one cancelled scope of trio.

The exchange's code calls its names (`future`, `resolve`, `send`, `subscriptions`) and finds what
it finds in ccxt. Reading, writing and the keep-alive are three tasks; the first that ends ends the
connection, and what ended it is what the watchers hear.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Final

import outcome
import trio

from .errors import DialTimeout, HandshakeRefused, SocketClosed
from .futures import TrioFuture
from .ground import Ground
from .sockets import ABNORMAL, Handshake, Socket
from .tasks import Tasks
from .upstream import Client, errors, gunzip, inflate, json_text
from .wire import Road

FAREWELL: Final = 0.25  # s that saying goodbye may take
OUTBOX: Final = 10_000  # messages that wait to be sent
NORMAL: Final = 1000  # the code of a close that was asked for

Step = Callable[[], Awaitable[None]]


class TrioClient(Client):  # type: ignore[misc] # ccxt has no types
    """See ccxt's `Client`. settings: what the exchange sets on it, `keepAlive` and so on."""

    connecting: bool
    isConnected: bool  # noqa: N815 - ccxt's
    lastPong: Any  # noqa: N815 - ccxt's; ms; exchanges set it to what the server said
    error: Any

    def __init__(
        self, url: str, *, exchange: Any, ground: Ground, tasks: Tasks, settings: Mapping[str, Any]
    ) -> None:
        self.url = url
        self.futures: dict[str, TrioFuture] = {}
        self.subscriptions: dict[Any, Any] = {}
        self.rejections: dict[str, Any] = {}
        for name, value in settings.items():
            setattr(self, name, value)
        self.options = settings.get("options", dict(settings))
        self.on_message_callback = self._heard
        self._handle = exchange.handle_message
        self.on_error_callback = exchange.on_error
        self.on_close_callback = exchange.on_close
        self.on_connected_callback = exchange.on_connected
        self.connected = TrioFuture()
        self.connection: Socket | None = None
        self.last_retry_after: float | None = None
        self.dial_failed = False
        self.last_message_at: int | None = None
        self.spoken_at: int | None = None  # when the server last said something unasked
        self._ground = ground
        self._tasks = tasks
        self._tap = ground.tap
        self._now = ground.clock.now
        self._scope: trio.CancelScope | None = None
        self._ended_by: BaseException | None = None
        self._code = NORMAL
        self._outbox, self._letters = trio.open_memory_channel[Step](OUTBOX)

    # -- futures

    def future(self, message_hash: str) -> TrioFuture:
        future = self.futures.get(message_hash)
        if future is None or future.cancelled():
            future = self.futures[message_hash] = TrioFuture()
        if message_hash in self.rejections:
            future.reject(self.rejections.pop(message_hash))
        return future

    def resolve(self, result: Any, message_hash: str) -> Any:
        self._tap.event(self.url, message_hash, result)
        future = self.futures.pop(message_hash, None)
        if future is not None:
            future.resolve(result)
        return result

    # -- the connection

    def connect(self, road: Road, backoff_delay: float = 0) -> TrioFuture:
        """Dial, unless that is done or under way. The future is settled when it is open."""
        if self.connection is None and not self.connecting:
            self.connecting = True
            self.connectionStarted = self._now()
            self._scope = self._tasks.start(self._live, road, backoff_delay)
        return self.connected

    @property
    def _socket(self) -> Socket | None:
        """What is open now; waiting may change it."""
        return self.connection

    def closed(self) -> bool:
        return self.connection is None

    async def send(self, message: Any) -> None:
        """Queue a message, behind those that were queued before."""
        text = message if isinstance(message, str) else json_text(message)
        if self.connection is None:
            raise ConnectionError("not sent: the WebSocket is closed")
        self._post(partial(self.connection.send, text))

    async def close(self, code: int = NORMAL) -> None:
        """End the connection from this side; who waits hears ExchangeClosedByUser."""
        for future in [*self.futures.values()]:
            future.cancel()
        self._end(code)

    def on_error(self, error: Any) -> None:
        self.error = self._ended_by = error
        self.reject(error)
        self.on_error_callback(self, error)
        self._end(ABNORMAL)

    def on_close(self, code: Any) -> None:
        if not self.error:
            ended = f"Connection closed by remote server, closing code {code}"
            self._ended_by = errors.NetworkError(ended)
            self.reject(self._ended_by)
        self.on_close_callback(self, code)
        self._end(NORMAL)

    def reset(self, error: Any) -> None:
        """Reject all who wait; the keep-alive goes on, so a silent socket is still noticed."""
        if not isinstance(error, BaseException):
            error = errors.NetworkError(self.stringify_reset_payload(error))
        self.reject(error)

    # -- what is heard

    def on_data(self, data: str | bytes) -> None:
        self.last_message_at = self.spoken_at = self._now()
        if isinstance(data, bytes):
            data = gunzip(data) if self.gunzip else inflate(data) if self.inflate else data
        self.handle_text_or_binary_message(data)

    def _heard(self, client: Any, message: Any) -> None:
        if not self._tap.message(self.url, message):
            self._handle(client, message)

    def on_ping(self, payload: bytes) -> None:
        self.last_message_at = self.spoken_at = self._now()
        if self.connection is not None:
            self._post(partial(self.connection.pong, payload))

    def on_pong(self) -> None:
        self.last_message_at = self.lastPong = self._now()

    # ccxt calls it so in one exchange, where its own client has no such name.
    def onPong(self) -> None:  # noqa: N802
        self.on_pong()

    # -- the tasks

    async def _live(self, road: Road, backoff_delay: float) -> None:
        """From the dial to the end; errors end here and are told to the watchers."""
        if backoff_delay:
            await trio.sleep(backoff_delay)
        async with trio.open_nursery() as nursery:
            dialled = await outcome.acapture(self._dialled, road, nursery)
            self.connecting = False
            if isinstance(dialled, outcome.Error):
                if not isinstance(dialled.error, Exception):
                    dialled.unwrap()
                self._not_dialled(dialled.error)
            else:
                await self._attended(dialled.value)
            nursery.cancel_scope.cancel()

    async def _dialled(self, road: Road, nursery: trio.Nursery) -> Socket:
        headers = dict(self.options.get("headers") or {})
        cookies = self.options.get("cookies")
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        handshake = Handshake(
            url=self.url,
            headers=headers,
            road=road,
            offers_deflate=bool(self.options.get("compress", 15)),
        )
        seconds = (self.connectionTimeout or 0) / 1000 or float("inf")
        with trio.move_on_after(seconds):
            return await self._ground.sockets.open(handshake, nursery)
        raise DialTimeout(handshake.url.partition("?")[0], f"not open within {seconds:g} s")

    def _not_dialled(self, cause: Exception) -> None:
        self.dial_failed = True
        if isinstance(cause, HandshakeRefused) and cause.retry_after is not None:
            with suppress(ValueError):
                self.last_retry_after = float(cause.retry_after)
        kind = errors.RequestTimeout if isinstance(cause, DialTimeout) else errors.NetworkError
        error = kind(str(cause))
        error.__cause__ = cause
        self.connected.reject(error)
        self._tap.closed(self.url, error)
        self.on_error(error)

    async def _attended(self, socket: Socket) -> None:
        self.connection = socket
        self.connectionEstablished = self.spoken_at = self._now()
        self.isConnected = True
        self._tap.connected(self.url)
        try:
            self.connected.resolve(self.url)
            self.on_connected_callback(self)
            async with trio.open_nursery() as nursery:
                for part in (partial(socket.read, self), self._write, self._keep_alive):
                    nursery.start_soon(self._part, nursery, part)
        finally:
            self.connection = None
            self.isConnected = False
            self._tap.closed(self.url, self._ended_by)
            with trio.move_on_after(FAREWELL, shield=True), suppress(SocketClosed):
                await socket.close(self._code)
            with trio.CancelScope(shield=True):
                await socket.aclose()

    async def _part(self, nursery: trio.Nursery, run: Step) -> None:
        """One task of the connection; the first that ends says why."""
        ended = await outcome.acapture(run)
        if isinstance(ended, outcome.Error):
            error = ended.error
            if not isinstance(error, Exception):
                ended.unwrap()
            elif isinstance(error, SocketClosed):
                self.on_close(error.code)
            else:
                self.on_error(_told(error))
            nursery.cancel_scope.cancel()

    async def _write(self) -> None:
        async for step in self._letters:
            await step()

    async def _keep_alive(self) -> None:
        """Ping, and notice that nothing comes back. Ends where the exchange wants none."""
        while self.keepAlive and self.connection is not None:
            await trio.sleep(self.keepAlive / 1000)
            now = self._now()
            self.lastPong = now if self.lastPong is None else self.lastPong
            if self.lastPong + self.keepAlive * self.maxPingPongMisses < now:
                place = self.url.partition("?")[0]
                raise errors.RequestTimeout(f"{place}: no answer to pings; the socket is silent")
            if self.ping:
                await self.send(self.ping(self))
            elif (socket := self._socket) is not None:
                self._post(socket.ping)

    def _post(self, step: Step) -> None:
        try:
            self._outbox.send_nowait(step)
        except trio.WouldBlock:
            raise ConnectionError(f"not sent: {OUTBOX} messages wait already") from None

    def _end(self, code: int) -> None:
        self._code = code
        if self._scope is not None:
            self._scope.cancel()


def _told(error: Exception) -> Any:
    """An error as one of ccxt's; what a parser stumbles over is a bad response."""
    if isinstance(error, errors.BaseError):
        return error
    kind = errors.NetworkError if isinstance(error, OSError) else errors.BadResponse
    told = kind(f"{type(error).__name__}: {error}")
    told.__cause__ = error
    return told
