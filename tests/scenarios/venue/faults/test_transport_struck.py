"""Faults of transport and protocol (E), as a client meets them on the wire."""

from __future__ import annotations

import json

import pytest
import trio

from .struck import ORDER, SYMBOL, Rule, World, fault, gone, played, run

TRADES = "/ws/btcusdt@trade"
TRADED = {"stream": "btcusdt@trade", "nth": 1}
TIME = "/api/v3/time"


def trade(world: World) -> None:
    """A trade of the maker's with the bot."""
    world.rests("sell", 50_000, "0.02")
    world.rests("buy", 50_000, "0.02", account=1)


@fault("E3", {"verb": "reset", "sent": 20, "when": TRADED})
def test_a_connection_is_reset_in_the_middle_of_a_message(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert await gone(ears.text) == "reset"

    run(rules, body)


@fault("E4", {"verb": "cut_frame", "sent": 30, "line": "close", "when": TRADED})
def test_a_frame_ends_before_its_length(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert await gone(ears.text) == "closed"

    run(rules, body)


@fault("E5", {"verb": "huge", "size": 2_000_000, "when": TRADED})
def test_a_message_is_larger_than_any_that_the_venue_means(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        text = await ears.text()
        assert len(text) > 2_000_000
        assert json.loads(text)["e"] == "trade"

    run(rules, body)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        pytest.param("f10131", "1002", id="E6-reserved-bits"),
        pytest.param("8102fffe", "1007", id="E6-bad-utf8"),
        pytest.param("830131", "1002", id="E6-unknown-opcode"),
        pytest.param("097f0000000000000001", "1002", id="E6-fragmented-ping"),
    ],
)
def test_a_frame_breaks_the_protocol(frame: str, code: str) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert await gone(ears.text) in {code, "closed"}

    run([{"fault": "E6", "verb": "frame", "hex": frame, "when": TRADED}], body)


@fault("E7", {"verb": "pings", "count": 50, "when": TRADED})
def test_pings_come_in_a_flood(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        await ears.next("trade")
        assert ears.client.pings == 50

    run(rules, body)


@fault("E8", {"verb": "dribble", "size": 1, "every": "1s", "when": {"path": TIME}})
def test_an_answer_drips_in_byte_by_byte(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        began = trio.current_time()

        answer = await trader.get(TIME)
        assert json.loads(answer.body)["serverTime"]
        assert trio.current_time() - began > 100

    run(rules, body)


@pytest.mark.parametrize(
    ("status", "point"),
    [
        pytest.param(200, "after", id="E9-ok"),
        pytest.param(403, "before", id="E9-firewall"),
    ],
)
def test_a_web_page_comes_in_place_of_json(status: int, point: str) -> None:
    page = "<html><body>Attention required</body></html>"
    rule = {
        "fault": "E9",
        "verb": "body",
        "body": page,
        "status": status,
        "point": point,
        "content_type": "text/html",
        "when": {"method": "POST", "path": ORDER},
    }

    async def body(world: World) -> None:
        answer = await (await world.http()).place()

        assert (answer.status, answer.body.decode()) == (status, page)
        assert answer.headers["content-type"] == "text/html"
        assert world.open_ids() == (["mine"] if point == "after" else [])

    run([rule], body)


@fault(
    "E10",
    {"verb": "redirect", "location": "http://evil.example", "when": {"path": "/api/v3/account"}},
)
def test_a_signed_request_is_sent_elsewhere(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        answer = await (await world.http()).signed("GET", "/api/v3/account")

        assert answer.status == 301
        assert answer.headers["location"].startswith("http://evil.example/api/v3/account?timestamp")
        assert "signature=" in answer.headers["location"]

    run(rules, body)


@fault("E11", {"verb": "drop_request", "line": "close", "when": {"method": "POST", "path": ORDER}})
def test_the_venue_has_closed_the_connection_that_an_order_is_sent_on(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        assert (await trader.get(TIME)).status == 200

        assert await gone(trader.place) == "closed"
        assert world.open_ids() == []

    run(rules, body)


@fault("E12", {"verb": "swap_bodies", "when": {"path": "/api/v3/ticker/price"}})
def test_an_answer_belongs_to_another_request(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        before = await trader.get("/api/v3/ticker/bookTicker", symbol=SYMBOL)

        answer = await trader.get("/api/v3/ticker/price", symbol=SYMBOL)
        assert (answer.status, answer.body) == (200, before.body)

    run(rules, body)


@fault(
    "E12",
    {"verb": "swap_bodies", "alike": True, "when": {"path": "/api/v3/ticker/price", "nth": 1}},
)
def test_an_answer_of_another_status_is_not_swapped(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        refused = await trader.get("/api/v3/ticker/bookTicker", symbol="NOSUCH")
        answer = await trader.get("/api/v3/ticker/price", symbol=SYMBOL)

        assert (refused.status, answer.status) == (400, 200)
        assert answer.body != refused.body

    (entry,) = played(rules, body).faults.log.entries()
    assert entry.problem != ""


@fault("E13", {"verb": "status", "status": 401, "code": -2015, "when": {"path": "/api/*"}})
def test_the_address_is_not_allowed_any_more(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        status, said = await (await world.http()).said("GET", "/api/v3/account")

        assert (status, said["code"]) == (401, -2015)

    run(rules, body)


@fault("E14", {"verb": "status", "status": 451, "when": {"path": "/*"}})
def test_the_region_is_blocked(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        answer = await (await world.http()).get(TIME)
        refusal = await gone(lambda: world.hear(TRADES))

        assert answer.status == 451
        assert refusal == "451"

    run(rules, body)
