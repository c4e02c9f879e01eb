"""Faults of market data (M), as a client meets them on the wire."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import trio

from .struck import SYMBOL, Rule, World, fault, gone, run, silent

DEPTH = "/ws/btcusdt@depth@100ms"
TRADES = "/ws/btcusdt@trade"
KLINES = "/ws/btcusdt@kline_1m"
SNAPSHOT = "/api/v3/depth"


async def quote(world: World, times: int) -> None:
    """The book changes each 200 ms."""
    for number in range(times):
        world.rests("buy", 49_000 - number, "0.5")
        await trio.sleep(0.2)


def trade(world: World, price: int = 50_000) -> None:
    """A trade between maker and bot."""
    world.rests("sell", price, "0.02")
    world.rests("buy", price, "0.02", account=1)


def first_and_last(diffs: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(diff["U"], diff["u"]) for diff in diffs]


@fault("M1", {"verb": "gap", "messages": 2, "when": {"stream": "*@depth@100ms", "nth": 2}})
def test_depth_updates_are_missing(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(DEPTH)
        await quote(world, 6)

        heard = first_and_last(await ears.all())
        assert len(heard) == 4
        gaps = [then[0] - before[1] for before, then in pairwise(heard)]
        assert gaps == [3, 1, 1]

    run(rules, body)


@fault("M2", {"verb": "stale_snapshot", "updates": 1_000, "when": {"path": SNAPSHOT, "nth": 1}})
def test_the_snapshot_is_older_than_the_first_update(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(DEPTH)
        await quote(world, 2)
        first = await ears.next("depthUpdate")
        trader = await world.http()

        stale = json.loads((await trader.get(SNAPSHOT, symbol=SYMBOL)).body)
        fresh = json.loads((await trader.get(SNAPSHOT, symbol=SYMBOL)).body)
        assert stale["lastUpdateId"] < first["U"] - 1 <= fresh["lastUpdateId"]

    run(rules, body)


@fault("M3", {"verb": "crossed", "when": {"stream": "*@depth@100ms", "nth": 1}})
def test_a_bid_stands_above_the_asks(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(DEPTH)
        await quote(world, 1)

        diff = await ears.next("depthUpdate")
        assert Decimal(diff["b"][0][0]) > 50_010
        assert world.engine.best(SYMBOL)[1] == 5_001_000

    run(rules, body)


@fault("M4", {"verb": "mute", "time": "10s", "when": {"stream": "*@trade", "nth": 2}})
def test_a_stream_is_open_and_silent(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)
        await ears.next("trade")
        trade(world)

        assert await silent(ears.text, 9)
        trade(world)
        assert await silent(ears.text, 5)
        trade(world)
        assert (await ears.next("trade"))["e"] == "trade"

    run(rules, body)


@fault("M5", {"verb": "half_open", "when": {"stream": "*@trade", "nth": 1}})
def test_the_other_end_is_gone_and_nothing_says_so(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert await silent(ears.text, 3_600)
        await ears.client.ping(b"anybody?")
        assert await silent(ears.text, 60)
        assert ears.client.pongs == 0

    run(rules, body)


@fault("M6", {"verb": "server_shutdown", "after": "10s", "when": {"at": "5s"}})
def test_the_venue_goes_down(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        began = trio.current_time()

        assert await gone(ears.text) == "1001"
        assert trio.current_time() - began == pytest.approx(15, abs=0.1)
        await world.hear(TRADES)

    run(rules, body)


@pytest.mark.parametrize(
    ("status", "end"),
    [pytest.param(0, "reset", id="M7-refused"), pytest.param(429, "429", id="M7-throttled")],
)
def test_nobody_gets_in_for_an_hour(status: int, end: str) -> None:
    rule = {
        "fault": "M7",
        "verb": "refuse_connections",
        "time": "1h",
        "status": status,
        "when": {"at": 0},
    }

    async def body(world: World) -> None:
        await trio.sleep(1)
        assert await gone(lambda: world.hear(TRADES)) == end
        await trio.sleep(3_590)
        assert await gone(lambda: world.hear(TRADES)) == end
        await trio.sleep(10)
        await world.hear(TRADES)

    run([rule], body)


@fault("M8", {"verb": "duplicate", "after": "3s", "when": {"event": "kline", "nth": 1}})
def test_a_candle_comes_twice_and_late(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(KLINES)
        trade(world)
        await trio.sleep(2.5)
        trade(world)

        heard = [json.dumps(candle) for candle in await ears.all(10)]
        assert heard.count(heard[0]) == 2
        assert heard[1] != heard[0]

    run(rules, body)


@fault("M9", {"verb": "drop", "when": {"event": "kline", "since": "55s", "until": "65s"}})
def test_the_end_of_a_candle_is_missing(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        async def go_on() -> None:
            for _ in range(14):
                trade(world)
                await trio.sleep(10)

        ears = await world.hear(KLINES)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(go_on)
            heard = await ears.all(145)

        closed = [candle["k"]["t"] for candle in heard if candle["k"]["x"]]
        assert closed == [world.venue.config.start + 60_000]

    run(rules, body)


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        pytest.param("M10", "nan", '"p":"NaN"', id="M10-nan"),
        pytest.param("M10", "bare_nan", '"p":NaN', id="M10-bare-nan"),
        pytest.param("M10", "infinity", '"p":"Infinity"', id="M10-infinity"),
        pytest.param("M10", "negative", '"p":"-50000.00', id="M10-negative"),
        pytest.param("M10", "zero", '"p":"0.00000000"', id="M10-zero"),
        pytest.param("M10", "negative_zero", '"p":"-0.00000000"', id="M10-negative-zero"),
        pytest.param("M10", "huge", '"p":"1e308"', id="M10-huge"),
        pytest.param("M10", "wrong_type", '"p":50000,', id="M10-wrong-type"),
        pytest.param("M12", "exponent", '"p":"0.5e5"', id="M12-exponent"),
        pytest.param("M12", "lower_symbol", '"s":"btcusdt"', id="M12-lower-case"),
        pytest.param("M12", "wrong_symbol", '"s":"XYZABC"', id="M12-other-symbol"),
        pytest.param("M13", "microseconds", '"T":1767225600000000', id="M13-microseconds"),
        pytest.param("M13", "seconds", '"T":1767225600,', id="M13-seconds"),
        pytest.param("M13", "future", '"T":1767229200000', id="M13-future"),
        pytest.param("M13", "past", '"T":1767222000000', id="M13-past"),
    ],
)
def test_a_message_says_nonsense(code: str, kind: str, said: str) -> None:
    rule = {"fault": code, "verb": "garbage", "kind": kind, "when": {"stream": "*@trade"}}

    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert said in await ears.text()

    run([rule], body)


@fault("M11", {"verb": "spike", "times": 10, "when": {"stream": "*@trade", "nth": 2}})
def test_one_price_is_far_off_and_then_back(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        for _ in range(3):
            trade(world)

        prices = [Decimal(each["p"]) for each in await ears.all()]
        assert prices == [50_000, 500_000, 50_000]

    run(rules, body)


@fault("M14", {"verb": "burst", "count": 10_000, "when": {"stream": "*@trade", "nth": 1}})
def test_more_comes_at_once_than_a_second_s_worth(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert len(await ears.all(0.5)) == 10_000

    run(rules, body)


@fault("M15", {"verb": "mute", "when": {"path": "/ws*", "nth": 1}})
def test_a_subscription_is_not_acknowledged(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        asked = '{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}'
        ears = await world.hear("/ws")
        await ears.client.send(asked)
        assert await silent(ears.text)

        other = await world.hear("/ws")
        await other.client.send(asked)
        assert await other.next() == {"result": None, "id": 1}

    run(rules, body)


@fault("M16", {"verb": "set_mark", "symbol": SYMBOL, "mark": "51000.5", "when": {"at": "1s"}})
def test_the_mark_price_leaves_the_last_price(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        await trio.sleep(2)
        trader = await world.http()

        index = json.loads((await trader.get("/fapi/v1/premiumIndex", symbol=SYMBOL)).body)
        assert Decimal(index["markPrice"]) == Decimal("51000.5")
        assert world.engine.last(SYMBOL) == 500_000

    run(rules, body, "linear")
