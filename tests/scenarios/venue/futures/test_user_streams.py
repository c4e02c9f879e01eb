"""User data of futures: what happens to an account is told to it, in the order in which it did."""

from fractions import Fraction

import pytest

from .trader import Futures, Trader, a_venue, listen, mark

BOTH = pytest.mark.parametrize("family", ["linear", "inverse"])
AMOUNTS: dict[Futures, str] = {"linear": "0.100", "inverse": "50"}


@BOTH
def test_an_order_that_trades_is_told_new_then_money_then_the_trade(family: Futures) -> None:
    venue = a_venue()
    ann, bob = Trader(venue, family), Trader(venue, family, "bob")
    bob.limit("SELL", AMOUNTS[family], "50000")
    ear = ann.listen()
    ann.limit("BUY", AMOUNTS[family], "50000", newClientOrderId="mine")

    heard = ear.take()

    kinds = [each["e"] for each in heard if each["e"] != "TRADE_LITE"]
    assert kinds == ["ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE"]
    orders = [each["o"] for each in heard if each["e"] == "ORDER_TRADE_UPDATE"]
    assert [(each["x"], each["X"]) for each in orders] == [("NEW", "NEW"), ("TRADE", "FILLED")]
    assert orders[1]["c"] == "mine"
    assert Fraction(orders[1]["ap"]) == 50000
    account = next(each["a"] for each in heard if each["e"] == "ACCOUNT_UPDATE")
    position = ann.clearing.position(ann.account, ann.symbol)
    assert Fraction(account["B"][0]["wb"]) == ann.wallet(position.asset)
    assert Fraction(account["P"][0]["pa"]) == Fraction(AMOUNTS[family])
    assert Fraction(account["P"][0]["ep"]) == 50000
    assert account["m"] == "ORDER"
    lite = [each for each in heard if each["e"] == "TRADE_LITE"]
    assert len(lite) == (1 if family == "linear" else 0)


def test_commission_and_profit_of_a_close_are_those_of_the_execution() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    bob.limit("SELL", "0.100", "50000")
    ann.market("BUY", "0.100")
    ear = ann.listen()
    bob.limit("BUY", "0.100", "50100")
    ann.market("SELL", "0.100", reduceOnly="true")
    trade = ear.of("ORDER_TRADE_UPDATE")[-1]["o"]
    execution = ann.engine.executions(ann.account, ann.symbol)[-1]

    assert Fraction(trade["rp"]) == 10
    assert Fraction(trade["n"]) == Fraction(execution.fee, 10**20)
    assert (trade["N"], trade["t"], trade["R"]) == ("USDT", execution.trade_id, True)


def test_cancel_amendment_and_expiry_are_told_by_their_names() -> None:
    venue = a_venue()
    ann = Trader(venue)
    ear = ann.listen()
    placed = ann.limit("BUY", "0.100", "49000")
    ann.ask(
        "PUT", "order", symbol=ann.symbol, orderId=placed["orderId"], side="BUY",
        quantity="0.100", price="49100",
    )  # fmt: skip
    ann.ask("DELETE", "order", symbol=ann.symbol, orderId=placed["orderId"])
    ann.limit("BUY", "0.100", "49000", timeInForce="IOC")

    told = [(each["o"]["x"], each["o"]["X"]) for each in ear.of("ORDER_TRADE_UPDATE")]

    assert told == [
        ("NEW", "NEW"),
        ("AMENDMENT", "NEW"),
        ("CANCELED", "CANCELED"),
        ("NEW", "NEW"),
        ("EXPIRED", "EXPIRED"),
    ]


def test_an_algo_order_is_told_apart_from_the_order_that_it_sends() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    bob.limit("BUY", "0.100", "49900")
    ear = ann.listen()
    ann.stop("SELL", "0.100", "48000", workingType="MARK_PRICE")
    assert ear.of("ORDER_TRADE_UPDATE") == []
    mark(venue, "linear", "47990")

    states = [each["o"]["X"] for each in ear.of("ALGO_UPDATE")]

    assert states[0] == "NEW"
    assert states[-1] == "FINISHED"
    sent = ear.of("ORDER_TRADE_UPDATE")
    assert [each["o"]["x"] for each in sent][-1] == "TRADE"
    assert {each["o"]["o"] for each in sent} == {"MARKET"}
    assert ear.of("ALGO_UPDATE")[-1]["o"]["ai"] == str(sent[-1]["o"]["i"])


