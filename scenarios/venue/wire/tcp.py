"""The face over TCP: the exchange on a port of this machine, for clients in any language.

One task a connection, which reads; writing happens where the answer is made, and a second task
only finishes what the kernel would not take at once. Raw non-blocking sockets rather than trio's
streams: an answer is then one system call away from the request. A client that does not read what
it is owed is dropped and never waited for.
"""

from __future__ import annotations

import errno
import socket
import struct
from typing import Final

import trio

from .connection import Connection, Wire
from .driver import Driver
from .errors import PortTaken

CHUNK: Final = 65_536  # bytes read at a time
BACKLOG: Final = 4_096  # connections that the kernel keeps for us
BATCH: Final = 64  # connections taken between two looks at those that are open
BACK_OFF: Final = 0.05  # s, after an accept that failed for lack of something
LINGER: Final = 2.0  # s that a client has to read our last words before its socket is closed
HALF_OPEN: Final = 3_600.0  # s that a half-open connection keeps its socket
RESET: Final = struct.pack("ii", 1, 0)  # for SO_LINGER: close with RST
SHORTAGES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class TcpFace:
    """Accepts connections at one port, for as long as `run` does."""

    def __init__(self, wire: Wire, driver: Driver, *, host: str = "127.0.0.1") -> None:
        self._wire = wire
        self._driver = driver
        self._host = host
        self._open: dict[TcpOutlet, None] = {}  # the longest quiet first
        self.refused = 0  # connections that could not be taken, or gave way to others

    async def run(
        self, port: int = 0, *, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Serve until cancelled. Tells its port, which the kernel chooses where `port` is 0."""
        with self._bind(port) as listener:
            async with trio.open_nursery() as nursery:
                task_status.started(listener.getsockname()[1])
                try:
                    while True:
                        await trio.lowlevel.wait_readable(listener)
                        await self._accept(listener, nursery)
                finally:
                    nursery.cancel_scope.cancel()

    def _bind(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, port))
            listener.listen(BACKLOG)
        except OSError as error:
            listener.close()
            raise PortTaken(f"{self._host}:{port}", str(error)) from error
        listener.setblocking(False)  # noqa: FBT003 - its name in the standard library
        return listener

    async def _accept(self, listener: socket.socket, nursery: trio.Nursery) -> None:
        """Take some of those that wait."""
        for _ in range(BATCH):
            try:
                sock, peer = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in SHORTAGES and not self._make_room():
                    await trio.sleep(BACK_OFF)
                return  # or that client has gone already
            if len(self._open) >= self._wire.limits.connections and not self._make_room():
                sock.close()
                continue
            sock.setblocking(False)  # noqa: FBT003 - its name in the standard library
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            outlet = TcpOutlet(sock, self._wire.limits.outbox, nursery)
            self._open[outlet] = None
            nursery.start_soon(self._serve, outlet, str(peer[0]))

    def _make_room(self) -> bool:
        """Close the connection that was quiet for longest, if nobody waits for an answer on it."""
        self.refused += 1
        for outlet in self._open:
            if outlet.may_go:
                outlet.abort()
                del self._open[outlet]
                return True
        return False

    async def _serve(self, outlet: TcpOutlet, address: str) -> None:
        driver, opened = self._driver, self._open
        driver.catch_up()
        outlet.connection = connection = self._wire.connect(outlet, address)
        try:
            with outlet.reading:
                while outlet.reads:
                    data = await outlet.read()
                    if outlet in opened:
                        opened[outlet] = opened.pop(outlet)  # the last to have said something
                    driver.catch_up()
                    connection.receive(data)
                    if not data:
                        break
            await outlet.leave()
        except trio.BrokenResourceError:
            pass  # reset, by the client or by us
        finally:
            opened.pop(outlet, None)
            outlet.shut()
            connection.lost()


class TcpOutlet:
    """What one connection writes to. bound: bytes that it may owe its client."""

    def __init__(self, sock: socket.socket, bound: int, nursery: trio.Nursery) -> None:
        self.connection: Connection | None = None
        self.reads = True  # what the client sends still has a meaning
        self.reading = trio.CancelScope()  # around all reads
        self._sock = sock
        self._bound = bound
        self._nursery = nursery
        self._owed = bytearray()  # what the kernel did not take yet
        self._is_finishing = False
        self._closes = False  # once nothing is owed any more
        self._is_halted = False
        self._is_shut = False
        self._over = trio.Event()  # nothing is owed, and nothing will be

    @property
    def may_go(self) -> bool:
        """Whether it can be closed without an answer being missed."""
        return self.connection is not None and self.connection.is_idle and not self._owed

    # -- as `Outlet`

    def write(self, data: bytes) -> None:
        """See `Outlet.write`."""
        if self._closes or self._is_halted or self._is_shut:
            return
        if not self._owed:
            try:
                sent = self._sock.send(data)
            except BlockingIOError:
                sent = 0
            except OSError:
                self.shut()  # reset by the client
                return
            if sent == len(data):
                return
            data = data[sent:]
        self._owed += data
        if len(self._owed) > self._bound:
            self.abort()
        elif not self._is_finishing:
            self._is_finishing = True
            self._nursery.start_soon(self._finish)

    def close(self) -> None:
        """See `Outlet.close`."""
        self._closes = True
        self._stop_reading()
        if not self._owed:
            self._say_goodbye()

    def abort(self) -> None:
        """See `Outlet.abort`."""
        if not self._is_shut:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.shut()

    def halt(self) -> None:
        """See `Outlet.halt`."""
        self._is_halted = True
        self._stop_reading()

    # -- for the face

    async def read(self) -> bytes:
        """What the client sent; empty at its end. Raises BrokenResourceError."""
        while True:
            try:
                await trio.lowlevel.wait_readable(self._sock)
                return self._sock.recv(CHUNK)
            except BlockingIOError:
                continue  # readable no more
            except (OSError, trio.ClosedResourceError) as error:
                raise trio.BrokenResourceError from error

    async def leave(self) -> None:
        """Wait until the socket can be closed: all is said, and the client has had time to read.

        Closed at once, a socket whose client is still sending is reset, and the client may never
        see why. Raises BrokenResourceError.
        """
        with trio.move_on_after(HALF_OPEN):
            await self._over.wait()
        with trio.move_on_after(LINGER):
            while not self._is_shut and not self._is_halted and await self.read():
                pass

    def shut(self) -> None:
        """Close the socket; whoever waits for it is told."""
        if not self._is_shut:
            self._is_shut = True
            self.reads = False  # whoever shuts it in the midst of reading reads no more
            self._owed.clear()
            self._over.set()
            trio.lowlevel.notify_closing(self._sock)
            self._sock.close()

    async def _finish(self) -> None:
        """Write what is owed, as fast as the client takes it."""
        try:
            while self._owed:
                await trio.lowlevel.wait_writable(self._sock)
                sent = self._sock.send(self._owed)
                del self._owed[:sent]
        except (OSError, trio.ClosedResourceError):
            self.shut()
        self._is_finishing = False
        if self._closes:
            self._say_goodbye()

    def _stop_reading(self) -> None:
        self.reads = False
        self.reading.cancel()

    def _say_goodbye(self) -> None:
        if not self._is_shut:
            try:
                self._sock.shutdown(socket.SHUT_WR)
            except OSError:
                self.shut()
        self._over.set()
