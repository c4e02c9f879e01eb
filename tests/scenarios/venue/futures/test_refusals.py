"""What the futures venue refuses besides bad orders, and in which words."""

import pytest

from .trader import Futures, Trader, a_venue

BOTH = pytest.mark.parametrize("family", ["linear", "inverse"])
AMOUNTS: dict[Futures, str] = {"linear": "0.100", "inverse": "50"}


def holding(family: Futures = "linear") -> Trader:
    """Ann, who holds a position in isolated margin."""
    venue = a_venue()
    ann, bob = Trader(venue, family), Trader(venue, family, "bob")
    ann.ask("POST", "marginType", symbol=ann.symbol, marginType="ISOLATED")
    bob.limit("SELL", AMOUNTS[family], "50000")
    ann.market("BUY", AMOUNTS[family])
    return ann


@BOTH
def test_a_request_is_admitted_by_key_signature_and_time(family: Futures) -> None:
    ann = Trader(a_venue(), family)
    path, query = ann.path("balance"), f"timestamp={ann.venue.now}"
    key = ann.key.key

    assert ann.raw("GET", path, query)[1]["code"] == -2014
    assert ann.raw("GET", path, query, x_mbx_apikey="x" * 64)[1]["code"] == -2015
    assert ann.raw("GET", path, query, x_mbx_apikey=key)[1]["code"] == -1102
    wrong = f"{query}&signature={'0' * 64}"
    assert ann.raw("GET", path, wrong, x_mbx_apikey=key)[1]["code"] == -1022
    assert ann.fails("GET", "balance", timestamp=ann.venue.now - 10_000)[0] == -1021


@BOTH
def test_margin_type_and_leverage_do_not_change_under_a_position(family: Futures) -> None:
    ann = holding(family)

    assert ann.fails("POST", "marginType", symbol=ann.symbol, marginType="CROSSED") == (
        -4048,
        "Margin type cannot be changed if there exists position.",
    )
    assert ann.fails("POST", "leverage", symbol=ann.symbol, leverage=5)[0] == -4161
    assert ann.fails("POST", "marginType", symbol=ann.symbol, marginType="HALF")[0] == -1130


def test_the_position_mode_does_not_change_under_an_order() -> None:
    ann = Trader(a_venue())
    ann.limit("BUY", "0.100", "49000")

    assert ann.fails("POST", "positionSide/dual", dualSidePosition="true")[0] == -4067


@BOTH
def test_isolated_margin_can_neither_be_overdrawn_nor_overfilled(family: Futures) -> None:
    ann = holding(family)
    move = {"symbol": ann.symbol, "amount": "100000000"}

    assert ann.fails("POST", "positionMargin", **move, type=1)[0] == -4050
    assert ann.fails("POST", "positionMargin", **move, type=2)[0] == -4051
    assert ann.fails("POST", "positionMargin", **move, type=3)[0] == -1130
    assert ann.fails("POST", "positionMargin", symbol=ann.symbol, amount="0", type=1)[0] == -4055


def test_hedge_mode_has_no_reduce_only_orders() -> None:
    ann = Trader(a_venue())
    ann.ask("POST", "positionSide/dual", dualSidePosition="true")

    assert (
        ann.fails(
            "POST", "order", symbol=ann.symbol, side="BUY", type="MARKET", quantity="0.1",
            positionSide="LONG", reduceOnly="true",
        )[0]
        == -1106
    )  # fmt: skip


ALGO = {
    "symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "algoType": "CONDITIONAL",
    "quantity": "0.1", "triggerPrice": "48000",
}  # fmt: skip
BAD_ALGOS = {
    "another algo": ({"algoType": "VP"}, -4500),
    "a plain type": ({"type": "LIMIT"}, -1116),
    "no trigger": ({"triggerPrice": ""}, -1102),
    "it would trigger": ({"triggerPrice": "50001"}, -2021),
    "amount and close position": ({"closePosition": "true"}, -4137),
    "trailing with a trigger": ({"type": "TRAILING_STOP_MARKET", "callbackRate": "1"}, -1106),
}


@pytest.mark.parametrize("name", sorted(BAD_ALGOS))
def test_a_bad_algo_order_is_refused_and_leaves_nothing(name: str) -> None:
    change, code = BAD_ALGOS[name]
    ann = Trader(a_venue())
    ann.limit("BUY", "0.100", "49000")
    Trader(ann.venue, name="bob").limit("SELL", "0.100", "49000")

    assert ann.fails("POST", "algoOrder", **(ALGO | change))[0] == code
    assert ann.ask("GET", "openAlgoOrders") == []


def test_a_trailing_stop_needs_a_rate_within_bounds() -> None:
    ann = Trader(a_venue())
    trailing = {name: value for name, value in ALGO.items() if name != "triggerPrice"}
    trailing["type"] = "TRAILING_STOP_MARKET"

    assert ann.fails("POST", "algoOrder", **trailing)[0] == -1102
    assert ann.fails("POST", "algoOrder", **trailing, callbackRate="0.05")[0] == -2007
    assert ann.ask("POST", "algoOrder", **trailing, callbackRate="1")["callbackRate"] == "1.0"


def test_coin_m_takes_stops_as_plain_orders_too() -> None:
    ann = Trader(a_venue(), "inverse")
    placed = ann.ask(
        "POST", "order", symbol=ann.symbol, side="SELL", type="STOP_MARKET", quantity="50",
        stopPrice="48000",
    )  # fmt: skip

    assert (placed["type"], placed["stopPrice"]) == ("STOP_MARKET", "48000.0")
    assert [each["orderId"] for each in ann.ask("GET", "openOrders")] == [placed["orderId"]]


def test_windows_of_more_than_a_week_are_refused() -> None:
    ann = Trader(a_venue())
    window = {"symbol": ann.symbol, "startTime": 0, "endTime": 8 * 86_400_000}

    assert ann.fails("GET", "userTrades", **window)[0] == -4165
    assert ann.fails("GET", "allOrders", **(window | {"startTime": 9 * 86_400_000}))[0] == -4166


def test_orders_that_are_not_there_cannot_be_asked_for() -> None:
    ann = Trader(a_venue())

    assert ann.fails("GET", "order", symbol=ann.symbol, orderId=7) == (
        -2013,
        "Order does not exist.",
    )
    assert ann.fails("GET", "openOrder", symbol=ann.symbol, orderId=7)[0] == -2013
    assert ann.fails("GET", "algoOrder", algoId=7)[0] == -2013
    assert ann.fails("GET", "order", symbol=ann.symbol)[0] == -1102
    assert ann.fails("POST", "batchOrders", batchOrders="{")[0] == -1130


def test_the_multi_assets_mode_is_off_and_stays_so() -> None:
    ann = Trader(a_venue())

    assert ann.ask("GET", "multiAssetsMargin") == {"multiAssetsMargin": False}
    assert ann.fails("POST", "multiAssetsMargin", multiAssetsMargin="true")[0] == -4084
    assert ann.fails("POST", "multiAssetsMargin", multiAssetsMargin="false")[0] == -4171
