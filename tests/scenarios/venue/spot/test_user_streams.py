"""User data: what an account hears is what the engine did to it, in order, and to nobody else."""

from __future__ import annotations

import json
from typing import Any

from benthic.actors.matching.markets import ATOM
from benthic.runtime import Millis
from benthic.scenarios.venue.access.listen_keys import LIFE

from .trader import Ear, Trader, a_venue, listen


def with_stream(name: str = "ann") -> tuple[Trader, Ear, str]:
    trader = Trader(a_venue(), name)
    return trader, *opened(trader)


def opened(trader: Trader) -> tuple[Ear, str]:
    key = trader.raw("POST", "/api/v3/userDataStream", x_mbx_apikey=trader.key.key)[1]["listenKey"]
    ear, _ = listen(trader.venue, f"/ws/{key}")
    return ear, key


def kinds(events: list[Any]) -> list[str]:
    return [each.get("x", each["e"]) for each in events]


def test_an_order_is_told_from_new_to_filled_with_its_balances() -> None:
    ann, ear, _ = with_stream()
    bob = Trader(ann.venue, "bob")
    ann.limit("BUY", "0.2", "50000", newClientOrderId="mine")
    new, held = ear.take()
    bob.limit("SELL", "0.05", "50000")
    partial, after = ear.take()
    bob.limit("SELL", "0.15", "50000")
    filled, last = ear.take()

    assert (new["x"], new["X"], new["w"], new["c"]) == ("NEW", "NEW", True, "mine")
    assert held["B"] == [{"a": "USDT", "f": "990000.00000000", "l": "10000.00000000"}]
    assert (partial["X"], partial["l"], partial["z"]) == (
        "PARTIALLY_FILLED",
        "0.05000000",
        "0.05000000",
    )
    assert (partial["m"], partial["n"], partial["N"]) == (True, "0.00005000", "BTC")
    assert {each["a"] for each in after["B"]} == {"BTC", "USDT"}
    assert (filled["X"], filled["z"], filled["Z"]) == ("FILLED", "0.20000000", "10000.00000000")
    assert {each["a"]: each["l"] for each in last["B"]}["USDT"] == "0.00000000"
    assert [each["I"] for each in (new, partial, filled)] == sorted(
        {new["I"], partial["I"], filled["I"]}
    )


def test_a_cancel_names_the_request_and_the_order() -> None:
    ann, ear, _ = with_stream()
    ann.limit("BUY", "0.2", "50000", newClientOrderId="mine")
    ear.take()
    ann.ask("DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="stop")
    report = ear.take()[0]

    assert (report["x"], report["c"], report["C"]) == ("CANCELED", "stop", "mine")


def test_amending_is_told_as_a_replacement() -> None:
    ann, ear, _ = with_stream()
    order = ann.limit("BUY", "0.2", "50000", newClientOrderId="mine")
    ear.take()
    ann.ask(
        "PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=order["orderId"], newQty="0.1",
        newClientOrderId="less",
    )  # fmt: skip
    report = ear.take()[0]

    assert (report["x"], report["q"]) == ("REPLACED", "0.10000000")
    assert (report["c"], report["C"]) == ("less", "mine")


def test_self_trades_that_are_prevented_end_as_the_mode_says() -> None:
    ann, ear, _ = with_stream()
    ann.limit("SELL", "0.2", "50000")
    ear.take()
    ann.limit("BUY", "0.1", "50000", selfTradePreventionMode="EXPIRE_TAKER")
    reports = [each for each in ear.take() if each["e"] == "executionReport"]

    assert kinds(reports) == ["NEW", "TRADE_PREVENTION"]
    assert (reports[-1]["X"], reports[-1]["A"]) == ("EXPIRED_IN_MATCH", "0.10000000")
    assert reports[-1]["V"] == "EXPIRE_TAKER"


def test_a_list_is_told_beside_its_orders() -> None:
    ann, ear, _ = with_stream()
    bob = Trader(ann.venue, "bob")
    bob.limit("SELL", "0.1", "50000")
    ann.limit("BUY", "0.1", "50000")
    ear.take()
    ann.ask(
        "POST", "order/oco", symbol="BTCUSDT", side="SELL", quantity="0.05", price="51000",
        stopPrice="49000",
    )  # fmt: skip
    begun = ear.take()
    bob.limit("BUY", "0.05", "51000")
    ended = ear.take()

    assert kinds(begun) == ["listStatus", "NEW", "NEW", "outboundAccountPosition"]
    assert (begun[0]["l"], begun[0]["L"], len(begun[0]["O"])) == ("EXEC_STARTED", "EXECUTING", 2)
    assert [each["L"] for each in ended if each["e"] == "listStatus"][-1] == "ALL_DONE"
    expired = next(each for each in ended if each.get("x") == "EXPIRED")
    assert expired["eR"] == "OCO_TRIGGER"


def test_money_from_outside_is_a_balance_update() -> None:
    ann, ear, _ = with_stream()
    ann.engine.clearing.deposit(ann.account, "BTC", 3 * ATOM // 2, ann.venue.now)
    ann.venue.settle()
    update, position = ear.take()

    assert (update["e"], update["a"], update["d"]) == ("balanceUpdate", "BTC", "1.50000000")
    assert position["B"] == [{"a": "BTC", "f": "21.50000000", "l": "0.00000000"}]


def test_accounts_hear_nothing_of_each_other() -> None:
    ann, ear, _ = with_stream()
    bob = Trader(ann.venue, "bob")
    foreign, _ = opened(bob)
    ann.limit("BUY", "0.1", "50000")

    assert foreign.take() == []
    assert len(ear.take()) == 2


def test_a_listen_key_that_nobody_keeps_says_goodbye_and_falls_silent() -> None:
    ann, ear, key = with_stream()
    ann.venue.run_to(Millis(ann.venue.now + LIFE - 1))
    assert (
        ann.raw("PUT", "/api/v3/userDataStream", f"listenKey={key}", x_mbx_apikey=ann.key.key)[0]
        == 200
    )
    ann.venue.run_to(Millis(ann.venue.now + LIFE - 1))
    assert ear.take() == []
    ann.venue.run_to(Millis(ann.venue.now + 1))
    assert ear.take() == [{"e": "listenKeyExpired", "E": ann.venue.now, "listenKey": key}]
    ann.limit("BUY", "0.1", "50000")

    assert ear.take() == []
    status, body = ann.raw(
        "PUT", "/api/v3/userDataStream", f"listenKey={key}", x_mbx_apikey=ann.key.key
    )
    assert (status, body["code"]) == (400, -1125)


def test_keys_of_others_can_neither_be_kept_nor_closed() -> None:
    ann, _, key = with_stream()
    bob = Trader(ann.venue, "bob")
    for method in ("PUT", "DELETE"):
        status, body = bob.raw(
            method, "/api/v3/userDataStream", f"listenKey={key}", x_mbx_apikey=bob.key.key
        )
        assert (status, body["code"]) == (400, -1125)
    status, body = ann.raw(
        "DELETE", "/api/v3/userDataStream", f"listenKey={key}", x_mbx_apikey=ann.key.key
    )
    assert (status, body) == (200, {})


def test_the_same_seed_tells_the_same_story() -> None:
    stories: list[str] = []
    for _ in range(2):
        ann, ear, _ = with_stream()
        ann.limit("BUY", "0.2", "50000")
        Trader(ann.venue, "bob").limit("SELL", "0.05", "50000")
        stories.append(json.dumps(ear.take()))

    assert stories[0] == stories[1]
