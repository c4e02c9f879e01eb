"""The bot's side of a soak: the live connector, and an actor that hears all that is traded.

Started with a file to write trades to and the symbols; the venue's addresses and its key come as
the first line of standard input, and when that ends it says its last words and stops.
"""

from __future__ import annotations

import os
import resource
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import msgspec
import trio

from ..actors.ccxt_trio.frames import Ears
from ..actors.ccxt_trio.sockets import Handshake, LeanSockets, Socket, SocketDialer
from ..actors.ccxt_trio.wire import Transport
from ..actors.exchange.budget import RateBudget
from ..actors.exchange.ccxt_connector import CcxtConnector
from ..actors.exchange.markets import Markets
from ..actors.exchange.messages import GetLine, TradesReported, Watch
from ..actors.exchange.settings import Credentials, HostNetwork, VenueSettings
from ..runtime import Actor, Child, Supervisor, System, on
from ..runtime.secret import Secret
from .histogram import Histogram

TRADE: Final = '"e":"trade"'  # in the frame of one
PAGE_SIZE: Final = resource.getpagesize()


class Sample(msgspec.Struct, tag=True, frozen=True):
    """How large the process is."""

    second: float
    memory: int  # bytes
    tasks: int
    descriptors: int


class Ended(msgspec.Struct, tag=True, frozen=True):
    """The last words."""

    trades: int
    lag_p50: float  # s
    lag_p99: float
    came_up: int  # how often the line did


class Stamps:
    """When the frames of trades came, oldest first; each is taken by who handles its trade."""

    def __init__(self) -> None:
        self.waiting = deque[float]()
        self.lags = Histogram()

    def take(self) -> None:
        """A trade is being handled."""
        self.lags.add(perf_counter() - self.waiting.popleft())


class TimedEars:
    """Notes when a frame comes, before anybody looks into it."""

    def __init__(self, inner: Ears, stamps: Stamps) -> None:
        self._inner = inner
        self._stamps = stamps
        self.on_ping = inner.on_ping
        self.on_pong = inner.on_pong

    def on_data(self, data: str | bytes) -> None:
        if isinstance(data, str) and TRADE in data:
            self._stamps.waiting.append(perf_counter())
        self._inner.on_data(data)


class TimedSocket:
    """A socket whose frames are stamped."""

    def __init__(self, inner: Socket, stamps: Stamps) -> None:
        self._stamps = stamps
        self._inner = inner
        self.send = inner.send
        self.ping = inner.ping
        self.pong = inner.pong
        self.close = inner.close
        self.aclose = inner.aclose

    async def read(self, ears: Ears) -> None:
        await self._inner.read(TimedEars(ears, self._stamps))


class TimedNetwork:
    """The host's network, with stamps on the frames. See `Network` and `SocketDialer`."""

    def __init__(self, stamps: Stamps) -> None:
        self._host = HostNetwork()
        self._stamps = stamps
        self._lean = LeanSockets()

    def transport(self) -> Transport:
        return self._host.transport()

    def sockets(self) -> SocketDialer:
        return self

    async def open(self, handshake: Handshake, nursery: trio.Nursery) -> Socket:
        return TimedSocket(await self._lean.open(handshake, nursery), self._stamps)


class Follower(Actor):
    """Hears every trade of the symbols, and writes it down."""

    def __init__(self, symbols: Sequence[str], stamps: Stamps, written: deque[str]) -> None:
        self._symbols = symbols
        self._stamps = stamps
        self._written = written

    def on_start(self) -> None:
        line = self.lookup("line")
        self.subscribe(line, TradesReported)
        for symbol in self._symbols:
            line.tell(Watch(symbol, "trades"))
            line.tell(Watch(symbol, "ticker"))

    @on(TradesReported)
    def trades(self, message: TradesReported) -> None:
        for trade in message.trades:
            self._stamps.take()
            self._written.append(f"{trade.symbol} {trade.trade_id} {trade.price} {trade.amount}\n")


async def follow(path: Path, symbols: Sequence[str]) -> None:
    """Run until standard input ends."""
    async with trio.lowlevel.FdStream(os.dup(0)) as stream:
        env = msgspec.json.decode(await _line(stream), type=dict[str, str])
        stamps, written = Stamps(), deque[str]()
        system = System(_tree(env, symbols, stamps, written))
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            nursery.start_soon(_tell, path, written)
            async for _ in stream:
                pass
            line = await system.lookup("/soak/line").ask(GetLine())
            await system.stop()
            nursery.cancel_scope.cancel()
    _write(path, written)
    lags = stamps.lags
    _say(Ended(lags.total, lags.quantile(0.5), lags.quantile(0.99), line.count))


def _tree(
    env: Mapping[str, str], symbols: Sequence[str], stamps: Stamps, written: deque[str]
) -> Supervisor:
    settings = VenueSettings(
        name="binance",
        credentials=Credentials(Secret(env["BENTHIC_API_KEY"]), Secret(env["BENTHIC_API_SECRET"])),
        urls=urls_of(env),
    )
    network = TimedNetwork(stamps)

    def line() -> CcxtConnector:
        return CcxtConnector(
            settings,
            symbols=symbols[:1],
            markets="/soak/markets",
            budget="/soak/budget",
            network=network,
        )

    return Supervisor(
        "soak",
        [
            Child("markets", Markets),
            Child("budget", lambda: RateBudget("binance", settings.address)),
            Child("line", line),
            Child("follower", lambda: Follower(symbols, stamps, written)),
        ],
    )


def urls_of(env: Mapping[str, str]) -> Mapping[str, Any]:
    """What `urls` of ccxt's are for a venue on loopback."""
    rest, ws = env["BENTHIC_REST_URL"], env["BENTHIC_WS_URL"]
    return {
        "api": {
            "public": f"{rest}/api/v3",
            "private": f"{rest}/api/v3",
            "sapi": f"{rest}/sapi/v1",
            "ws": {"spot": f"{ws}/ws", "ws-api": {"spot": f"{ws}/ws-api/v3"}},
        }
    }


async def _tell(path: Path, written: deque[str]) -> None:
    """Say how it stands, and write down what was heard, once a second."""
    began = trio.current_time()
    while True:
        await trio.sleep(1)
        _write(path, written)
        _say(_size(trio.current_time() - began))


def _size(second: float) -> Sample:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    tasks = trio.lowlevel.current_statistics().tasks_living
    return Sample(second, pages * PAGE_SIZE, tasks, len(list(Path("/proc/self/fd").iterdir())))


def _write(path: Path, written: deque[str]) -> None:
    with path.open("a") as file:
        file.writelines(written)
    written.clear()


async def _line(stream: trio.lowlevel.FdStream) -> bytes:
    text = b""
    while b"\n" not in text:
        part = await stream.receive_some()
        if not part:
            break
        text += bytes(part)
    return text


def _say(word: Sample | Ended) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.flush()


def main(path: str, symbols: str) -> None:
    """Follow until told to stop."""
    trio.run(follow, Path(path), symbols.split(","))


if __name__ == "__main__":
    main(*sys.argv[1:])
