"""Round trips over loopback: signed orders at the simulated exchange beside a bare h11 echo.

Each server runs in a process of its own; one client, which blocks, asks them by turns in one run
over connections that stay open. An order is placed and rests, the next request cancels it: both
are signed, checked, matched and answered in full, while the traders of the market go on trading.
"""

from __future__ import annotations

import hmac
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter
from typing import Final

import msgspec

from ..runtime.clock import LiveClock
from ..runtime.errors import BenthicError
from .measurement import Measurement, rate
from .wire_server import KEY, SECRET

ROUNDS: Final = 5
ORDER_BAR: Final = 0.25
PATIENCE: Final = 60  # s until a server that does not answer counts as hung
CHUNK: Final = 65_536  # bytes read at a time
BELOW: Final = 0.95  # of the best bid: the order rests
PING: Final = b"GET /api/v3/ping HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\n\r\n"


class NotServed(BenthicError):
    """A server of the benchmark answered something else than was to be measured."""

    def __init__(self, name: str, answer: bytes) -> None:
        super().__init__(
            f"{name} answered {answer[:300]!r}: run `python -m benthic.benchmarks.wire_server "
            f"{name}` and look at what it says"
        )
        self.answer = answer


def measure(*, rounds: int = ROUNDS, count: int = 1_500) -> Iterator[Measurement]:
    """All figures. count: round trips of one round."""
    with ExitStack() as stack:
        venue, bare, echo = (
            stack.enter_context(_serving(name)) for name in ("venue", "bare", "echo")
        )
        yield _compare("wire.order", venue, echo, rounds, count, bar=ORDER_BAR)
        yield _compare("wire.ping", venue, echo, rounds, count, bar=None)
        yield _compare("wire.empty", bare, echo, rounds, count, bar=None)


class Asker:
    """One open connection to one server."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """The answer, which fits into one read on loopback. Raises NotServed."""
        self._socket.sendall(request)
        answer = self._socket.recv(CHUNK)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise NotServed(self.name, answer)
        return answer

    def close(self) -> None:
        """Close it."""
        self._socket.close()


@contextmanager
def _serving(name: str) -> Iterator[Asker]:
    command = [sys.executable, "-m", "benthic.benchmarks.wire_server", name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = server.stdout.readline() if server.stdout is not None else ""
            if not said:
                raise NotServed(name, b"nothing")
            asker = Asker(name, int(said))
            yield asker
            asker.close()
        finally:
            server.terminate()


def _compare(
    name: str, ours: Asker, other: Asker, rounds: int, count: int, *, bar: float | None
) -> Measurement:
    """Medians of rounds by turns; the first of each warms up and is not counted."""
    rates: tuple[list[float], list[float]] = [], []
    for _ in range(rounds + 1):
        asked = orders_of(ours, count) if bar is not None else [PING] * count
        rates[0].append(_round(ours, asked))
        rates[1].append(_round(other, [PING] * count))
    return rate(name, median(rates[0][1:]), median(rates[1][1:]), "round trips/s", bar=bar)


def _round(asker: Asker, requests: list[bytes]) -> float:
    began = perf_counter()
    for request in requests:
        asker.ask(request)
    return len(requests) / (perf_counter() - began)


def orders_of(venue: Asker, count: int) -> list[bytes]:
    """Signed requests that place an order and cancel it, by turns; good for a minute."""
    quote = venue.ask(PING.replace(b"ping", b"ticker/bookTicker?symbol=BTCUSDT"))
    best = msgspec.json.decode(quote.partition(b"\r\n\r\n")[2])["bidPrice"]
    price = f"{float(best) * BELOW:.2f}"
    now = LiveClock().now()
    asked = list[bytes]()
    for number in range(count // 2):
        name = f"bench-{now}-{number}"
        place = f"side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01000&price={price}"
        asked.append(_signed("POST", f"{place}&newClientOrderId={name}", now))
        asked.append(_signed("DELETE", f"origClientOrderId={name}", now))
    return asked


def _signed(method: str, fields: str, now: int) -> bytes:
    query = f"symbol=BTCUSDT&{fields}&recvWindow=60000&timestamp={now}"
    signature = hmac.digest(SECRET.encode(), query.encode(), "sha256").hex()
    head = f"{method} /api/v3/order?{query}&signature={signature} HTTP/1.1\r\n"
    return f"{head}host: 127.0.0.1\r\naccept: */*\r\nx-mbx-apikey: {KEY}\r\n\r\n".encode()
