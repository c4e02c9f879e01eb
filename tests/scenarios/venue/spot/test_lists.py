"""Order lists over REST: both forms of OCO, OTO, OTOCO, and what becomes of their legs."""

from __future__ import annotations

import pytest

from benthic.actors.matching.markets import ATOM

from .trader import Trader, a_venue

OCO = {
    "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.1", "aboveType": "LIMIT_MAKER",
    "abovePrice": "51000", "belowType": "STOP_LOSS_LIMIT", "belowStopPrice": "49000",
    "belowPrice": "48900", "belowTimeInForce": "GTC",
}  # fmt: skip


def a_market() -> tuple[Trader, Trader]:
    """Two traders in a market that last traded at 50,000."""
    venue = a_venue()
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    bob.limit("SELL", "0.1", "50000")
    bob.limit("BUY", "0.1", "50000")
    return ann, bob


def status(trader: Trader, number: int) -> str:
    found = trader.ask("GET", "order", symbol="BTCUSDT", orderId=number)
    return str(found["status"])


def test_an_oco_holds_for_one_leg_and_shows_both() -> None:
    ann, _ = a_market()
    made = ann.ask("POST", "orderList/oco", **OCO, listClientOrderId="pair")
    above, below = made["orderReports"]

    assert (made["contingencyType"], made["listOrderStatus"]) == ("OCO", "EXECUTING")
    assert (above["type"], below["type"]) == ("LIMIT_MAKER", "STOP_LOSS_LIMIT")
    assert (above["workingTime"], below["workingTime"]) == (ann.venue.now, -1)
    assert ann.engine.clearing.locked(ann.account, "BTC") == ATOM // 10
    assert {each["orderListId"] for each in ann.ask("GET", "openOrders")} == {made["orderListId"]}
    found = ann.ask("GET", "orderList", origClientOrderId="pair")
    assert found["orderListId"] == made["orderListId"]
    assert ann.ask("GET", "allOrderList") == ann.ask("GET", "openOrderList") == [found]


def test_when_one_leg_fills_the_other_expires_and_the_list_is_over() -> None:
    ann, bob = a_market()
    above, below = ann.ask("POST", "orderList/oco", **OCO)["orders"]
    bob.limit("BUY", "0.1", "51000")

    assert status(ann, above["orderId"]) == "FILLED"
    assert status(ann, below["orderId"]) == "EXPIRED"
    assert ann.ask("GET", "openOrderList") == []


def test_the_old_form_makes_the_same_list() -> None:
    ann, _ = a_market()
    made = ann.ask(
        "POST", "order/oco", symbol="BTCUSDT", side="BUY", quantity="0.1", price="49000",
        stopPrice="51000", limitClientOrderId="low", stopClientOrderId="high",
    )  # fmt: skip

    assert [each["clientOrderId"] for each in made["orders"]] == ["high", "low"]
    assert [each["type"] for each in made["orderReports"]] == ["STOP_LOSS", "LIMIT_MAKER"]


def test_cancelling_a_leg_cancels_the_list() -> None:
    ann, _ = a_market()
    made = ann.ask("POST", "orderList/oco", **OCO)
    gone = ann.ask("DELETE", "order", symbol="BTCUSDT", orderId=made["orders"][0]["orderId"])

    assert gone["listOrderStatus"] == "ALL_DONE"
    assert [each["status"] for each in gone["orderReports"]] == ["CANCELED", "CANCELED"]
    assert ann.engine.clearing.locked(ann.account, "BTC") == 0
    again = {"symbol": "BTCUSDT", "orderListId": made["orderListId"]}
    assert ann.fails("DELETE", "orderList", **again)[1:] == (-2011, "Unknown order list sent.")


def test_an_oto_begins_its_second_order_when_the_first_is_filled() -> None:
    ann, bob = a_market()
    made = ann.ask(
        "POST", "orderList/oto", symbol="BTCUSDT", workingType="LIMIT", workingSide="BUY",
        workingPrice="49500", workingQuantity="0.1", workingTimeInForce="GTC", pendingType="LIMIT",
        pendingSide="SELL", pendingPrice="52000", pendingQuantity="0.09", pendingTimeInForce="GTC",
    )  # fmt: skip
    first, second = made["orders"]
    assert (made["contingencyType"], status(ann, second["orderId"])) == ("OTO", "PENDING_NEW")
    bob.limit("SELL", "0.1", "49500")

    assert status(ann, first["orderId"]) == "FILLED"
    assert status(ann, second["orderId"]) == "NEW"
    assert ann.public("depth", symbol="BTCUSDT")["asks"] == [["52000.00000000", "0.09000000"]]


def test_an_otoco_begins_a_pair() -> None:
    ann, bob = a_market()
    made = ann.ask(
        "POST", "orderList/otoco", symbol="BTCUSDT", workingType="LIMIT", workingSide="BUY",
        workingPrice="49500", workingQuantity="0.1", workingTimeInForce="GTC", pendingSide="SELL",
        pendingQuantity="0.09", pendingAboveType="LIMIT_MAKER", pendingAbovePrice="52000",
        pendingBelowType="STOP_LOSS", pendingBelowStopPrice="48000",
    )  # fmt: skip
    legs = [each["orderId"] for each in made["orders"]]
    assert [each["status"] for each in made["orderReports"]] == ["NEW"] + ["PENDING_NEW"] * 2
    assert [status(ann, each) for each in legs] == ["NEW"] + ["PENDING_NEW"] * 2
    bob.limit("SELL", "0.1", "49500")

    assert [status(ann, each) for each in legs] == ["FILLED", "NEW", "NEW"]
    assert len(ann.ask("GET", "openOrders")) == 2


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"side": "BUY"}, -1165, "A limit order in a buy OCO must be below."),
        ({"aboveType": "STOP_LOSS", "abovePrice": None, "aboveStopPrice": "51000"}, -1197,
         "A stop loss order in a sell OCO must be below."),
        ({"belowType": "LIMIT_MAKER", "belowStopPrice": None, "belowTimeInForce": None}, -1168,
         "At least one OCO order must be contingent."),
        ({"belowType": "TAKE_PROFIT_LIMIT"}, -1199,
         "A take profit order in a sell OCO must be above."),
        ({"abovePrice": "49500"}, -2010,
         "The relationship of the prices for the orders is not correct."),
        ({"belowTimeInForce": None}, -1102,
         "Mandatory parameter 'belowTimeInForce' was not sent, was empty/null, or malformed."),
        ({"quantity": "50"}, -2010, "Account has insufficient balance for requested action."),
    ],
)  # fmt: skip
def test_lists_that_cannot_be_are_refused_as_a_whole(
    changes: dict[str, str | None], code: int, words: str
) -> None:
    ann, _ = a_market()
    params = {name: value for name, value in (OCO | changes).items() if value is not None}

    assert ann.fails("POST", "orderList/oco", **params) == (400, code, words)
    assert ann.ask("GET", "openOrders") == []
