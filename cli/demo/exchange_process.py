"""The process of the demo's exchange: a simulated one whose pings keep to its own time.

    python -m benthic.cli.demo.exchange_process SEED RATE

It is `benthic venue` for a bot whose clock runs as fast as the venue's. Where it is and what it is
asked with it prints as one object of JSON. It serves until its standard input ends, so that it
never outlives the demo.
"""

from __future__ import annotations

import os
import sys

import msgspec
import trio

from ...runtime.chance import seed_from_host
from ...runtime.clock import LiveClock
from ...scenarios.venue.hub import HubRules
from ...scenarios.venue.serving import Control, serving
from ...scenarios.venue.venue import Venue
from ..exits import Ending
from ..venue.house import ACCOUNT, furnish
from ..venue.options import Markets
from .botfile import SYMBOL
from .exchange import Place


async def serve(seed: int, rate: float) -> None:
    """Serve until standard input ends."""
    markets = Markets(symbols=SYMBOL, families="spot", seed=seed)
    house = furnish(markets, LiveClock().now(), speed=rate)
    venue = Venue(msgspec.structs.replace(house.config, spot_hub=HubRules()))
    key = venue.api_key(ACCOUNT)
    control = Control(f"{seed_from_host():016x}{seed_from_host():016x}")
    async with serving(venue, speed=rate, control=control) as served:
        place = Place(
            rest=served.rest_url,
            ws=served.ws_url,
            key=key.key,
            secret=key.secret.reveal(),
            control=served.control_url or "",
            token=control.token,
        )
        sys.stdout.buffer.write(msgspec.json.encode(place) + b"\n")
        sys.stdout.flush()
        async with trio.lowlevel.FdStream(os.dup(0)) as stream:
            async for _ in stream:
                pass


def main(seed: str, rate: str) -> int:
    """Serve until standard input ends; the exit code."""
    with Ending() as ending:
        trio.run(serve, int(seed), float(rate))
    return ending.code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
