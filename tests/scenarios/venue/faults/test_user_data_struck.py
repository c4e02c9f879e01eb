"""Faults of the user-data stream (B), as a client meets them on the wire."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import trio

from .struck import LISTEN_KEY, SYMBOL, Ears, Rule, World, fault, run, silent

REPORT = {"event": "executionReport"}
TAKING = {"price": "50010.00", "quantity": "0.10000"}  # trades with the maker's ask at once


async def reports(ears: Ears, seconds: float = 1) -> list[dict[str, Any]]:
    """The execution reports that come."""
    return [each for each in await ears.all(seconds) if each["e"] == "executionReport"]


@fault("B1", {"verb": "duplicate", "when": {**REPORT, "nth": 2}})
def test_an_event_comes_twice(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        await (await world.http()).place(**TAKING)

        new, trade, again = await reports(ears)
        assert new["x"] == "NEW"
        assert trade == again
        assert trade["x"] == "TRADE"

    run(rules, body)


@fault("B2", {"verb": "reorder", "window": 2, "when": REPORT})
def test_the_fill_is_told_before_the_order(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        await (await world.http()).place(**TAKING)

        assert [each["X"] for each in await reports(ears)] == ["FILLED", "NEW"]

    run(rules, body)


@fault("B3", {"verb": "drop", "when": {**REPORT, "nth": 2}})
def test_the_fill_is_never_told(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        await trader.place(**TAKING)

        assert [each["X"] for each in await reports(ears, 60)] == ["NEW"]
        assert (await trader.look_up())[1]["status"] == "FILLED"

    run(rules, body)


@fault("B4", {"verb": "redeliver", "count": 2, "when": {**REPORT, "since": "10s", "first": 1}})
def test_old_events_come_again_on_a_new_connection(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        key = (await trader.keyed("POST", LISTEN_KEY))["listenKey"]
        ears = await world.hear(f"/ws/{key}")
        await trader.place("old")
        (told,) = await reports(ears)
        await ears.client.aclose()
        await trio.sleep(10)
        ears = await world.hear(f"/ws/{key}")
        await trader.place("young")

        first, *_, last = await reports(ears)
        assert first == told
        assert last["c"] == "young"

    run(rules, body)


@fault("B5", {"verb": "expire_listen_keys", "when": {"at": "5s"}})
def test_the_subscription_ends_with_a_word_and_then_silence(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        await trio.sleep(6)
        trader = await world.http()
        await trader.place()

        assert (await ears.next())["e"] == "listenKeyExpired"
        assert await silent(ears.text, 30)
        fresh = await world.hear_user()
        await trader.place("other")
        assert (await fresh.next("executionReport"))["c"] == "other"

    run(rules, body)


@fault("B6", {"verb": "status", "status": 500, "when": {"method": "PUT", "path": LISTEN_KEY}})
def test_the_subscription_cannot_be_prolonged(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        key = (await trader.keyed("POST", LISTEN_KEY))["listenKey"]
        headers = [("x-mbx-apikey", world.venue.api_key("bot").key)]

        answer = await trader.client.request(
            "PUT", f"{LISTEN_KEY}?listenKey={key}", headers=headers
        )
        assert answer.status == 500

    run(rules, body)


@fault("B8", {"verb": "reorder", "window": 2, "when": {"stream": "user", "since": "5s"}})
def test_the_balance_is_told_before_the_trade(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        await (await world.http()).place()
        await ears.all(10)
        world.rests("sell", 49_000, "9")

        heard = [each["e"] for each in await ears.all()]
        assert heard == ["outboundAccountPosition", "executionReport"]

    run(rules, body)


@pytest.mark.parametrize(
    ("verb", "delta"),
    [
        pytest.param("deposit", "1.5", id="B9-deposit"),
        pytest.param("withdraw", "-1.5", id="B9-withdraw"),
    ],
)
def test_money_comes_and_goes_without_an_order(verb: str, delta: str) -> None:
    rule = {"fault": "B9", "verb": verb, "asset": "BTC", "amount": "1.5", "when": {"at": "5s"}}

    async def body(world: World) -> None:
        ears = await world.hear_user()
        before = world.free("BTC")
        await trio.sleep(6)

        update = await ears.next("balanceUpdate")
        assert (update["a"], Decimal(update["d"])) == ("BTC", Decimal(delta))
        assert world.free("BTC") - before == Decimal(delta)

    run([rule], body)


@pytest.mark.parametrize(
    ("fees", "asset", "sign"),
    [
        pytest.param({"maker": "-0.0001", "taker": "-0.0002"}, "BTC", -1, id="B10-rebate"),
        pytest.param(
            {"maker": "0.001", "taker": "0.001", "fee_asset": "BNB"}, "BNB", 1, id="B10-third-asset"
        ),
    ],
)
def test_a_fee_is_negative_or_in_a_third_asset(fees: Rule, asset: str, sign: int) -> None:
    rule = {"fault": "B10", "verb": "set_fees", **fees, "when": {"at": 0}}

    async def body(world: World) -> None:
        await trio.sleep(1)
        world.rests("sell", 500, "1", symbol="BNBUSDT")
        world.rests("buy", 500, "1", symbol="BNBUSDT", account=1)
        ears = await world.hear_user()
        await (await world.http()).place(**TAKING)

        _, trade = await reports(ears)
        assert trade["N"] == asset
        assert Decimal(trade["n"]) * sign > 0

    run([rule], body)


@fault(
    "B11",
    {"verb": "fund", "symbol": SYMBOL, "rate": "0.0001", "when": {"at": "5s"}},
    {"verb": "duplicate", "when": {"event": "ACCOUNT_UPDATE", "since": "4s"}},
)
def test_funding_is_told_twice(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        world.rests("buy", 50_010, "1", account=1)
        ears = await world.hear_user()
        await trio.sleep(6)

        told = [each for each in await ears.all() if each["e"] == "ACCOUNT_UPDATE"]
        assert [each["a"]["m"] for each in told] == ["FUNDING_FEE"] * 2
        assert told[0] == told[1]

    run(rules, body, "linear")


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        pytest.param("liquidate", "autoclose-", id="B12-liquidation"),
        pytest.param("adl", "adl_autoclose", id="B12-adl"),
    ],
)
def test_the_position_is_closed_by_the_venue(verb: str, name: str) -> None:
    rule = {"fault": "B12", "verb": verb, "symbol": SYMBOL, "when": {"at": "5s"}}

    async def body(world: World) -> None:
        world.engine.clearing.withdraw(1, "USDT", 9_990_000 * 10**20, world.venue.now)
        world.rests("buy", 50_010, "1", account=1)
        ears = await world.hear_user()
        await trio.sleep(6)

        updates = [each["o"] for each in await ears.all() if each["e"] == "ORDER_TRADE_UPDATE"]
        assert updates
        assert all(each["c"].startswith(name) for each in updates)
        assert updates[-1]["X"] == "FILLED"

    run([rule], body, "linear")


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        pytest.param("unknown_event", 0, id="B13-event"),
        pytest.param("unknown_field", 1, id="B13-field"),
        pytest.param("missing_field", -1, id="B13-missing"),
    ],
)
def test_an_event_is_of_a_shape_that_nobody_knows(kind: str, more: int) -> None:
    rule = {"fault": "B13", "verb": "garbage", "kind": kind, "when": {**REPORT, "nth": 1}}

    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        await trader.place()
        await trader.place("other")

        odd, _, honest, _ = await ears.all()
        assert (odd["e"] != "executionReport") == (kind == "unknown_event")
        assert len(odd) - len(honest) == more

    run([rule], body)


@fault("B14", {"verb": "garbage", "kind": "foreign_order", "when": REPORT})
def test_an_event_is_of_an_order_that_is_not_ours(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        placed = json.loads((await (await world.http()).place()).body)

        report = await ears.next("executionReport")
        assert report["c"] == "foreign-mine"
        assert report["i"] != placed["orderId"]

    run(rules, body)


@fault("B15", {"verb": "delay", "time": "30s", "when": {**REPORT, "nth": 1}})
def test_an_event_is_older_than_the_snapshot(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        await trader.place()
        await trader.cancel()
        _, snapshot = await trader.look_up()

        assert snapshot["status"] == "CANCELED"
        cancelled, late = await reports(ears, 40)
        assert (cancelled["X"], late["X"]) == ("CANCELED", "NEW")
        assert late["E"] <= snapshot["updateTime"]

    run(rules, body)
