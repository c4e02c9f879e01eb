"""An independent WebSocket client over loopback hears every stream, as the bytes really go."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio

from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.tcp import TcpFace

from .trader import LIVELY, Trader, a_venue

trio_websocket: Any = pytest.importorskip("trio_websocket")

STREAMS = (
    "btcusdt@trade", "btcusdt@aggTrade", "btcusdt@kline_1s", "btcusdt@depth", "btcusdt@depth@100ms",
    "btcusdt@depth5", "btcusdt@depth20@100ms", "btcusdt@miniTicker", "btcusdt@ticker",
    "btcusdt@ticker_1d", "btcusdt@bookTicker", "btcusdt@avgPrice", "!ticker@arr", "!miniTicker@arr",
)  # fmt: skip


async def hear_all(socket: Any, names: set[str]) -> dict[str, Any]:
    """The first event of each of these streams."""
    heard: dict[str, Any] = {}
    while names - heard.keys():
        push = json.loads(await socket.get_message())
        heard.setdefault(push["stream"], push["data"])
    return heard


def test_a_foreign_client_follows_all_streams_and_its_own_account() -> None:
    venue = a_venue(LIVELY)
    trader = Trader(venue)
    told: dict[str, Any] = {}

    async def follow() -> None:
        driver = Driver(venue.agenda, speed=30)
        face = TcpFace(Wire(venue, venue.agenda), driver)
        async with trio.open_nursery() as nursery:
            await nursery.start(driver.run)
            port = await nursery.start(face.run)
            base = f"ws://127.0.0.1:{port}"
            key = trader.raw("POST", "/api/v3/userDataStream", x_mbx_apikey=trader.key.key)[1]
            url = f"{base}/stream?streams={'/'.join(STREAMS)}"
            async with (
                trio_websocket.open_websocket_url(url) as market,
                trio_websocket.open_websocket_url(f"{base}/ws/{key['listenKey']}") as user,
            ):
                told["streams"] = await hear_all(market, set(STREAMS))
                trader.limit("BUY", "0.01", "50000")
                told["report"] = json.loads(await user.get_message())
                await user.send_message('{"method":"LIST_SUBSCRIPTIONS","id":"who"}')
                await user.get_message()
                told["list"] = json.loads(await user.get_message())
            nursery.cancel_scope.cancel()

    async def in_time() -> None:
        with trio.fail_after(60):
            await follow()

    trio.run(in_time)

    assert set(told["streams"]) == set(STREAMS)
    assert (told["report"]["e"], told["report"]["x"]) == ("executionReport", "NEW")
    assert told["list"]["id"] == "who"
