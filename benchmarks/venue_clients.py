"""Fifty WebSocket clients of one venue for minutes on end: nothing grows, nobody waits for one.

memory     the venue's real memory, sampled once what it remembers is full: the line through
           the samples may not rise
streams    each client follows a depth stream, of which not one update may be missing
orders     a signed order is placed and taken back again and again, and answered in time
slowness   one client reads nothing of what it asked for: it is dropped, and soon
"""

from __future__ import annotations

import select
import socket
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Final

import msgspec
import trio

from ..runtime.errors import UsageError
from ..scenarios.venue.market.intervals import INTERVALS
from ..scenarios.venue.wire.client import SocketClient
from ..scenarios.venue.wire.errors import Disconnected
from .chunks import Report
from .progress import Watch, unwatched
from .venue_server import Server, venue_server
from .wire import Asker, orders_of

CLIENTS: Final = 50
FULL: Final = 26 * 60  # virtual minutes until the venue remembers as much as it ever will
WARM: Final = 0.2  # of the load, before memory counts
LEAST: Final = 30  # seconds; less is no load
SLACK: Final = 4 * 2**20  # bytes that the line through the samples may rise
SLOWEST: Final = 2.0  # s for an order's answer
A_LOT: Final = ("depth@100ms", "depth20@100ms", *(f"kline_{name}" for name in INTERVALS))
LOOK: Final = 200  # ms
WINDOW: Final = 4_096  # bytes that the slow client's kernel takes for it
SYMBOLS: Final = ("btcusdt", "ethusdt", "solusdt")
MIB: Final = 2**20


class Load(msgspec.Struct):
    """What was seen while the load was on."""

    messages: int = 0
    orders: int = 0
    slowest: float = 0.0  # s
    dropped_after: float = -1.0  # s; -1: the slow client was not dropped
    samples: list[tuple[float, int]] = []  # s, bytes
    violations: list[str] = []


class Depth(msgspec.Struct):
    """What a client looks at in a depth update."""

    first: int = msgspec.field(name="U")
    last: int = msgspec.field(name="u")


class Combined(msgspec.Struct):
    """A message of a combined stream."""

    stream: str
    data: msgspec.Raw


def run_clients(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,  # noqa: ARG001 - as all sweeps are called; nothing here is drawn
    warm_up: int = FULL,
) -> Report:
    """Keep the load on for `count` seconds. Nothing of it is kept: `resume` is a UsageError.

    warm_up: virtual minutes that the venue has behind it.
    """
    if resume is not None:
        raise UsageError("a load cannot be resumed: leave --resume out")
    if count < LEAST:
        raise UsageError(f"{count} s are no load: give --count {LEAST} or more")
    with venue_server(warm_up) as server:
        load = trio.run(_load, server, count, watch)
    risen = rise(load.samples)
    violations = list(load.violations)
    if risen > SLACK:
        violations.append(f"memory rose by {risen / MIB:.1f} MiB in {count} s")
    if load.dropped_after < 0:
        violations.append(f"the slow client was not dropped in {count} s")
    if load.slowest > SLOWEST:
        violations.append(f"an order was answered after {load.slowest:.2f} s")
    figures = {
        "messages": float(load.messages),
        "orders": float(load.orders),
        "ms for the slowest order": load.slowest * 1_000,
        "ms until the slow client was dropped": load.dropped_after * 1_000,
        "bytes at the start": float(load.samples[0][1]),
        "bytes at the end": float(load.samples[-1][1]),
        "bytes risen by": risen,
    }
    return Report("clients", count, tuple(violations), figures, float(count))


async def _load(server: Server, seconds: int, watch: Watch) -> Load:
    load = Load()
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        for number in range(CLIENTS):
            nursery.start_soon(_follow, server, number, load)
        nursery.start_soon(_order, server, load)
        nursery.start_soon(_dawdle, server, load)
        for second in range(1, seconds + 1):
            await trio.sleep_until(began + second)
            watch(second, seconds)
            memory = server.memory()
            if not memory:
                load.violations.append("the venue has ended")
                break
            if second > WARM * seconds:
                load.samples.append((float(second), memory))
        nursery.cancel_scope.cancel()
    if not load.samples:
        load.samples.append((0.0, server.memory()))
    return load


async def _follow(server: Server, number: int, load: Load) -> None:
    """One client: a depth stream that must be whole, and what else a bot listens to."""
    symbol, other = SYMBOLS[number % 3], SYMBOLS[(number + 1) % 3]
    depth = f"{symbol}@depth"
    streams = "/".join((depth, f"{symbol}@aggTrade", f"{other}@bookTicker", f"{other}@kline_1m"))
    updates = msgspec.json.Decoder(Depth)
    messages = msgspec.json.Decoder(Combined)
    last = 0
    stream = await trio.open_tcp_stream("127.0.0.1", server.port)
    try:
        async with stream:
            client = await SocketClient.open(stream, f"/stream?streams={streams}")
            while True:
                message = messages.decode(await client.receive())
                load.messages += 1
                if message.stream != depth:
                    continue
                update = updates.decode(message.data)
                if last and update.first != last + 1:
                    load.violations.append(
                        f"client {number}: {depth} has a hole from {last} to {update.first}"
                    )
                last = update.last
    except (Disconnected, trio.BrokenResourceError) as error:
        load.violations.append(f"client {number} was cut off: {error}")


async def _order(server: Server, load: Load) -> None:
    """Place an order and take it back, ten times a second."""
    with closing(Asker("the venue", server.port)) as asker:
        while True:
            for request in orders_of(asker, 2):
                taken = await trio.to_thread.run_sync(_time, asker, request)
                load.slowest = max(load.slowest, taken)
                load.orders += 1
            await trio.sleep(0.1)


def _time(asker: Asker, request: bytes) -> float:
    """Seconds until the answer, however busy the tasks of the other clients are."""
    began = perf_counter()
    asker.ask(request)
    return perf_counter() - began


async def _dawdle(server: Server, load: Load) -> None:
    """Ask for a lot, read nothing of it, and look when the connection is gone."""
    began = trio.current_time()
    streams = "/".join(f"{symbol}@{kind}" for symbol in SYMBOLS for kind in A_LOT)
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
        sock.connect(("127.0.0.1", server.port))
        sock.sendall(
            f"GET /stream?streams={streams} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        gone = select.poll()
        gone.register(sock, select.POLLERR | select.POLLHUP)
        while not await trio.to_thread.run_sync(gone.poll, LOOK):
            pass  # until it is gone
        load.dropped_after = trio.current_time() - began


def rise(samples: list[tuple[float, int]]) -> float:
    """By how much the least-squares line through the samples rises from the first to the last.

    >>> rise([(0, 5), (1, 7), (2, 9)]), rise([(0, 5)])
    (4.0, 0.0)
    """
    count = len(samples)
    mean_at = sum(at for at, _ in samples) / count
    mean = sum(size for _, size in samples) / count
    spread = sum((at - mean_at) ** 2 for at, _ in samples)
    if not spread:
        return 0.0
    slope = sum((at - mean_at) * (size - mean) for at, size in samples) / spread
    return slope * (samples[-1][0] - samples[0][0])
