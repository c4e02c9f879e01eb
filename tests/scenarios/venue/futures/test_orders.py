"""Orders on futures over REST: what is answered agrees with what the engine has."""

from fractions import Fraction

import pytest

from .trader import Futures, Trader, a_venue, mark

AMOUNTS: dict[Futures, str] = {"linear": "0.100", "inverse": "50"}
BOTH = pytest.mark.parametrize("family", ["linear", "inverse"])


@BOTH
def test_a_limit_order_rests_and_is_told_alike_by_every_endpoint(family: Futures) -> None:
    ann = Trader(a_venue(), family)
    placed = ann.limit("BUY", AMOUNTS[family], "49000", newClientOrderId="mine-1")
    order = ann.engine.order(ann.account, ann.symbol, order_id=placed["orderId"])
    assert order is not None
    assert (order.status, order.client_id) == ("open", "mine-1")
    assert placed["status"] == "NEW"
    assert placed["origQty"] == AMOUNTS[family]

    queried = ann.ask("GET", "order", symbol=ann.symbol, origClientOrderId="mine-1")

    assert queried["orderId"] == placed["orderId"]
    assert ann.ask("GET", "openOrders") == [queried]
    assert ann.ask("GET", "openOrder", symbol=ann.symbol, orderId=order.id) == queried
    assert ann.ask("GET", "allOrders", symbol=ann.symbol) == [queried]
    shared = queried.keys() & placed.keys()
    assert {name: queried[name] for name in shared} == {name: placed[name] for name in shared}


@BOTH
def test_a_trade_moves_positions_wallets_and_fees_as_the_oracle_has_them(family: Futures) -> None:
    venue = a_venue()
    ann, bob = Trader(venue, family), Trader(venue, family, "bob")
    bob.limit("SELL", AMOUNTS[family], "50000")
    before = ann.wallet(ann.clearing.position(ann.account, ann.symbol).asset)
    filled = ann.market("BUY", AMOUNTS[family])

    position = ann.clearing.position(ann.account, ann.symbol)
    trades = ann.ask("GET", "userTrades", symbol=ann.symbol)

    assert filled["status"] == "FILLED"
    assert Fraction(filled["avgPrice"]) == 50000
    assert Fraction(trades[0]["price"]) == 50000
    assert trades[0]["maker"] is False
    assert before - ann.wallet(position.asset) == Fraction(trades[0]["commission"])
    risk = ann.ask("GET", "positionRisk", symbol=ann.symbol)
    assert Fraction(risk[0]["positionAmt"]) == Fraction(AMOUNTS[family])
    assert Fraction(risk[0]["entryPrice"]) == 50000
    ann.clearing.check()


def test_an_order_is_modified_in_place_and_its_history_is_told() -> None:
    ann = Trader(a_venue())
    placed = ann.limit("BUY", "0.100", "49000")
    changed = ann.ask(
        "PUT", "order", symbol=ann.symbol, orderId=placed["orderId"], side="BUY",
        quantity="0.200", price="49100",
    )  # fmt: skip

    order = ann.engine.order(ann.account, ann.symbol, order_id=placed["orderId"])

    assert order is not None
    assert (order.price, order.amount) == (491000, 200)
    assert (changed["price"], changed["origQty"]) == ("49100.0", "0.200")
    history = ann.ask("GET", "orderAmendment", symbol=ann.symbol)
    assert history[0]["amendment"]["price"] == {"before": "49000.0", "after": "49100.0"}
    again = {"orderId": placed["orderId"], "side": "BUY", "quantity": "0.200", "price": "49100"}
    assert ann.fails("PUT", "order", symbol=ann.symbol, **again)[0] == -5027


def test_a_cancelled_order_is_gone_and_cannot_be_cancelled_twice() -> None:
    ann = Trader(a_venue())
    placed = ann.limit("BUY", "0.100", "49000")
    gone = ann.ask("DELETE", "order", symbol=ann.symbol, orderId=placed["orderId"])

    assert gone["status"] == "CANCELED"
    assert ann.engine.open_orders(ann.account) == []
    assert ann.fails("DELETE", "order", symbol=ann.symbol, orderId=placed["orderId"]) == (
        -2011,
        "Unknown order sent.",
    )


