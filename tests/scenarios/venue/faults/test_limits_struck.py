"""Faults of limits and time (L), as a client meets them on the wire."""

from __future__ import annotations

import json

import pytest
import trio

from .struck import LISTEN_KEY, ORDER, SYMBOL, Rule, World, fault, run

TIME = "/api/v3/time"
ACCOUNT = "/api/v3/account"
DAY = 86_400_000


@fault(
    "L1",
    {
        "verb": "status",
        "status": 429,
        "code": -1003,
        "headers": {"Retry-After": "7"},
        "when": {"path": "/api/*", "nth": 2},
    },
)
def test_too_many_requests_come_with_a_time_to_wait(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        assert (await trader.get(TIME)).status == 200

        answer = await trader.get(TIME)
        assert (answer.status, answer.headers["retry-after"]) == (429, "7")
        assert json.loads(answer.body)["code"] == -1003
        assert (await trader.get(TIME)).status == 200

    run(rules, body)


@fault("L2", {"verb": "ban", "time": "2m", "when": {"at": "1s"}})
def test_a_banned_address_gets_no_answer_but_that(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        await trio.sleep(2)
        answer = await (await world.http()).get(TIME)
        order = await (await world.http()).place()

        assert (answer.status, answer.headers["retry-after"]) == (418, "119")
        assert (order.status, json.loads(order.body)["code"]) == (418, -1003)
        assert world.open_ids() == []
        await trio.sleep(120)
        assert (await (await world.http()).get(TIME)).status == 200

    run(rules, body)


@fault(
    "L3",
    {
        "verb": "headers",
        "headers": {"X-MBX-USED-WEIGHT-1M": "5990"},
        "when": {"path": "/api/v3/*"},
    },
)
def test_somebody_else_uses_up_the_weight_of_the_address(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        answer = await (await world.http()).get(TIME)

        assert answer.status == 200
        assert answer.headers["x-mbx-used-weight-1m"] == "5990"

    run(rules, body)


@fault("L4", {"verb": "clock_drift", "ppm": -2_000, "when": {"at": 0}})
def test_a_venue_whose_clock_is_slow_refuses_an_honest_timestamp(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        assert (await trader.signed("GET", ACCOUNT)).status == 200
        await trio.sleep(600)

        told = json.loads((await trader.get(TIME)).body)["serverTime"]
        status, said = await trader.said("GET", ACCOUNT)
        assert world.venue.agenda.now - told == 1_200
        assert (status, said["code"]) == (400, -1021)
        assert (await trader.signed("GET", ACCOUNT, timestamp=told)).status == 200

    run(rules, body)


@pytest.mark.parametrize(
    ("by", "code"),
    [pytest.param("1h", -1021, id="L5-ahead"), pytest.param("-1h", -1021, id="L5-back")],
)
def test_the_venue_s_clock_jumps(by: str, code: int) -> None:
    rule = {"fault": "L5", "verb": "clock_step", "by": by, "when": {"at": "5s"}}

    async def body(world: World) -> None:
        trader = await world.http()
        before = json.loads((await trader.get(TIME)).body)["serverTime"]
        await trio.sleep(10)

        status, said = await trader.said("POST", ORDER, symbol=SYMBOL)
        after = json.loads((await trader.get(TIME)).body)["serverTime"]
        assert (status, said["code"]) == (400, code)
        assert abs(after - before - 10_000) == 3_600_000

    run([rule], body)


@fault("L7", {"verb": "clock_step", "by": "-1d", "when": {"at": "5s"}})
def test_the_venue_tells_yesterday_after_today(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        before = json.loads((await trader.get(TIME)).body)["serverTime"]
        await trio.sleep(10)

        after = json.loads((await trader.get(TIME)).body)["serverTime"]
        assert after == before + 10_000 - DAY
        assert (await trader.place(timestamp=after)).status == 200

    run(rules, body)


@fault("L8", {"verb": "garbage", "kind": "big_ids", "when": {"event": "executionReport"}})
def test_ids_are_larger_than_a_float_can_tell_apart(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        key = (await trader.keyed("POST", LISTEN_KEY))["listenKey"]
        ears = await world.hear(f"/ws/{key}")
        placed = json.loads((await trader.place()).body)

        report = await ears.next("executionReport")
        assert report["i"] == placed["orderId"] + 2**53

    run(rules, body)
