"""What answers on loopback in the benchmark of the wire: a venue, or a bare echo of h11's.

Each runs in a process of its own, prints its port, and serves until it is ended.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Final

import h11
import trio

from ..runtime.clock import LiveClock, Millis
from ..scenarios.venue.access.limits import OPEN
from ..scenarios.venue.accounts import AccountPlan
from ..scenarios.venue.agenda import Agenda
from ..scenarios.venue.config import MarketPlan, VenueConfig
from ..scenarios.venue.serving import serving
from ..scenarios.venue.venue import Venue
from ..scenarios.venue.wire.connection import Wire
from ..scenarios.venue.wire.driver import Driver
from ..scenarios.venue.wire.messages import Request, Response, Session, SocketHandler
from ..scenarios.venue.wire.tcp import TcpFace

KEY: Final = "k" * 64
SECRET: Final = "s" * 64
CHUNK: Final = 65_536  # bytes read at a time
JSON: Final = (("content-type", "application/json"),)


class Empty:
    """A door that says `{}` to everything."""

    def request(self, _request: Request, /) -> Response:
        return Response(200, b"{}", JSON)

    def socket(self, request: Request, _session: Session, /) -> SocketHandler | Response:
        return self.request(request)


async def venue() -> None:
    """A spot venue whose traders are at work, with one account and no limits."""
    config = VenueConfig(
        markets=(MarketPlan(pair="BTC/USDT"),),
        accounts=(
            AccountPlan(
                name="bench", deposits={"spot": {"USDT": "1000000"}}, key=KEY, secret=SECRET
            ),
        ),
        start=LiveClock().now(),
        spot_limits=OPEN,
        has_past=False,
    )
    async with serving(Venue(config)) as served:
        tell(served.port)
        await trio.sleep_forever()


async def bare() -> None:
    """The wire itself, with nothing behind it."""
    wire = Wire(Empty(), Agenda(Millis(0)))
    driver = Driver(wire.agenda)
    async with trio.open_nursery() as nursery:
        await nursery.start(driver.run)
        tell(await nursery.start(TcpFace(wire, driver).run))


async def echo() -> None:
    """h11 on trio's streams, as its own documentation serves: says `{}` to everything."""
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    tell(listeners[0].socket.getsockname()[1])
    await trio.serve_listeners(_echo_one, listeners)


async def _echo_one(stream: trio.SocketStream) -> None:
    connection = h11.Connection(h11.SERVER)
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(bytes(await stream.receive_some(CHUNK)))
        elif isinstance(event, h11.EndOfMessage):
            headers = [*JSON, ("content-length", "2")]
            answer = connection.send(h11.Response(status_code=200, headers=headers)) or b""
            answer += connection.send(h11.Data(data=b"{}")) or b""
            answer += connection.send(h11.EndOfMessage()) or b""
            await stream.send_all(answer)
            connection.start_next_cycle()
        elif isinstance(event, h11.ConnectionClosed):
            return


def tell(port: int) -> None:
    """Where it listens, to who started it."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def main(name: str) -> None:
    """Serve as `name` says, until ended."""
    servers: dict[str, Callable[[], Awaitable[None]]] = {"venue": venue, "bare": bare, "echo": echo}
    trio.run(servers[name])


if __name__ == "__main__":
    main(*sys.argv[1:])