def test_a_batch_answers_each_order_by_itself() -> None:
    ann = Trader(a_venue())
    good = (
        '{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","timeInForce":"GTC",'
        '"quantity":"0.1","price":"49000"}'
    )
    bad = good.replace("49000", "49000.01")
    shown = ann.ask("POST", "batchOrders", batchOrders=f"[{good},{bad}]")

    assert shown[0]["status"] == "NEW"
    assert shown[1] == {
        "code": -1111,
        "msg": "Precision is over the maximum defined for this asset.",
    }
    assert len(ann.engine.open_orders(ann.account)) == 1
    numbers = f"[{shown[0]['orderId']},99]"
    gone = ann.ask("DELETE", "batchOrders", symbol=ann.symbol, orderIdList=numbers)
    assert [each.get("status", each.get("code")) for each in gone] == ["CANCELED", -2011]
    assert ann.fails("POST", "batchOrders", batchOrders="[]")[0] == -4082


def test_orders_are_cancelled_when_the_countdown_ends_and_not_before() -> None:
    venue = a_venue()
    ann = Trader(venue)
    ann.limit("BUY", "0.100", "49000")
    ann.ask("POST", "countdownCancelAll", symbol=ann.symbol, countdownTime=5000)
    venue.run_to(venue.now + 4_999)  # type: ignore[arg-type]  # an int of ms
    assert len(ann.engine.open_orders(ann.account)) == 1
    venue.run_to(venue.now + 1)  # type: ignore[arg-type]  # an int of ms

    assert ann.engine.open_orders(ann.account) == []


ORDER = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
    "quantity": "0.1", "price": "49000",
}  # fmt: skip
REFUSALS = {
    "unknown symbol": ({"symbol": "NOPE"}, -1121),
    "bad side": ({"side": "HOLD"}, -1117),
    "bad type": ({"type": "MAYBE"}, -1116),
    "bad time": ({"timeInForce": "NOW"}, -1115),
    "no price": ({"price": ""}, -1102),
    "too precise": ({"price": "49000.05"}, -1111),
    "amount below the least": ({"quantity": "0"}, -4003),
    "amount above the most": ({"quantity": "1000000"}, -4005),
    "too fine an amount": ({"quantity": "0.00001"}, -1111),
    "notional": ({"symbol": "ETHUSDT", "quantity": "0.01", "price": "100"}, -4164),
    "price above the most": ({"price": "1000000000000000"}, -4002),
    "price below the least": ({"price": "0"}, -4013),
    "a price of a market order": ({"type": "MARKET", "timeInForce": ""}, -1105),
    "a stop price of a plain order": ({"stopPrice": "48000"}, -1106),
    "price match": ({"priceMatch": "QUEUE"}, -5037),
    "characters of a client id": ({"newClientOrderId": "a b"}, -1100),
    "price too high": ({"price": "60000"}, -4016),
    "price too low": ({"price": "40000"}, -4024),
    "hedge side in one-way mode": ({"positionSide": "LONG"}, -4061),
    "bad position side": ({"positionSide": "UP"}, -4060),
    "a stop as a plain order": ({"type": "STOP_MARKET"}, -4120),
    "reduce only without a position": ({"reduceOnly": "true"}, -2022),
    "too much for the margin": ({"quantity": "900"}, -2019),
    "good till too soon": ({"timeInForce": "GTD", "goodTillDate": "5"}, -5040),
    "client id too long": ({"newClientOrderId": "x" * 37}, -4015),
    "answer type": ({"newOrderRespType": "FULL"}, -1136),
}


@pytest.mark.parametrize("name", sorted(REFUSALS))
def test_a_bad_order_is_refused_in_the_venues_code_and_leaves_nothing(name: str) -> None:
    change, code = REFUSALS[name]
    ann = Trader(a_venue())

    assert ann.fails("POST", "order", **(ORDER | change))[0] == code
    assert ann.engine.open_orders(ann.account) == []


