"""The venue of the sweeps of clients and connections, in a process of its own.

It lets its traders work for a while in virtual time first, so that what it remembers is as much
as it will ever be, then serves on loopback, prints its port, and goes on until it is ended.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
import trio

from ..runtime.clock import Millis
from ..scenarios.venue.access.limits import OPEN
from ..scenarios.venue.accounts import AccountPlan
from ..scenarios.venue.config import MarketPlan, VenueConfig
from ..scenarios.venue.hub import HubRules
from ..scenarios.venue.serving import serving
from ..scenarios.venue.venue import Venue
from ..scenarios.venue.wire.limits import Limits
from .wire import NotServed
from .wire_server import KEY, SECRET, tell

PAIRS: Final = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
SPEED: Final = 20.0
PING: Final = int(20_000 * SPEED)  # ms of the venue: twenty seconds of its clients
PONG: Final = int(60_000 * SPEED)
OUTBOX: Final = 1_048_576  # bytes that a client may leave unread
HISTORY: Final = 2_000  # orders of a market, executions of an account in one: full in a day
PAGE: Final = resource.getpagesize()
MINUTE: Final = 60_000


class Server(msgspec.Struct, frozen=True):
    """A venue in a process of its own."""

    port: int
    process: int

    def memory(self) -> int:
        """What it holds now, in bytes of real memory; 0 once it has ended."""
        statm = Path(f"/proc/{self.process}/statm")
        try:
            return int(statm.read_text("ascii").split()[1]) * PAGE
        except (OSError, IndexError):
            return 0


@contextmanager
def venue_server(minutes: int, *, speed: float = SPEED) -> Iterator[Server]:
    """A server for as long as the block runs. minutes: of virtual time before it serves."""
    command = [sys.executable, "-m", f"{__package__}.venue_server", str(minutes), str(speed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            said = child.stdout.readline() if child.stdout is not None else ""
            if not said:
                raise NotServed("the venue", b"nothing")
            yield Server(int(said), child.pid)
        finally:
            child.terminate()


def take_all_descriptors() -> int:
    """Let this process open as many connections as it may; how many that is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most


# -- in the child


async def serve(minutes: int, speed: float) -> None:
    """Work for so long in virtual time, then serve."""
    funds = {"USDT": "100000000", "BTC": "1000"}
    account = AccountPlan(name="bench", deposits={"spot": funds}, key=KEY, secret=SECRET)
    markets = tuple(MarketPlan(pair=pair) for pair in PAIRS)
    config = VenueConfig(
        markets=markets,
        accounts=(account,),
        spot_limits=OPEN,
        spot_hub=HubRules(ping_every=PING, pong_within=PONG),
        holds_timestamps=False,
        history=HISTORY,
    )
    venue = Venue(config)
    venue.start()
    venue.run_to(Millis(venue.now + minutes * MINUTE))
    async with serving(venue, speed=speed, limits=Limits(outbox=OUTBOX)) as served:
        tell(served.port)
        await trio.sleep_forever()


def main(minutes: str, speed: str) -> None:
    """Serve until ended."""
    take_all_descriptors()
    trio.run(serve, int(minutes), float(speed))


if __name__ == "__main__":
    main(*sys.argv[1:])
