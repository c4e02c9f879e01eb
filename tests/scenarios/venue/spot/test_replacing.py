"""Cancel and replace: two halves, each of which can fail."""

from __future__ import annotations

from typing import Any

import pytest

from benthic.scenarios.venue.access.limits import Limits

from .trader import Trader, a_venue

GOOD = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1",
    "price": "49000",
}  # fmt: skip
BAD = GOOD | {"quantity": "900"}


def with_order(limits: Limits | None = None) -> tuple[Trader, int]:
    trader = Trader(a_venue(limits=limits))
    return trader, trader.limit("BUY", "0.1", "50000")["orderId"]


def replace(trader: Trader, number: int, mode: str, order: dict[str, str], **more: str) -> Any:
    return trader.signed(
        "POST", "order/cancelReplace", **order, cancelReplaceMode=mode, cancelOrderId=number, **more
    )


@pytest.mark.parametrize("mode", ["STOP_ON_FAILURE", "ALLOW_FAILURE"])
def test_both_halves_succeed(mode: str) -> None:
    trader, number = with_order()
    status, body = replace(trader, number, mode, GOOD)

    assert status == 200
    assert (body["cancelResult"], body["newOrderResult"]) == ("SUCCESS", "SUCCESS")
    assert body["cancelResponse"]["orderId"] == number
    assert [each["orderId"] for each in trader.ask("GET", "openOrders")] == [
        body["newOrderResponse"]["orderId"]
    ]


@pytest.mark.parametrize(
    ("mode", "number_of", "order", "expected"),
    [
        ("STOP_ON_FAILURE", "nobody", GOOD, (400, -2022, "FAILURE", "NOT_ATTEMPTED")),
        ("STOP_ON_FAILURE", "open", BAD, (409, -2021, "SUCCESS", "FAILURE")),
        ("ALLOW_FAILURE", "nobody", GOOD, (409, -2021, "FAILURE", "SUCCESS")),
        ("ALLOW_FAILURE", "open", BAD, (409, -2021, "SUCCESS", "FAILURE")),
        ("ALLOW_FAILURE", "nobody", BAD, (400, -2022, "FAILURE", "FAILURE")),
    ],
)
def test_what_fails_is_told_half_by_half(
    mode: str,
    number_of: str,
    order: dict[str, str],
    expected: tuple[int, int, str, str],
) -> None:
    trader, number = with_order()
    status, body = replace(trader, number if number_of == "open" else 999, mode, order)
    data = body["data"]

    assert (status, body["code"], data["cancelResult"], data["newOrderResult"]) == expected
    if data["cancelResult"] == "FAILURE":
        assert data["cancelResponse"] == {"code": -2011, "msg": "Unknown order sent."}
    if data["newOrderResult"] == "FAILURE":
        assert data["newOrderResponse"]["code"] == -2010
    if data["newOrderResult"] == "NOT_ATTEMPTED":
        assert data["newOrderResponse"] is None
    open_orders = trader.ask("GET", "openOrders")
    assert len(open_orders) == (number_of == "nobody") + (data["newOrderResult"] == "SUCCESS")


def test_beyond_the_order_limit_nothing_happens_unless_the_cancel_may() -> None:
    trader, number = with_order(Limits(weight=0, orders=((10_000, 1),)))
    status, body = replace(trader, number, "STOP_ON_FAILURE", GOOD)
    assert (status, body["code"]) == (429, -1015)
    assert len(trader.ask("GET", "openOrders")) == 1
    status, body = replace(
        trader, number, "STOP_ON_FAILURE", GOOD, orderRateLimitExceededMode="CANCEL_ONLY"
    )

    assert (status, body["code"]) == (429, -2021)
    assert body["data"]["newOrderResponse"]["code"] == -1015
    assert trader.ask("GET", "openOrders") == []


def test_the_parameters_are_checked_before_anything_is_cancelled() -> None:
    trader, number = with_order()
    assert replace(trader, number, "PERHAPS", GOOD)[1]["code"] == -1130
    assert replace(trader, number, "STOP_ON_FAILURE", GOOD | {"side": "HOLD"})[1]["code"] == -1117
    status, body = trader.signed(
        "POST", "order/cancelReplace", **GOOD, cancelReplaceMode="STOP_ON_FAILURE"
    )

    assert (status, body["code"]) == (400, -1102)
    assert len(trader.ask("GET", "openOrders")) == 1


@pytest.mark.parametrize("mode", ["STOP_ON_FAILURE", "ALLOW_FAILURE"])
@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"price": "1"}, "PERCENT_PRICE"), ({"quantity": "0.00001"}, "NOTIONAL")],
)
def test_filters_are_looked_at_before_anything_is_cancelled(
    mode: str, wrong: dict[str, str], name: str
) -> None:
    trader, number = with_order()
    status, body = replace(trader, number, mode, GOOD | wrong)

    assert (status, body) == (400, {"code": -1013, "msg": f"Filter failure: {name}"})
    assert [each["orderId"] for each in trader.ask("GET", "openOrders")] == [number]


def test_the_client_id_of_the_cancelled_order_may_come_again() -> None:
    trader, number = with_order()
    again = replace(trader, number, "STOP_ON_FAILURE", GOOD, newClientOrderId="same")[1]
    number = again["newOrderResponse"]["orderId"]
    status, _ = replace(trader, number, "STOP_ON_FAILURE", GOOD, newClientOrderId="same")

    assert status == 200
