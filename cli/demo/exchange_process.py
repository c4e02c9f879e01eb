"""The process of the demo's exchange: a simulated one whose pings keep to its own time.

    python -m benthic.cli.demo.exchange_process SEED RATE

It is `benthic venue` for a bot whose clock runs as fast as the venue's. Where it is and what it is
asked with it prints as one object of JSON, and then it serves until it is ended.
"""

from __future__ import annotations

import secrets
import sys

import msgspec
import trio

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
    """Serve until ended."""
    markets = Markets(symbols=SYMBOL, families="spot", seed=seed)
    house = furnish(markets, LiveClock().now(), speed=rate)
    venue = Venue(msgspec.structs.replace(house.config, spot_hub=HubRules()))
    key = venue.api_key(ACCOUNT)
    control = Control(secrets.token_hex(32))
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
        await trio.sleep_forever()


def main(seed: str, rate: str) -> int:
    """Serve until ended; the exit code."""
    with Ending() as ending:
        trio.run(serve, int(seed), float(rate))
    return ending.code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
