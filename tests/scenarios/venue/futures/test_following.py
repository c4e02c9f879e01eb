"""An independent WebSocket client over loopback hears every stream of both futures products."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio

from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.tcp import TcpFace

from .trader import LIVELY, SOCKETS, Futures, Trader, a_venue

trio_websocket: Any = pytest.importorskip("trio_websocket")

KINDS = (
    "trade", "aggTrade", "kline_1m", "depth", "depth@100ms", "depth@250ms", "depth@500ms", "depth5",
    "depth10@100ms", "depth20@500ms", "miniTicker", "ticker", "bookTicker", "markPrice",
    "markPrice@1s",
)  # fmt: skip
CONTINUOUS = {"linear": "btcusdt_perpetual", "inverse": "btcusd_perpetual"}
EVERYWHERE = ("!bookTicker", "!ticker@arr", "!miniTicker@arr")


def streams_of(family: Futures, symbol: str) -> set[str]:
    """All that moves in a lively market, and the stream of forced orders beside it."""
    own = {f"{symbol.lower()}@{kind}" for kind in KINDS}
    marks = {"!markPrice@arr", "!markPrice@arr@1s"} if family == "linear" else set[str]()
    return own | {f"{CONTINUOUS[family]}@continuousKline_1m", *EVERYWHERE} | marks


async def hear_all(socket: Any, names: set[str]) -> set[str]:
    """The streams that were heard of, once all of these were."""
    heard = set[str]()
    while names - heard:
        heard.add(json.loads(await socket.get_message())["stream"])
    return heard


@pytest.mark.parametrize("family", ["linear", "inverse"])
def test_a_foreign_client_follows_all_streams_and_its_own_account(family: Futures) -> None:
    venue = a_venue(LIVELY)
    trader = Trader(venue, family)
    names = streams_of(family, trader.symbol)
    told: dict[str, Any] = {}

    async def follow() -> None:
        driver = Driver(venue.agenda, speed=30)
        face = TcpFace(Wire(venue, venue.agenda), driver)
        async with trio.open_nursery() as nursery:
            await nursery.start(driver.run)
            port = await nursery.start(face.run)
            base = f"ws://127.0.0.1:{port}{SOCKETS[family]}"
            key = trader.raw("POST", trader.path("listenKey"), x_mbx_apikey=trader.key.key)[1]
            url = f"{base}/stream?streams={'/'.join(sorted(names))}"
            async with (
                trio_websocket.open_websocket_url(url) as market,
                trio_websocket.open_websocket_url(f"{base}/ws/{key['listenKey']}") as user,
            ):
                told["streams"] = await hear_all(market, names)
                bid = trader.public("depth", symbol=trader.symbol, limit=5)["bids"][0][0]
                trader.limit("BUY", "1" if family == "inverse" else "0.01", bid)
                told["order"] = json.loads(await user.get_message())
            nursery.cancel_scope.cancel()

    async def in_time() -> None:
        with trio.fail_after(60):
            await follow()

    trio.run(in_time)

    assert told["streams"] == names
    assert (told["order"]["e"], told["order"]["o"]["x"]) == ("ORDER_TRADE_UPDATE", "NEW")
