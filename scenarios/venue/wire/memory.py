"""The face over memory: streams of trio's whose other end is the exchange, in the same process.

Bytes take no time, or a given latency, and arrive by the agenda: under a virtual clock and a
seeded schedule the same run gives the same bytes at the same times. It opens no socket.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

import msgspec
import trio

from .connection import Connection, Wire
from .driver import Driver

KERNEL: Final = 65_536  # bytes that a half-open exchange still takes before a send blocks


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What bytes meet on their way, in either direction."""

    latency: int = 0  # ms
    piece: int | None = None  # bytes that arrive at a time, at most; None is all that was sent


class MemoryListener:
    """Where streams to the exchange are opened; `driver` runs meanwhile."""

    def __init__(self, wire: Wire, driver: Driver, *, line: Line | None = None) -> None:
        self._wire = wire
        self._driver = driver
        self._line = Line() if line is None else line

    async def open(self, address: str = "memory", *, line: Line | None = None) -> MemoryStream:
        """A stream to the exchange, from a client at `address`."""
        await trio.lowlevel.checkpoint()
        return MemoryStream(self._wire, self._driver, address, self._line if line is None else line)


class MemoryStream(trio.abc.HalfCloseableStream):
    """The client's end; in what it raises it is as trio's own `SocketStream`."""

    def __init__(self, wire: Wire, driver: Driver, address: str, line: Line) -> None:
        self._agenda = wire.agenda
        self._driver = driver
        self._line = line
        self._inbox: deque[bytes] = deque()  # arrived and not yet read; empty bytes are the end
        self._changed = trio.Event()
        self._busy: set[str] = set()
        self._is_closed = False  # by us
        self._is_broken = False  # by the exchange
        self._has_ended = False  # we send no more
        self._ignored: int | None = None  # bytes that a half-open exchange did not read
        self._outlet = MemoryOutlet(self, wire.limits.outbox)
        self._connection: Connection | None = None
        self._driver.after(line.latency, partial(self._connect, wire, address))

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """See `trio.abc.SendStream`."""
        with self._alone("sending"):
            await trio.lowlevel.checkpoint()
            self._check_writable()
            if self._ignored is not None:
                await self._send_to_nobody(len(data))
                return
            sent = bytes(data)
            piece = max(self._line.piece or len(sent), 1)
            for start in range(0, len(sent), piece):
                self._deliver(sent[start : start + piece])

    async def wait_send_all_might_not_block(self) -> None:
        """See `trio.abc.SendStream`."""
        with self._alone("sending"):
            await trio.lowlevel.checkpoint()
            self._check_writable()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """See `trio.abc.ReceiveStream`."""
        if max_bytes is not None and max_bytes < 1:
            raise ValueError("max_bytes must be at least 1")
        with self._alone("reading"):
            await trio.lowlevel.checkpoint()
            while True:
                if self._is_closed:
                    raise trio.ClosedResourceError("this stream was closed")
                if self._inbox:
                    return self._read(max_bytes)
                if self._is_broken:
                    raise trio.BrokenResourceError("the exchange reset the connection")
                await self._changed.wait()

    async def send_eof(self) -> None:
        """See `trio.abc.HalfCloseableStream`."""
        with self._alone("sending"):
            await trio.lowlevel.checkpoint()
            if self._is_closed:
                raise trio.ClosedResourceError("this stream was closed")
            self._end()

    async def aclose(self) -> None:
        """See `trio.abc.AsyncResource`."""
        self.close_now()
        await trio.lowlevel.checkpoint()

    def close_now(self) -> None:
        """Close it without waiting, as a host does with what a killed process had open."""
        if not self._is_closed:
            self._end()
            self._is_closed = True
            self._inbox.clear()
            self._change()
            if self._ignored is None:
                self._driver.after(self._line.latency, self._lose)

    # -- our side

    @contextmanager
    def _alone(self, action: str) -> Iterator[None]:
        if action in self._busy:
            raise trio.BusyResourceError(f"another task is {action} on this stream")
        self._busy.add(action)
        try:
            yield
        finally:
            self._busy.discard(action)

    def _check_writable(self) -> None:
        if self._is_closed or self._has_ended:
            raise trio.ClosedResourceError("this stream was closed")
        if self._is_broken:
            raise trio.BrokenResourceError("the exchange reset the connection")

    async def _send_to_nobody(self, size: int) -> None:
        self._ignored = (self._ignored or 0) + size
        while self._ignored > KERNEL:
            await self._changed.wait()
            self._check_writable()

    def _read(self, most: int | None) -> bytes:
        data = self._inbox.popleft()
        if not data:
            self._inbox.append(data)  # the end stays
            return data
        size = min(most or len(data), self._line.piece or len(data))
        if size < len(data):
            self._inbox.appendleft(data[size:])
        self._outlet.waiting -= size
        return data[:size]

    def _end(self) -> None:
        if not (self._has_ended or self._is_closed or self._is_broken):
            self._has_ended = True
            self._deliver(b"")

    def _deliver(self, data: bytes) -> None:
        self._driver.after(self._line.latency, partial(self._hand_over, data))

    def _connect(self, wire: Wire, address: str) -> None:
        self._connection = wire.connect(self._outlet, address)

    def _hand_over(self, data: bytes) -> None:
        if self._connection is not None and self._ignored is None:
            self._connection.receive(data)

    def _lose(self) -> None:
        if self._connection is not None:
            self._connection.lost()

    def _change(self) -> None:
        self._changed.set()
        self._changed = trio.Event()

    # -- the exchange's side

    def arrive(self, data: bytes) -> None:
        """The exchange sent `data`; empty where it sends no more."""
        self._inbox.append(data)
        self._change()

    def break_off(self) -> None:
        """The exchange reset the connection."""
        self._is_broken = True
        self._change()

    def ignore(self) -> None:
        """The exchange reads no more, without a word."""
        self._ignored = 0

    def at_the_other_end(self, happens: partial[None]) -> None:
        """Let something that the exchange did be seen here, when the line has carried it."""
        if self._line.latency:
            self._agenda.after(self._line.latency, happens)
        else:
            happens()

    def lose(self) -> None:
        """The exchange has closed its end."""
        self._agenda.after(0, self._lose)


class MemoryOutlet:
    """The exchange's end. bound: bytes that a client may leave unread before it is dropped."""

    def __init__(self, stream: MemoryStream, bound: int) -> None:
        self.waiting = 0  # bytes that the client has not read
        self._stream = stream
        self._bound = bound
        self._is_over = False

    def write(self, data: bytes) -> None:
        """See `Outlet.write`."""
        if self._is_over:
            return
        self.waiting += len(data)
        if self.waiting > self._bound:
            self.abort()
        else:
            self._stream.at_the_other_end(partial(self._stream.arrive, data))

    def close(self) -> None:
        """See `Outlet.close`."""
        if not self._is_over:
            self._is_over = True
            self._stream.at_the_other_end(partial(self._stream.arrive, b""))
            self._stream.lose()

    def abort(self) -> None:
        """See `Outlet.abort`."""
        if not self._is_over:
            self._is_over = True
            self._stream.at_the_other_end(partial(self._stream.break_off))
            self._stream.lose()

    def halt(self) -> None:
        """See `Outlet.halt`."""
        self._is_over = True
        self._stream.ignore()