def test_post_only_and_fill_or_kill_orders_that_cannot_be_so_are_refused() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    bob.limit("SELL", "0.100", "50000")
    order = {**ORDER, "price": "50000"}

    assert ann.fails("POST", "order", **(order | {"timeInForce": "GTX"}))[0] == -5022
    assert ann.fails("POST", "order", **(order | {"timeInForce": "FOK", "quantity": "0.2"}))[0] == (
        -5021
    )
    assert ann.ask("POST", "order", **(order | {"timeInForce": "FOK"}))["status"] == "NEW"
    assert ann.clearing.position(ann.account, ann.symbol).amount == 100


def test_a_batch_of_modifications_answers_each_by_itself() -> None:
    ann = Trader(a_venue())
    number = ann.limit("BUY", "0.100", "49000")["orderId"]
    good = (
        f'{{"symbol":"BTCUSDT","orderId":{number},"side":"BUY","quantity":"0.3","price":"49000"}}'
    )
    bad = good.replace("BUY", "SELL")
    shown = ann.ask("PUT", "batchOrders", batchOrders=f"[{good},{bad}]")

    assert [each.get("origQty", each.get("code")) for each in shown] == ["0.300", -1130]


def test_modifying_down_to_what_has_traded_cancels_the_rest() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    number = ann.limit("BUY", "0.300", "49000")["orderId"]
    bob.market("SELL", "0.100")
    shown = ann.ask(
        "PUT", "order", symbol=ann.symbol, orderId=number, side="BUY", quantity="0.1",
        price="49000",
    )  # fmt: skip

    assert (shown["status"], shown["executedQty"]) == ("CANCELED", "0.100")


def test_a_client_id_may_come_again_once_its_order_has_ended() -> None:
    ann = Trader(a_venue())
    ann.limit("BUY", "0.100", "49000", newClientOrderId="one")
    assert ann.fails("POST", "order", **ORDER, newClientOrderId="one")[0] == -4116
    ann.ask("DELETE", "order", symbol=ann.symbol, origClientOrderId="one")

    assert ann.limit("BUY", "0.100", "49000", newClientOrderId="one")["status"] == "NEW"


def test_an_algo_order_waits_outside_the_book_and_sends_its_order_when_triggered() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    algo = ann.stop("SELL", "0.100", "48000", clientAlgoId="stop-1", workingType="MARK_PRICE")
    assert algo["algoStatus"] == "NEW"
    assert ann.ask("GET", "openOrders") == []
    assert [each["algoId"] for each in ann.ask("GET", "openAlgoOrders")] == [algo["algoId"]]
    bob.limit("BUY", "0.100", "49900")

    mark(venue, "linear", "47990")

    order = ann.ask("GET", "algoOrder", clientAlgoId="stop-1")
    assert order["algoStatus"] == "FINISHED"
    sent = ann.ask("GET", "order", symbol=ann.symbol, orderId=order["actualOrderId"])
    assert (sent["type"], sent["status"]) == ("MARKET", "FILLED")
    assert ann.clearing.position(ann.account, ann.symbol).amount == -100
    assert ann.ask("GET", "openAlgoOrders", symbol=ann.symbol) == []


def test_algo_orders_are_cancelled_by_id_by_client_id_and_all_at_once() -> None:
    ann = Trader(a_venue())
    first = ann.stop("SELL", "0.100", "48000")
    ann.stop("SELL", "0.100", "48000", clientAlgoId="two")
    ann.stop("SELL", "0.100", "48000")
    assert ann.ask("DELETE", "algoOrder", algoId=first["algoId"])["code"] == "200"
    assert ann.ask("DELETE", "algoOrder", clientAlgoId="two")["msg"] == "success"
    assert ann.fails("DELETE", "algoOrder", clientAlgoId="two")[0] == -2011
    ann.limit("BUY", "0.100", "49000")
    ann.ask("DELETE", "algoOpenOrders", symbol=ann.symbol)

    assert len(ann.engine.open_orders(ann.account)) == 1
    shown = ann.ask("GET", "allAlgoOrders", symbol=ann.symbol)
    assert [each["algoStatus"] for each in shown] == ["CANCELED"] * 3
