"""Half an hour of twenty symbols through the live connector: nothing grows, nothing is lost.

memory     the bot's real memory, its tasks and its descriptors, once everything is warm
events     every trade that the venue tells over REST has come through the stream, once, as it was
lag        the 99th part of a hundred of the way from a frame to an actor's handler, beside that
           of a round trip between two bare programs of trio, measured in the same while

Venue, bot and echo are processes of their own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

import msgspec
import trio

from ..actors.ccxt_trio.h11_transport import H11Transport
from ..actors.ccxt_trio.wire import Request
from ..runtime.errors import UsageError
from .chunks import Report
from .progress import Watch, unwatched
from .soak_follower import Ended, Sample
from .venue_clients import MIB, rise
from .wire import NotServed

BASES: Final = (
    "BTC", "ETH", "BNB", "SOL", "XRP", "ADA", "DOGE", "AVAX", "DOT", "LINK",
    "LTC", "BCH", "ATOM", "UNI", "ETC", "XLM", "NEAR", "APT", "FIL", "ARB",
)  # fmt: skip
SYMBOLS: Final = tuple(f"{base}/USDT" for base in BASES)
LEAST: Final = 60  # seconds; less is no load
WARM: Final = 0.2  # of the time, before growth counts
SLACK: Final = 2 * MIB  # bytes that the line through the samples may rise
LAG_BAR: Final = 3.0  # times a bare echo
POLL: Final = 1.0  # s between two looks at one symbol's trades, over REST
PAGE: Final = 1_000  # trades of a look
PACKAGE: Final = __package__ or "benthic.benchmarks"


class Told(msgspec.Struct, frozen=True):
    """A trade as REST tells it."""

    id: int
    price: str
    qty: str


class Oracle:
    """What the venue says over REST that was traded, by symbol and id."""

    def __init__(self, url: str) -> None:
        self.trades: dict[str, dict[int, Told]] = {symbol: {} for symbol in SYMBOLS}
        self.holes: list[str] = []
        self._url = url
        self._transport = H11Transport()

    async def ask(self, symbol: str) -> None:
        """One look at the newest trades of a symbol."""
        name = symbol.replace("/", "")
        url = f"{self._url}/api/v3/trades?symbol={name}&limit={PAGE}"
        answer = await self._transport.send(Request(method="GET", url=url))
        known = self.trades[symbol]
        page = msgspec.json.decode(answer.body, type=list[Told])
        if known and page and page[0].id > max(known) + 1:
            self.holes.append(f"{symbol}: more than {PAGE} trades between two looks")
        known.update((each.id, each) for each in page)

    async def aclose(self) -> None:
        """Close what is open."""
        await self._transport.aclose()


class Watched(msgspec.Struct):
    """What was seen while it ran."""

    samples: list[Sample] = []
    ended: Ended | None = None
    echo: float = 0.0  # p99 of a bare round trip, s


def run_soak(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
) -> Report:
    """Follow the market for `count` seconds. Nothing of it is kept: `resume` is a UsageError."""
    if resume is not None:
        raise UsageError("a soak cannot be resumed: leave --resume out")
    if count < LEAST:
        raise UsageError(f"{count} s are no soak: give --count {LEAST} or more")
    with tempfile.TemporaryDirectory() as folder, a_venue(seed) as env:
        written = Path(folder) / "trades.txt"
        oracle = Oracle(env["BENTHIC_REST_URL"])
        watched = trio.run(_soak, env, written, oracle, count, watch)
        violations = [*oracle.holes, *differences(oracle, written)]
    return _report(watched, oracle, violations, count)


@contextmanager
def a_venue(seed: int) -> Iterator[Mapping[str, str]]:
    """A venue with all symbols; what it prints for a program that is to reach it."""
    module = f"{PACKAGE}.soak_venue"
    command = [sys.executable, "-m", module, ",".join(SYMBOLS), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            lines = [child.stdout.readline().strip() for _ in range(4)] if child.stdout else []
            if not all(lines):
                raise NotServed("the venue", b"nothing")
            yield dict(line.split("=", 1) for line in lines)
        finally:
            child.terminate()


async def _soak(
    env: Mapping[str, str], written: Path, oracle: Oracle, seconds: int, watch: Watch
) -> Watched:
    watched = Watched()
    async with trio.open_nursery() as nursery:
        follower = await _open("soak_follower", str(written), ",".join(SYMBOLS), env=env)
        echo = await _open("soak_echo")
        nursery.start_soon(_hear, follower, watched)
        nursery.start_soon(_look, oracle)
        began = trio.current_time()
        for second in range(1, seconds + 1):
            await trio.sleep_until(began + second)
            watch(second, seconds)
            if follower.returncode is not None:
                raise NotServed("the bot", b"its process has ended")
        for symbol in SYMBOLS:
            await oracle.ask(symbol)
        await trio.sleep(2)  # for what is on its way
        watched.echo = float((await _end(echo)).split()[-1])
        await _end(follower, reads=False)
        nursery.cancel_scope.cancel()
    await oracle.aclose()
    return watched


async def _open(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> trio.Process:
    """A program of ours that goes on until its standard input ends."""
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", f"{PACKAGE}.{module}", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    if env is not None and process.stdin is not None:
        await process.stdin.send_all(msgspec.json.encode(env) + b"\n")  # no secret in a command
    return process


async def _end(process: trio.Process, *, reads: bool = True) -> str:
    """Let it come to its end; its last words."""
    words = b""
    if process.stdin is not None:
        await process.stdin.aclose()
    if reads and process.stdout is not None:
        async for part in process.stdout:
            words += part
    await process.wait()
    return words.decode()


async def _hear(follower: trio.Process, watched: Watched) -> None:
    rest = b""
    decoder = msgspec.json.Decoder(Sample | Ended)
    if follower.stdout is None:
        return
    async for part in follower.stdout:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            said = decoder.decode(line)
            if isinstance(said, Ended):
                watched.ended = said
            else:
                watched.samples.append(said)


async def _look(oracle: Oracle) -> None:
    """Ask for the trades of one symbol after the other."""
    while True:
        for symbol in SYMBOLS:
            await oracle.ask(symbol)
            await trio.sleep(POLL)


def differences(oracle: Oracle, written: Path) -> Iterator[str]:
    """What REST tells between the first and the last trade that came, and did not come so."""
    heard: dict[str, dict[int, tuple[str, str]]] = {symbol: {} for symbol in SYMBOLS}
    with written.open() as lines:
        for line in lines:
            symbol, number, price, amount = line.split()
            if int(number) in heard[symbol]:
                yield f"{symbol}: trade {number} came twice"
            heard[symbol][int(number)] = (price, amount)
    for symbol, trades in heard.items():
        if not trades:
            yield f"{symbol}: nothing came"
            continue
        first, last = min(trades), max(trades)
        lost = last - first + 1 - len(trades)
        if lost:
            yield f"{symbol}: {lost} trades between {first} and {last} did not come"
        for at_venue, told in oracle.trades[symbol].items():
            if at_venue >= first and not _is_same(trades.get(at_venue), told):
                yield f"{symbol}: at the venue {told}, here {trades.get(at_venue)}"


def _is_same(heard: tuple[str, str] | None, told: Told) -> bool:
    return heard is not None and tuple(map(Decimal, heard)) == (
        Decimal(told.price),
        Decimal(told.qty),
    )


def _report(watched: Watched, oracle: Oracle, violations: list[str], seconds: int) -> Report:
    samples = [each for each in watched.samples if each.second > WARM * seconds]
    ended = watched.ended
    if ended is None or not samples:
        raise NotServed("the bot", b"no last words")
    grown = {
        "bytes risen by": rise([(each.second, each.memory) for each in samples]),
        "tasks risen by": rise([(each.second, each.tasks) for each in samples]),
        "descriptors risen by": rise([(each.second, each.descriptors) for each in samples]),
    }
    ratio = ended.lag_p99 / watched.echo
    if grown["bytes risen by"] > SLACK:
        violations.append(f"memory rose by {grown['bytes risen by'] / MIB:.1f} MiB")
    counted = ("tasks risen by", "descriptors risen by")
    violations += [f"{name} {grown[name]:.1f}" for name in counted if grown[name] > 1]
    if ratio > LAG_BAR:
        violations.append(f"p99 from frame to handler is {ratio:.2f} times a bare echo's")
    figures = {
        "trades": float(ended.trades),
        "trades at the venue": float(sum(map(len, oracle.trades.values()))),
        "reconnects": float(ended.came_up - 1),
        "µs p50 from frame to handler": ended.lag_p50 * 1e6,
        "µs p99 from frame to handler": ended.lag_p99 * 1e6,
        "µs p99 of a bare echo": watched.echo * 1e6,
        "% of a bare echo's p99": ratio * 100,
        "bytes at the end": float(samples[-1].memory),
        **grown,
    }
    return Report("soak", seconds, tuple(violations), figures, float(seconds))
