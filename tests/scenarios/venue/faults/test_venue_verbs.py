"""The verbs that no row of the wire's catalogue needs, seen on the wire all the same."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import trio

from benthic.scenarios.venue.faults.errors import BadPlan
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.faults.toml import rule_of

from .struck import ORDER, SYMBOL, Rule, World, a_venue, gone, run

TRADES = "/ws/btcusdt@trade"
TIME = "/api/v3/time"
POST = {"method": "POST", "path": ORDER}


def trade(world: World) -> None:
    """A trade between maker and bot."""
    world.rests("sell", 50_000, "0.02")
    world.rests("buy", 50_000, "0.02", account=1)


def at(moment: str, verb: str, **more: object) -> Rule:
    return {"verb": verb, "when": {"at": moment}, **more}


def test_orders_are_lost_in_a_restart_and_nobody_is_told() -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        await trader.place()
        before = world.free("USDT")
        await trio.sleep(6)

        assert [each["X"] for each in await ears.all() if "X" in each] == ["NEW"]
        status, said = await trader.look_up()
        assert (status, said["code"]) == (400, -2013)
        assert (await trader.said("GET", "/api/v3/openOrders"))[1] == []
        assert world.free("USDT") - before == 4_900

    run([at("5s", "engine_restart", account=1)], body)


def test_a_restart_loses_the_share_that_it_is_told() -> None:
    async def body(world: World) -> None:
        for number in range(60):
            world.rests("buy", 40_000 + number, "0.01", account=1)
        await trio.sleep(6)

        assert 15 < len(world.open_ids()) < 45

    run([at("5s", "engine_restart", share="0.5", account=1)], body)


def test_an_engine_that_is_down_answers_that() -> None:
    async def body(world: World) -> None:
        await trio.sleep(6)
        answer = await (await world.http()).place()
        assert (answer.status, json.loads(answer.body)["code"]) == (503, -1008)
        await trio.sleep(10)
        assert (await (await world.http()).place()).status == 200

    run([at("5s", "engine_restart", down="10s")], body)


def test_a_halted_market_takes_orders_again_once_it_is_resumed() -> None:
    async def body(world: World) -> None:
        await trio.sleep(6)
        trader = await world.http()
        status, info = await trader.said("GET", ORDER, symbol=SYMBOL, orderId=1)
        assert (status, info["code"]) == (400, -2013)
        answer = await trader.place()
        assert answer.status == 400
        assert "closed" in json.loads(answer.body)["msg"]
        info = json.loads((await trader.get("/api/v3/exchangeInfo", symbol=SYMBOL)).body)
        assert info["symbols"][0]["status"] != "TRADING"
        await trio.sleep(10)
        assert (await trader.place()).status == 200

    run([at("5s", "halt", symbol=SYMBOL), at("15s", "resume", symbol=SYMBOL)], body)


def test_a_delisted_market_loses_its_orders() -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        await trader.place()
        await trio.sleep(6)

        assert [each["X"] for each in await ears.all() if "X" in each] == ["NEW", "CANCELED"]
        assert (await trader.place()).status == 400

    run([at("5s", "delist", symbol=SYMBOL)], body)


def test_every_websocket_is_closed_at_once() -> None:
    async def body(world: World) -> None:
        markets, user = await world.hear(TRADES), await world.hear_user()

        assert await gone(markets.text) == "1008"
        assert await gone(user.text) == "1008"

    run([at("5s", "disconnect")], body)


def test_a_websocket_is_closed_in_place_of_a_message() -> None:
    rule = {"verb": "close", "code": 1011, "reason": "oops", "when": {"stream": "*@trade"}}

    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert await gone(ears.text) == "1011"

    run([rule], body)


@pytest.mark.parametrize("message", ['{"e":"news"}', {"e": "news"}])
def test_another_message_comes_first(message: object) -> None:
    rule = {"verb": "inject", "message": message, "when": {"stream": "*@trade"}}

    async def body(world: World) -> None:
        ears = await world.hear(TRADES)
        trade(world)

        assert [each["e"] for each in await ears.all()] == ["news", "trade"]

    run([rule], body)


def test_fields_of_a_push_are_set() -> None:
    rule = {"verb": "merge", "fields": {"s": "ETHUSDT", "x": [1]}, "when": {"stream": "*@trade"}}

    async def body(world: World) -> None:
        ears = await world.hear("/stream?streams=btcusdt@trade")
        trade(world)

        said = await ears.next()
        assert said["stream"] == "btcusdt@trade"
        assert (said["data"]["s"], said["data"]["x"], said["data"]["e"]) == (
            "ETHUSDT",
            [1],
            "trade",
        )

    run([rule], body)


@pytest.mark.parametrize("point", ["before", "after"])
def test_raw_bytes_come_in_place_of_an_answer(point: str) -> None:
    rule = {"verb": "bytes", "text": "HTTP/1.1 2OO\r\n\r\n", "point": point, "when": POST}

    async def body(world: World) -> None:
        assert await gone((await world.http()).place) == "closed"
        assert world.open_ids() == (["mine"] if point == "after" else [])

    run([rule], body)


def test_an_answer_is_reset_in_its_middle() -> None:
    async def body(world: World) -> None:
        assert await gone((await world.http()).place) == "reset"
        assert world.open_ids() == ["mine"]

    run([{"verb": "reset", "sent": 40, "point": "after", "when": POST}], body)


def test_an_answer_is_cut_before_its_length() -> None:
    async def body(world: World) -> None:
        assert await gone((await world.http()).place) == "closed"
        assert world.open_ids() == ["mine"]

    run([{"verb": "truncate", "missing": 20, "when": POST}], body)


def test_a_late_request_is_executed_late() -> None:
    async def body(world: World) -> None:
        with trio.move_on_after(10):
            await (await world.http()).place(recvWindow=60_000)
        assert world.open_ids() == []
        await trio.sleep(21)
        assert world.open_ids() == ["mine"]

    run([{"verb": "delay", "time": "30s", "point": "before", "when": POST}], body)


def test_an_answer_is_the_one_from_before() -> None:
    rule = {"verb": "stale_answer", "when": {"path": "/api/v3/account"}}

    async def body(world: World) -> None:
        trader = await world.http()
        before = await trader.said("GET", "/api/v3/account")
        await trader.place()
        await trio.sleep(10)

        assert await trader.said("GET", "/api/v3/account") == before

    run([rule], body)


def test_several_rules_strike_one_request() -> None:
    rules: list[Rule] = [
        {"verb": "fill", "symbol": SYMBOL, "which": "all", "when": {**POST, "nth": 2}},
        {"verb": "status", "status": 502, "point": "after", "when": {**POST, "nth": 2}},
        {"verb": "delay", "time": "3s", "when": {**POST, "nth": 2}},
    ]

    async def body(world: World) -> None:
        trader = await world.http()
        await trader.place("one")
        began = trio.current_time()

        assert (await trader.place("two")).status == 502
        assert trio.current_time() - began >= 3
        assert world.open_ids() == ["two"]

    run(rules, body)


@pytest.mark.parametrize("to", [49_000, 51_000])
def test_the_market_goes_to_a_price_and_stays_there(to: int) -> None:
    async def body(world: World) -> None:
        await trio.sleep(6)
        trader = await world.http()

        price = json.loads((await trader.get("/api/v3/ticker/price", symbol=SYMBOL)).body)
        assert Decimal(price["price"]) == to
        assert to * 100 in world.engine.best(SYMBOL)

    run([at("5s", "move_price", symbol=SYMBOL, to=to)], body)


def test_a_fill_goes_through_what_stands_before_the_order() -> None:
    async def body(world: World) -> None:
        world.rests("buy", 49_000, "3")
        trader = await world.http()
        await trader.place()
        await trio.sleep(6)

        assert Decimal((await trader.look_up())[1]["executedQty"]) == Decimal("0.05")
        assert world.engine.best(SYMBOL)[0] == 4_900_000

    run([at("5s", "fill", symbol=SYMBOL, share="0.5")], body)


@pytest.mark.parametrize(
    ("verb", "struck"),
    [
        pytest.param({"verb": "garbage", "kind": "nan", "field": "serverTime"}, True, id="number"),
        pytest.param({"verb": "item_error", "code": -1, "msg": "no"}, True, id="no list"),
        pytest.param({"verb": "garbage", "kind": "future"}, False, id="it does fit"),
    ],
)
def test_an_answer_that_a_verb_does_not_fit_is_on_record(verb: Rule, struck: bool) -> None:  # noqa: FBT001 - a case
    async def body(world: World) -> None:
        world.faults.add(rule_of({**verb, "when": {"path": TIME}}))
        await (await world.http()).get(TIME)

        (entry,) = world.faults.log.entries()
        assert bool(entry.problem) is struck
        world.faults.log = type(world.faults.log)()  # the problem was the point

    run([], body)


def test_a_push_that_a_verb_does_not_fit_is_on_record() -> None:
    async def body(world: World) -> None:
        world.faults.add(rule_of({"verb": "crossed", "when": {"stream": "*@trade", "nth": 1}}))
        ears = await world.hear(f"/ws/{SYMBOL.lower()}@trade")
        world.rests("buy", 50_000, "1")
        world.rests("sell", 50_000, "1")
        await ears.next()

        (entry,) = world.faults.log.entries()
        assert entry.problem
        world.faults.log = type(world.faults.log)()  # the problem was the point

    run([], body)


def test_a_verb_that_finds_nothing_is_on_record_and_stops_nothing() -> None:
    async def body(world: World) -> None:
        world.faults.add(rule_of(at("1s", "venue_cancel", symbol=SYMBOL)))
        await trio.sleep(2)

        (entry,) = world.faults.log.entries()
        assert entry.problem.startswith("venue_cancel: account 1 has no such order in BTCUSDT")
        assert (await (await world.http()).get(TIME)).status == 200
        world.faults.log = type(world.faults.log)()  # the problem was the point

    run([], body)


def test_a_rule_of_a_moment_strikes_again_and_again_until_its_end() -> None:
    rule = {
        "verb": "deposit",
        "asset": "BTC",
        "amount": "1",
        "when": {"at": "10s", "again": "10s", "until": "45s"},
    }

    async def body(world: World) -> None:
        before = world.free("BTC")
        await trio.sleep(100)

        assert world.free("BTC") - before == 4

    run([rule], body)


@pytest.mark.parametrize(
    "rule",
    [at("1s", "halt", symbol="BTCUSD"), {"verb": "drop", "when": {"stream": "*", "symbol": "X"}}],
)
def test_a_market_that_is_not_there_is_refused_at_start(rule: Rule) -> None:
    plan = FaultPlan(rules=(rule_of(rule),), place="plan.toml")

    with pytest.raises(BadPlan, match="symbol: there is no market") as told:
        put_in_force(plan, a_venue())
    assert [flaw.place[:17] for flaw in told.value.flaws] == ["plan.toml: rule 1"]
