"""Single orders over REST: what is answered is what the engine has."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.matching.markets import ATOM

from .trader import Trader, a_venue


def two_traders() -> tuple[Trader, Trader]:
    venue = a_venue()
    return Trader(venue, "ann"), Trader(venue, "bob", "10.0.0.2")


def test_a_resting_order_holds_its_cost_and_shows_in_the_book() -> None:
    ann, _ = two_traders()
    placed = ann.limit("BUY", "0.5", "50000", newClientOrderId="mine")
    order = ann.engine.order(ann.account, "BTCUSDT", order_id=placed["orderId"])

    assert placed["status"] == "NEW"
    assert placed["fills"] == []
    assert order is not None
    assert (order.client_id, order.amount, order.price) == ("mine", 50_000, 5_000_000)
    assert ann.engine.clearing.locked(ann.account, "USDT") == 25_000 * ATOM
    assert ann.public("depth", symbol="BTCUSDT")["bids"] == [["50000.00000000", "0.50000000"]]
    balance = {each["asset"]: each for each in ann.ask("GET", "account")["balances"]}
    assert balance["USDT"] == {
        "asset": "USDT", "free": "975000.00000000", "locked": "25000.00000000",
    }  # fmt: skip


def test_a_taker_gets_the_trades_of_the_moment_and_the_maker_finds_them_later() -> None:
    ann, bob = two_traders()
    ann.limit("SELL", "0.2", "50000")
    ann.limit("SELL", "0.3", "50100")
    taken = bob.ask("POST", "order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.4")
    trades = ann.ask("GET", "myTrades", symbol="BTCUSDT")

    assert taken["status"] == "FILLED"
    assert [(each["price"], each["qty"]) for each in taken["fills"]] == [
        ("50000.00000000", "0.20000000"),
        ("50100.00000000", "0.20000000"),
    ]
    assert taken["cummulativeQuoteQty"] == "20020.00000000"
    assert [each["commission"] for each in taken["fills"]] == ["0.00020000", "0.00020000"]
    assert [(each["isMaker"], each["isBuyer"]) for each in trades] == [(True, False)] * 2
    assert ann.engine.clearing.free(bob.account, "BTC") == 20 * ATOM + 39_960 * ATOM // 100_000


def test_a_market_order_by_cost_spends_at_most_that() -> None:
    ann, bob = two_traders()
    ann.limit("SELL", "1", "50000")
    taken = bob.ask(
        "POST", "order", symbol="BTCUSDT", side="BUY", type="MARKET", quoteOrderQty="1000.7"
    )

    assert (taken["executedQty"], taken["cummulativeQuoteQty"]) == ("0.02001000", "1000.50000000")
    assert taken["origQuoteOrderQty"] == "1000.70000000"


def test_cancelling_frees_the_money_and_tells_both_client_ids() -> None:
    ann, _ = two_traders()
    ann.limit("BUY", "0.5", "50000", newClientOrderId="mine")
    gone = ann.ask(
        "DELETE", "order", symbol="BTCUSDT", origClientOrderId="mine", newClientOrderId="stop-it"
    )

    assert (gone["origClientOrderId"], gone["clientOrderId"]) == ("mine", "stop-it")
    assert gone["status"] == "CANCELED"
    assert ann.engine.clearing.locked(ann.account, "USDT") == 0
    assert ann.ask("GET", "openOrders") == []


def test_cancel_restrictions_look_at_what_has_traded() -> None:
    ann, bob = two_traders()
    order = ann.limit("BUY", "0.5", "50000")
    wanted = {"symbol": "BTCUSDT", "orderId": order["orderId"]}
    refused = (400, -2011, "Order was not canceled due to cancel restrictions.")
    assert (
        ann.fails("DELETE", "order", **wanted, cancelRestrictions="ONLY_PARTIALLY_FILLED")
        == refused
    )
    bob.limit("SELL", "0.1", "50000")
    assert ann.fails("DELETE", "order", **wanted, cancelRestrictions="ONLY_NEW") == refused
    assert ann.fails("DELETE", "order", **wanted, cancelRestrictions="MAYBE")[1] == -1145
    gone = ann.ask("DELETE", "order", **wanted, cancelRestrictions="ONLY_PARTIALLY_FILLED")

    assert gone["executedQty"] == "0.10000000"


def test_a_client_id_may_come_again_only_when_its_order_is_over() -> None:
    ann, bob = two_traders()
    ann.limit("BUY", "0.1", "50000", newClientOrderId="again")
    refused = ann.fails(
        "POST", "order", symbol="BTCUSDT", side="BUY", type="LIMIT", timeInForce="GTC",
        quantity="0.1", price="50000", newClientOrderId="again",
    )  # fmt: skip
    bob.limit("SELL", "0.1", "50000")
    second = ann.limit("BUY", "0.2", "49000", newClientOrderId="again")
    found = ann.ask("GET", "order", symbol="BTCUSDT", origClientOrderId="again")

    assert refused == (400, -2010, "Duplicate order sent.")
    assert found["orderId"] == second["orderId"]


def test_amending_keeps_the_order_and_its_number() -> None:
    ann, _ = two_traders()
    order = ann.limit("BUY", "0.5", "50000", newClientOrderId="large")
    done = ann.ask(
        "PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=order["orderId"],
        newQty="0.2", newClientOrderId="small",
    )  # fmt: skip
    amended = done["amendedOrder"]

    assert (amended["orderId"], amended["qty"]) == (order["orderId"], "0.20000000")
    assert (amended["origClientOrderId"], amended["clientOrderId"]) == ("large", "small")
    assert ann.engine.clearing.locked(ann.account, "USDT") == 10_000 * ATOM
    for newer, code in (("0.2", -2038), ("0.3", -2038)):
        failed = ann.fails(
            "PUT", "order/amend/keepPriority", symbol="BTCUSDT", orderId=order["orderId"],
            newQty=newer,
        )  # fmt: skip
        assert failed[1] == code


def test_strategy_numbers_come_back_with_the_order() -> None:
    ann, _ = two_traders()
    order = ann.limit("BUY", "0.1", "50000", strategyId=7, strategyType=1_000_001)
    found = ann.ask("GET", "order", symbol="BTCUSDT", orderId=order["orderId"])

    assert (found["strategyId"], found["strategyType"]) == (7, 1_000_001)


def test_a_stop_waits_is_triggered_by_a_trade_and_fills() -> None:
    ann, bob = two_traders()
    ann.limit("BUY", "1", "50000")
    ann.limit("BUY", "1", "49000")
    bob.limit("SELL", "0.1", "50000")
    stop = bob.ask(
        "POST", "order", symbol="BTCUSDT", side="SELL", type="STOP_LOSS", quantity="0.2",
        stopPrice="49500", newOrderRespType="RESULT",
    )  # fmt: skip
    assert (stop["status"], stop["workingTime"], stop["stopPrice"]) == ("NEW", -1, "49500.00000000")
    bob.limit("SELL", "0.95", "49000")
    found = bob.ask("GET", "order", symbol="BTCUSDT", orderId=stop["orderId"])

    assert (found["status"], found["isWorking"]) == ("FILLED", True)
    assert found["cummulativeQuoteQty"] == "9800.00000000"


def test_testing_an_order_checks_it_and_places_nothing() -> None:
    ann, _ = two_traders()
    order = {
        "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
        "quantity": "0.1", "price": "50000",
    }  # fmt: skip
    assert ann.ask("POST", "order/test", **order) == {}
    rates = ann.ask("POST", "order/test", **order, computeCommissionRates="true")
    assert rates["standardCommissionForOrder"] == {"maker": "0.00100000", "taker": "0.00100000"}
    assert ann.fails("POST", "order/test", **order | {"quantity": "0.1000001"})[1] == -1013

    assert ann.ask("GET", "openOrders") == []


def test_queries_page_by_id_and_time_and_forget_after_ninety_days() -> None:
    ann, _ = two_traders()
    ids = [ann.limit("BUY", "0.1", str(50_000 - n))["orderId"] for n in range(5)]
    for each in ids[:2]:
        ann.ask("DELETE", "order", symbol="BTCUSDT", orderId=each)

    def listed(**params: object) -> list[int]:
        found = ann.ask("GET", "allOrders", symbol="BTCUSDT", **params)
        return [each["orderId"] for each in found]

    assert listed() == ids
    assert listed(limit=2) == ids[-2:]
    assert listed(orderId=ids[1], limit=2) == ids[1:3]
    now = ann.venue.now
    assert listed(startTime=now, endTime=now) == ids
    assert listed(startTime=now + 1) == []
    assert ann.fails("GET", "allOrders", symbol="BTCUSDT", startTime=0, endTime=10**9)[1] == -1127
    ann.venue.run_to(now + 91 * 86_400_000)  # type: ignore[arg-type]  # an int of ms
    assert ann.fails("GET", "order", symbol="BTCUSDT", orderId=ids[0])[1] == -2026
    assert ann.ask("GET", "order", symbol="BTCUSDT", orderId=ids[4])["status"] == "NEW"


SIDES = st.sampled_from(("BUY", "SELL"))
TYPES = st.sampled_from(("LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT"))
ORDERS = st.tuples(
    st.booleans(), SIDES, TYPES, st.integers(1, 50), st.integers(-9, 9), st.booleans()
)


@settings(max_examples=25)
@given(st.lists(ORDERS, max_size=25))
def test_whatever_is_sent_the_books_balance_and_rest_shows_what_they_hold(
    orders: list[tuple[bool, str, str, int, int, bool]],
) -> None:
    ann, bob = two_traders()
    for is_ann, side, kind, size, step, cancels in orders:
        trader = ann if is_ann else bob
        params: dict[str, object] = {"quantity": f"0.{size:03d}"}
        price = 50_000 + 10 * step
        if kind != "MARKET":
            params["price"] = str(price)
        if kind in {"LIMIT", "STOP_LOSS_LIMIT"}:
            params["timeInForce"] = "GTC"
        if kind == "STOP_LOSS_LIMIT":
            params["stopPrice"] = str(price)
        status, body = trader.signed(
            "POST", "order", symbol="BTCUSDT", side=side, type=kind, **params
        )
        assert status == 200 or body["code"] in {-2010, -1013}, body
        if cancels:
            trader.signed("DELETE", "openOrders", symbol="BTCUSDT")
    ann.engine.clearing.check()
    for trader in (ann, bob):
        told = {each["asset"]: each for each in trader.ask("GET", "account")["balances"]}
        for asset, (free, locked) in trader.engine.clearing.balances(trader.account).items():
            assert told[asset]["free"] == f"{free // 10**12 / 10**8:.8f}"
            assert told[asset]["locked"] == f"{locked // 10**12 / 10**8:.8f}"


@pytest.mark.parametrize(
    "asked", ["", "symbol=BTCUSDT", "symbol=%FF%FE", "a=1&a=2", "&&&===&", "%"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "\x00"])
def test_nonsense_is_answered_and_the_venue_goes_on(method: str, asked: str) -> None:
    ann, _ = two_traders()
    for path in ("/api/v3/order", "/api/v3/nothing", "/", "/sapi/v1/asset/tradeFee"):
        from benthic.scenarios.venue.wire.messages import Request

        answer = ann.venue.request(Request(method, path, asked, {}, b"\xff\x00{", "10.0.0.9"))
        assert 400 <= answer.status < 500

    assert ann.public("ping") == {}
