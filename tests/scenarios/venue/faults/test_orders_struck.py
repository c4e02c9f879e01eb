"""Faults of placing orders and asking for them (A), as a client meets them on the wire."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio

from .struck import BOT, ORDER, SYMBOL, Rule, World, fault, ignored, run, silent

POST = {"method": "POST", "path": ORDER, "nth": 1}
UNKNOWN = -2013


async def looked_up(world: World, name: str = "mine") -> tuple[int, Any]:
    """What a new connection is told of an order."""
    return await (await world.http()).look_up(name)


@fault("A1", {"verb": "drop_request", "when": POST})
def test_a_lost_request_is_not_executed_and_not_answered(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()

        assert await silent(trader.place)
        assert world.open_ids() == []
        status, said = await looked_up(world)
        assert (status, said["code"]) == (400, UNKNOWN)

    run(rules, body)


@fault("A2", {"verb": "execute_then_drop_response", "when": POST})
def test_an_order_is_placed_and_its_answer_lost(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()

        assert await silent(trader.place)
        assert world.open_ids() == ["mine"]
        status, said = await looked_up(world)
        assert (status, said["status"]) == (200, "NEW")

    run(rules, body)


@pytest.mark.parametrize(
    "status", [pytest.param(code, id=f"A3-{code}") for code in (500, 502, 503, 504)]
)
def test_a_server_error_comes_for_an_order_that_was_placed(status: int) -> None:
    rule = {"fault": "A3", "verb": "status", "status": status, "point": "after", "when": POST}

    async def body(world: World) -> None:
        answer = await (await world.http()).place()

        assert answer.status == status
        assert world.open_ids() == ["mine"]

    run([rule], body)


@pytest.mark.parametrize(
    "code", [pytest.param(-1006, id="A4-1006"), pytest.param(-1007, id="A4-1007")]
)
def test_the_venue_gives_up_waiting_for_an_engine_that_places_the_order(code: int) -> None:
    rule = {
        "fault": "A4",
        "verb": "status",
        "status": 408,
        "code": code,
        "point": "after",
        "when": POST,
    }

    async def body(world: World) -> None:
        answer = await (await world.http()).place()

        assert (answer.status, json.loads(answer.body)["code"]) == (408, code)
        assert world.open_ids() == ["mine"]

    run([rule], body)


@fault("A5", {"verb": "delay", "time": "12s", "when": POST})
def test_the_answer_comes_after_its_client_has_stopped_waiting(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()

        assert await silent(trader.place, 11)
        assert world.open_ids() == ["mine"]
        with trio.fail_after(2):  # what the next request on this connection would meet
            assert (await trader.stream.receive_some()).startswith(b"HTTP/1.1 200")

    run(rules, body)


@fault("A6", {"verb": "delay", "time": "2s", "when": POST})
def test_the_user_stream_tells_of_an_order_before_its_answer(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        began = trio.current_time()
        when = dict[str, float]()

        async def hear() -> None:
            assert (await ears.next("executionReport"))["c"] == "mine"
            when["event"] = trio.current_time() - began

        async with trio.open_nursery() as nursery:
            nursery.start_soon(hear)
            assert (await trader.place()).status == 200
            when["answer"] = trio.current_time() - began

        assert when["event"] < 1
        assert when["answer"] >= 2

    run(rules, body)


@fault("A7", {"verb": "drop", "when": {"event": "executionReport"}})
def test_the_user_stream_stays_silent_of_an_order(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        answer = await (await world.http()).place()

        assert answer.status == 200
        assert "executionReport" not in {said["e"] for said in await ears.all(60)}

    run(rules, body)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"verb": "truncate", "whole": True}, id="A8-cut"),
        pytest.param({"verb": "garbage", "kind": "not_json"}, id="A8-malformed"),
    ],
)
def test_the_answer_to_an_order_cannot_be_parsed(more: Rule) -> None:
    async def body(world: World) -> None:
        answer = await (await world.http()).place()

        assert answer.status == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.body)
        assert world.open_ids() == ["mine"]

    run([{"fault": "A8", **more, "when": POST}], body)


@fault("A9", {"verb": "withdraw", "asset": "USDT", "amount": "9999000", "when": POST})
def test_the_balance_is_gone_when_the_order_comes(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        answer = await (await world.http()).place()

        said = json.loads(answer.body)
        assert (answer.status, said["code"]) == (400, -2010)
        assert "insufficient balance" in said["msg"]

    run(rules, body)


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        pytest.param({"min_cost": "6000"}, "NOTIONAL", id="A10-notional"),
        pytest.param({"step": "1"}, "LOT_SIZE", id="A10-lot-size"),
        pytest.param({"tick": "300"}, "PRICE_FILTER", id="A10-price"),
        pytest.param({"down_percent": "0.99"}, "PERCENT_PRICE", id="A10-percent"),
        pytest.param({"max_orders": 0}, "MAX_NUM_ORDERS", id="A10-orders"),
    ],
)
def test_a_filter_has_changed_when_the_order_comes(filters: Rule, words: str) -> None:
    rule = {"fault": "A10", "verb": "change_filter", "symbol": SYMBOL, **filters, "when": POST}

    async def body(world: World) -> None:
        answer = await (await world.http()).place()

        said = json.loads(answer.body)
        assert answer.status == 400
        assert words in said["msg"]
        assert world.open_ids() == []

    run([rule], body)


@fault("A11", {"verb": "move_price", "symbol": SYMBOL, "to": "48000", "when": POST})
def test_the_market_moves_before_a_post_only_order(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        answer = await (await world.http()).place(type="LIMIT_MAKER", timeInForce=None)

        said = json.loads(answer.body)
        assert (answer.status, said["code"]) == (400, -2010)
        assert "immediately match" in said["msg"]
        assert world.engine.last(SYMBOL) == 4_800_000

    run(rules, body)


@fault("A12", {"verb": "execute_then_drop_response", "when": POST})
def test_a_repeated_request_meets_its_own_order(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        await ignored((await world.http()).place)
        answer = await (await world.http()).place()

        said = json.loads(answer.body)
        assert (answer.status, said["code"], said["msg"]) == (400, -2010, "Duplicate order sent.")
        assert world.open_ids() == ["mine"]

    run(rules, body)


@fault("A13", {"verb": "fill", "symbol": SYMBOL, "when": {**POST, "nth": 2}})
def test_the_same_id_is_accepted_again_once_its_order_has_filled(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        first = json.loads((await trader.place()).body)
        second = json.loads((await trader.place()).body)

        assert first["orderId"] != second["orderId"]
        known = [each for each in world.engine.orders(BOT, SYMBOL) if each.client_id == "mine"]
        assert [each.status for each in known] == ["filled", "open"]

    run(rules, body)


@fault("A14", {"verb": "query_lag", "time": "3s", "when": {"method": "GET", "path": "/api/v3/*"}})
def test_a_look_up_does_not_know_a_young_order(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        await trader.place()

        status, said = await trader.look_up()
        assert (status, said["code"]) == (400, UNKNOWN)
        assert await trader.said("GET", "/api/v3/openOrders", symbol=SYMBOL) == (200, [])
        await trio.sleep(3)
        status, said = await trader.look_up()
        assert (status, said["status"]) == (200, "NEW")

    run(rules, body)


@fault(
    "A15",
    {"verb": "status", "status": 400, "code": -2026, "when": {"method": "GET", "path": ORDER}},
)
def test_an_archived_order_cannot_be_looked_up(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        await trader.place()

        status, said = await trader.look_up()
        assert (status, said["code"]) == (400, -2026)

    run(rules, body)
