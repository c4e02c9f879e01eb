"""Faults of cancelling and changing orders (A), as a client meets them on the wire."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
import trio

from .struck import MAKER, ORDER, SYMBOL, Rule, Trader, World, fault, run, silent

POST = {"method": "POST", "path": ORDER, "nth": 1}


@pytest.mark.parametrize(
    ("verb", "left"),
    [
        pytest.param("drop_request", ["mine"], id="A16-request"),
        pytest.param("execute_then_drop_response", [], id="A16-answer"),
    ],
)
def test_a_cancellation_is_lost_or_its_answer_is(verb: str, left: list[str]) -> None:
    rule = {"fault": "A16", "verb": verb, "when": {"method": "DELETE", "path": ORDER}}

    async def body(world: World) -> None:
        trader = await world.http()
        await trader.place()

        assert await silent(trader.cancel)
        assert world.open_ids() == left

    run([rule], body)


@fault("A17", {"verb": "fill", "symbol": SYMBOL, "when": {"method": "DELETE", "path": ORDER}})
def test_an_order_fills_while_it_is_being_cancelled(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        await trader.place()

        status, said = await trader.cancel()
        assert (status, said["code"]) == (400, -2011)
        _, order = await trader.look_up()
        assert (order["status"], Decimal(order["executedQty"])) == ("FILLED", Decimal("0.1"))

    run(rules, body)


@fault(
    "A18",
    {"verb": "fill", "symbol": SYMBOL, "share": "0.4", "when": {"method": "DELETE", "path": ORDER}},
    {"verb": "reorder", "window": 2, "when": {"event": "executionReport", "since": "5s"}},
)
def test_a_partial_fill_is_told_after_the_cancellation(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        await trader.place()
        await trio.sleep(10)
        status, said = await trader.cancel()

        assert (status, Decimal(said["executedQty"])) == (200, Decimal("0.04"))
        reports = [each for each in await ears.all() if each["e"] == "executionReport"]
        assert [each["x"] for each in reports] == ["NEW", "CANCELED", "TRADE"]
        assert reports[1]["z"] == reports[2]["z"] == "0.04000000"
        assert reports[1]["X"] == "CANCELED"

    run(rules, body)


async def replace(trader: Trader) -> tuple[int, Any]:
    """Cancel "mine" and place "other"."""
    return await trader.said(
        "POST",
        f"{ORDER}/cancelReplace",
        symbol=SYMBOL,
        side="BUY",
        type="LIMIT",
        timeInForce="GTC",
        quantity="0.1",
        price="48000",
        cancelReplaceMode="ALLOW_FAILURE",
        cancelOrigClientOrderId="mine",
        newClientOrderId="other",
    )


@fault("A19", {"verb": "fill", "symbol": SYMBOL, "when": {"path": f"{ORDER}/cancelReplace"}})
def test_of_a_replacement_the_cancellation_fails_and_the_order_is_placed(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        await trader.place()

        status, said = await replace(trader)
        assert (status, said["code"]) == (409, -2021)
        assert (said["data"]["cancelResult"], said["data"]["newOrderResult"]) == (
            "FAILURE",
            "SUCCESS",
        )
        assert world.open_ids() == ["other"]

    run(rules, body)


@fault(
    "A20",
    {
        "verb": "merge",
        "fields": {"orderId": 777},
        "when": {"method": "PUT", "path": "/fapi/v1/order"},
    },
)
def test_a_changed_order_comes_back_under_another_id(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        trader = await world.http()
        asked = {"symbol": SYMBOL, "side": "BUY", "quantity": "0.1", "price": "49000"}
        _, placed = await trader.said(
            "POST",
            "/fapi/v1/order",
            type="LIMIT",
            timeInForce="GTC",
            newClientOrderId="mine",
            **asked,
        )

        status, said = await trader.said(
            "PUT", "/fapi/v1/order", **{**asked, "price": "48000", "orderId": placed["orderId"]}
        )
        assert (status, said["orderId"], said["clientOrderId"]) == (200, 777, "mine")
        assert placed["orderId"] != 777

    run(rules, body, "linear")


@fault(
    "A21",
    {"verb": "item_error", "index": 1, "code": -2019, "when": {"path": "/fapi/v1/batchOrders"}},
)
def test_of_a_batch_one_order_is_refused(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        one = {
            "symbol": SYMBOL,
            "side": "BUY",
            "type": "LIMIT",
            "timeInForce": "GTC",
            "quantity": "0.1",
            "price": "49000",
        }
        batch = json.dumps([{**one, "newClientOrderId": name} for name in ("one", "two")])

        status, said = await (await world.http()).said(
            "POST", "/fapi/v1/batchOrders", batchOrders=batch
        )
        assert (status, said[0]["clientOrderId"], said[1]["code"]) == (200, "one", -2019)

    run(rules, body, "linear")


@fault("A22", {"verb": "drop", "when": {"event": "listStatus"}})
def test_nothing_is_heard_of_a_list_but_its_orders(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        status, said = await (await world.http()).said(
            "POST",
            "/api/v3/orderList/oco",
            symbol=SYMBOL,
            side="SELL",
            quantity="0.1",
            aboveType="LIMIT_MAKER",
            abovePrice="52000",
            belowType="STOP_LOSS",
            belowStopPrice="48000",
        )

        assert (status, said["contingencyType"]) == (200, "OCO")
        kinds = [each["e"] for each in await ears.all()]
        assert kinds.count("executionReport") == 2
        assert "listStatus" not in kinds

    run(rules, body)


@fault(
    "A24",
    {
        "verb": "manual_order",
        "symbol": SYMBOL,
        "side": "sell",
        "amount": "0.1",
        "price": "49500",
        "self_trade": "expire_maker",
        "when": {"at": "5s"},
    },
)
def test_an_order_ends_because_it_would_have_met_its_own_account(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        trader = await world.http()
        world.engine.cancel_all(MAKER, SYMBOL, world.venue.now)
        world.venue.settle()
        await trader.place(price="49500.00")
        await trio.sleep(6)

        reports = [each for each in await ears.all() if each.get("c") == "mine"]
        assert reports[-1]["X"] == "EXPIRED_IN_MATCH"
        assert (await trader.look_up())[1]["status"] == "EXPIRED_IN_MATCH"

    run(rules, body)


@fault("A25", {"verb": "status", "status": 429, "code": -1015, "when": POST})
def test_there_are_too_many_orders(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        answer = await (await world.http()).place()

        assert (answer.status, json.loads(answer.body)["code"]) == (429, -1015)
        assert world.open_ids() == []

    run(rules, body)


@fault("A26", {"verb": "venue_cancel", "symbol": SYMBOL, "when": {"at": "5s"}})
def test_the_venue_cancels_an_order_by_itself(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        await (await world.http()).place()
        await trio.sleep(6)

        reports = [each for each in await ears.all() if each["e"] == "executionReport"]
        assert [each["X"] for each in reports] == ["NEW", "CANCELED"]
        assert world.open_ids() == []

    run(rules, body)


@fault(
    "A27",
    {
        "verb": "manual_order",
        "symbol": SYMBOL,
        "side": "buy",
        "amount": "0.2",
        "price": "47000",
        "client_id": "web_abc",
        "when": {"at": "5s"},
    },
)
def test_somebody_else_trades_on_the_account(rules: list[Rule]) -> None:
    async def body(world: World) -> None:
        ears = await world.hear_user()
        before = world.free("USDT")
        await trio.sleep(6)

        report = await ears.next("executionReport")
        assert (report["c"], report["X"]) == ("web_abc", "NEW")
        _, listed = await (await world.http()).said("GET", "/api/v3/openOrders", symbol=SYMBOL)
        assert [each["clientOrderId"] for each in listed] == ["web_abc"]
        assert before - world.free("USDT") == 9_400

    run(rules, body)
