"""What the tests of this folder stand on: an adapter's exchange against a simulated venue."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs
import trio

from benthic.actors.ccxt_trio.ground import Ground
from benthic.actors.ccxt_trio.making import open_exchange
from benthic.actors.exchange.adapters.adapter import Adapter
from benthic.actors.exchange.adapters.registry import adapter_for
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.actors.matching.values import Family
from benthic.runtime.clock import LiveClock
from benthic.runtime.secret import Secret
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.serving import serving
from benthic.scenarios.venue.venue import Venue

PATIENCE = 60  # s of wall time until a test counts as hung


@attrs.frozen
class Market:
    """A market of a family, and what is ordered there."""

    name: str  # ccxt's, of the exchange
    family: Family
    pair: str
    symbol: str
    amount: str


SPOT = Market("binance", "spot", "BTC/USDT", "BTC/USDT", "0.01")
USDM = Market("binanceusdm", "linear", "BTC/USDT", "BTC/USDT:USDT", "0.01")
COINM = Market("binancecoinm", "inverse", "BTC/USD", "BTC/USD:BTC", "1")
MARKETS = (SPOT, USDM, COINM)


@attrs.frozen
class Opened:
    """An exchange with loaded markets, and who knows it."""

    adapter: Adapter
    exchange: Any
    market: Market
    venue: Venue


def urls_of(base: str, socket: str) -> dict[str, Any]:
    """The addresses of Binance's families, at the venue; of WebSockets those of spot."""
    spot = dict.fromkeys(("public", "private", "v1"), f"{base}/api/v3")
    contracts = {
        f"{short}{scope}{suffix}": f"{base}/{short}/v{version}"
        for short in ("fapi", "dapi")
        for scope in ("Public", "Private")
        for suffix, version in (("", 1), ("V2", 2), ("V3", 3))
    }
    streams = {"spot": f"{socket}/ws", "ws-api": {"spot": f"{socket}/ws-api/v3"}}
    return {"api": {**spot, **contracts, "sapi": f"{base}/sapi/v1", "ws": streams}}


@asynccontextmanager
async def opened(market: Market) -> AsyncIterator[Opened]:
    """A venue of one market on loopback, and an exchange that has loaded it."""
    funds: dict[str, dict[str, str]] = {market.family: {"USDT": "100000", "BTC": "10"}}
    plan = MarketPlan(pair=market.pair, family=market.family, kind="traders")
    account = AccountPlan(name="ann", deposits=funds)
    start = LiveClock().now()
    venue = Venue(VenueConfig(markets=(plan,), accounts=(account,), seed=1, start=start))
    key = venue.api_key("ann")
    async with serving(venue) as served, trio.open_nursery() as nursery:
        settings = VenueSettings(
            name=market.name,
            credentials=Credentials(Secret(key.key), Secret(key.secret.reveal())),
            urls=urls_of(served.rest_url, served.ws_url),
        )
        adapter = adapter_for(market.name)
        chance = random.Random(1)  # noqa: S311 - ids of a test
        ground = Ground(nursery=nursery, clock=LiveClock(), chance=chance)
        config = {**adapter.config(settings), "enableRateLimit": False}
        exchange = open_exchange(market.name, ground, config)
        try:
            await exchange.load_markets()
            yield Opened(adapter, exchange, market, venue)
        finally:
            with trio.CancelScope(shield=True):
                await exchange.close()
