"""The network of one bot's host: it ends at an exchange in memory, and it can fail as a host's can.

What fails here is between the two; what an exchange does to requests and pushes is a fault plan's.
The connections of one process are its `Ports`: they end with it, whoever still wants to use them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import SplitResult

import trio

from ...actors.ccxt_trio.errors import DialFailed
from ...actors.ccxt_trio.h11_transport import H11Transport
from ...actors.ccxt_trio.sockets import LeanSockets, SocketDialer
from ...actors.ccxt_trio.wire import Road, Transport, place
from ..venue.wire.memory import Line, MemoryListener, MemoryStream

WINDOW: Final = 300.0  # s in which dials are counted
Trouble = Literal["", "names", "cut", "partition", "certificate", "files"]
WHY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "names": "Temporary failure in name resolution",
        "cut": "Network is unreachable",
        "certificate": "certificate verify failed: certificate has expired",
        "files": "Too many open files",
    }
)


class Uplink:
    """What all processes of one bot share. address: of the host, as the exchange sees it."""

    def __init__(self, listener: MemoryListener, address: str) -> None:
        self.address = address
        self.trouble: Trouble = ""
        self.rate = 0  # bytes a second, each connection and way; 0: as fast as it goes
        self.line = Line()
        self.dialled = 0  # attempts so far
        self.open: dict[Port, None] = {}
        self.most_dials = 0  # in any five minutes
        self._dials: deque[float] = deque()
        self._listener = listener
        self._changed = trio.Event()
        self._hash = blake2b(digest_size=16)

    @property
    def hash(self) -> str:
        """Hex digest of all bytes that bots sent and read, in the order in which they did."""
        return self._hash.hexdigest()

    @property
    def is_partitioned(self) -> bool:
        """Whether nothing passes, and nothing says so."""
        return self.trouble == "partition"

    def set_trouble(self, trouble: Trouble) -> None:
        """From now on it fails so; a cut ends what is open."""
        self.trouble = trouble
        if trouble == "cut":
            self.reset()
        self.poke()

    def reset(self) -> None:
        """End every connection that is open."""
        for port in tuple(self.open):
            port.break_off()

    def poke(self) -> None:
        """Let those who wait for the way look again."""
        self._changed.set()
        self._changed = trio.Event()

    def count_dial(self) -> None:
        """Somebody tries to get out."""
        now = trio.current_time()
        self.dialled += 1
        dials = self._dials
        dials.append(now)
        while dials[0] <= now - WINDOW:
            dials.popleft()
        self.most_dials = max(self.most_dials, len(dials))

    def note(self, way: bytes, number: int, data: bytes | bytearray | memoryview) -> None:
        """Bytes have passed by the connection of that number."""
        self._hash.update(b"%b%d,%d:" % (way, number, len(data)))
        self._hash.update(data)

    async def changed(self) -> None:
        """Wait until something is otherwise."""
        await self._changed.wait()

    async def dial(self, ports: Ports) -> Port:
        """A connection of a process. Raises OSError as a host does."""
        self.count_dial()
        while self.is_partitioned:
            await self.changed()
        inner = await self._listener.open(self.address, line=self.line)
        port = Port(inner, self, ports)
        self.open[port] = None
        return port


class Ports:
    """The network as one process has it; see `actors.exchange.settings.Network`."""

    def __init__(self, uplink: Uplink) -> None:
        self._uplink = uplink
        self.is_closed = False

    def transport(self) -> Transport:
        return H11Transport(self)

    def sockets(self) -> SocketDialer:
        return LeanSockets(self)

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        """See `Dialer`."""
        del road
        await trio.lowlevel.checkpoint()
        why = "The process is gone" if self.is_closed else WHY.get(self._uplink.trouble, "")
        if why:
            self._uplink.count_dial()
            raise DialFailed(place(url), f"no connection: {why}")
        return await self._uplink.dial(self)

    @property
    def connections(self) -> int:
        """How many it has open."""
        return sum(port.ports is self for port in self._uplink.open)

    def close(self) -> None:
        """The process has died: the host closes what it had open."""
        self.is_closed = True
        for port in tuple(self._uplink.open):
            if port.ports is self:
                port.break_off()


class Port(trio.abc.Stream):
    """One connection."""

    def __init__(self, inner: MemoryStream, uplink: Uplink, ports: Ports) -> None:
        self.ports = ports
        self._inner = inner
        self._uplink = uplink
        self._number = uplink.dialled
        self._held = b""  # read, and not yet there
        self._is_broken = False
        self._is_closed = False

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._carry(len(data))
        self._uplink.note(b">", self._number, data)
        await self._inner.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        if not self._held:
            self._check()
            self._held = await self._inner.receive_some(max_bytes)
        await self._carry(len(self._held))
        data, self._held = self._held, b""
        self._uplink.note(b"<", self._number, data)
        return data

    async def aclose(self) -> None:
        self._is_closed = True
        self._uplink.open.pop(self, None)
        self._uplink.poke()
        await self._inner.aclose()

    def break_off(self) -> None:
        """The connection is gone at both ends, without a word."""
        self._is_broken = True
        self._uplink.open.pop(self, None)
        self._inner.close_now()
        self._uplink.poke()

    async def _carry(self, size: int) -> None:
        """Wait as long as the way takes."""
        uplink = self._uplink
        self._check()
        while uplink.is_partitioned:
            await uplink.changed()
            self._check()
        if uplink.rate:
            await trio.sleep(size / uplink.rate)
            self._check()

    def _check(self) -> None:
        if self._is_closed:
            raise trio.ClosedResourceError("this stream was closed")
        if self._is_broken:
            raise trio.BrokenResourceError("the connection was lost")