@BOTH
def test_a_deposit_and_a_funding_are_told_with_their_reason(family: Futures) -> None:
    venue = a_venue()
    ann, bob = Trader(venue, family), Trader(venue, family, "bob")
    bob.limit("SELL", AMOUNTS[family], "50000")
    ann.market("BUY", AMOUNTS[family])
    asset = ann.clearing.position(ann.account, ann.symbol).asset
    ear = ann.listen()
    ann.clearing.deposit(ann.account, asset, 5 * 10**20, venue.now)
    ann.engine.fund(ann.symbol, 10_000, venue.now)
    venue.settle()

    told = [each["a"] for each in ear.of("ACCOUNT_UPDATE")]

    assert [each["m"] for each in told] == ["DEPOSIT", "FUNDING_FEE"]
    assert Fraction(told[0]["B"][0]["bc"]) == 5
    assert Fraction(told[1]["B"][0]["wb"]) == ann.wallet(asset)


def test_a_changed_leverage_is_told() -> None:
    ann = Trader(a_venue())
    ear = ann.listen()
    ann.ask("POST", "leverage", symbol=ann.symbol, leverage=33)

    assert [each["ac"] for each in ear.take()] == [{"s": "BTCUSDT", "l": 33}]


def test_a_margin_call_goes_out_once_before_the_liquidation() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    ann.clearing.withdraw(ann.account, "USDT", 990_000 * 10**20, venue.now)
    ann.ask("POST", "leverage", symbol=ann.symbol, leverage=100)
    bob.limit("SELL", "10.000", "50000")
    ann.market("BUY", "10.000")
    ear = ann.listen()
    for price in ("49500", "49300", "49290", "49280"):
        mark(venue, "linear", price)

    calls = ear.of("MARGIN_CALL")

    assert [each["p"][0]["s"] for each in calls] == ["BTCUSDT"]
    assert Fraction(calls[0]["p"][0]["pa"]) == 10


def test_a_listen_key_lives_as_long_as_it_is_kept_and_says_when_it_dies() -> None:
    venue = a_venue()
    ann = Trader(venue)
    ear = ann.listen()
    hour = 3_600_000
    venue.run_to(venue.now + hour - 1)  # type: ignore[arg-type]  # an int of ms
    status, body = ann.raw("PUT", ann.path("listenKey"), x_mbx_apikey=ann.key.key)
    assert (status, len(body["listenKey"])) == (200, 60)
    venue.run_to(venue.now + hour - 1)  # type: ignore[arg-type]  # an int of ms
    assert ear.of("listenKeyExpired") == []
    venue.run_to(venue.now + 1)  # type: ignore[arg-type]  # an int of ms
    assert [each["listenKey"] for each in ear.of("listenKeyExpired")] == [body["listenKey"]]

    status, refusal = ann.raw("PUT", ann.path("listenKey"), x_mbx_apikey=ann.key.key)

    assert (status, refusal["code"]) == (400, -1125)


def test_a_listen_key_may_come_in_the_query_of_the_private_room() -> None:
    venue = a_venue()
    ann = Trader(venue)
    _, body = ann.raw("POST", ann.path("listenKey"), x_mbx_apikey=ann.key.key)
    ear = listen(venue, "/usdm/private/ws", f"listenKey={body['listenKey']}")
    ann.limit("BUY", "0.100", "49000")

    assert [each["e"] for each in ear.take()] == ["ORDER_TRADE_UPDATE"]


def test_nobody_hears_of_another_account() -> None:
    venue = a_venue()
    ann, bob = Trader(venue), Trader(venue, name="bob")
    ear = bob.listen()
    ann.limit("BUY", "0.100", "49000")

    assert ear.take() == []
