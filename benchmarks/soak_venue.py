"""The venue of a soak, in a process of its own: twenty markets as lively as large ones are.

It prints where it is and whose key is whose, as `benthic venue --print-env` does, and serves until
it is ended.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

import trio

from ..runtime.clock import LiveClock
from ..scenarios.venue.accounts import AccountPlan
from ..scenarios.venue.config import MarketPlan, VenueConfig
from ..scenarios.venue.market.traders import FlowPlan
from ..scenarios.venue.serving import serving
from ..scenarios.venue.venue import Venue

LIVELY: Final = FlowPlan(density=8.0)  # steps a second, of which every other is a trade
KEEP_ALIVE: Final = "soak"


async def serve(symbols: Sequence[str], seed: int) -> None:
    """Serve until ended."""
    config = VenueConfig(
        markets=tuple(MarketPlan(pair=symbol, flow=LIVELY) for symbol in symbols),
        accounts=(AccountPlan(name=KEEP_ALIVE, deposits={"spot": {"USDT": "100000"}}),),
        seed=seed,
        start=LiveClock().now(),
        has_past=False,
    )
    venue = Venue(config)
    key = venue.api_key(KEEP_ALIVE)
    async with serving(venue) as served:
        sys.stdout.write(
            f"BENTHIC_REST_URL={served.rest_url}\nBENTHIC_WS_URL={served.ws_url}\n"
            f"BENTHIC_API_KEY={key.key}\nBENTHIC_API_SECRET={key.secret.reveal()}\n"
        )
        sys.stdout.flush()
        await trio.sleep_forever()


def main(symbols: str, seed: str) -> None:
    """Serve until ended."""
    trio.run(serve, symbols.split(","), int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
