"""What the spot venue says has the shape of what was recorded at the real one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from benthic.scenarios.venue.access.signing import sign

from .forms import RECORDED, differences
from .trader import LIVELY, Trader, a_venue, listen

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason=f"no recorded payloads in {RECORDED}: shapes are not compared"
)


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def lively() -> Trader:
    """A client of a market that has traded for a minute."""
    venue = a_venue(LIVELY)
    venue.run_to(venue.now + 60_000)  # type: ignore[arg-type]  # an int of ms
    return Trader(venue)


def full_order(trader: Trader) -> Any:
    return trader.ask(
        "POST", "order", symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.01"
    )


def my_trades(trader: Trader) -> Any:
    full_order(trader)
    return trader.ask("GET", "myTrades", symbol="BTCUSDT")


def resting(trader: Trader) -> dict[str, Any]:
    placed: dict[str, Any] = trader.limit("BUY", "0.01", "50000")
    return placed


def one_order(trader: Trader) -> Any:
    return trader.ask("GET", "order", symbol="BTCUSDT", orderId=resting(trader)["orderId"])


def cancelled(trader: Trader) -> Any:
    return trader.ask("DELETE", "order", symbol="BTCUSDT", orderId=resting(trader)["orderId"])


def several(path: str) -> Callable[[Trader], Any]:
    def asked(trader: Trader) -> Any:
        resting(trader)
        return trader.ask("GET", path, symbol="BTCUSDT")

    return asked


ANSWERS: dict[str, Callable[[Trader], Any]] = {
    "account_response": lambda trader: trader.ask("GET", "account"),
    "account_trades_response": my_trades,
    "all_orders_response": several("allOrders"),
    "avg_price_response": lambda trader: trader.public("avgPrice", symbol="BTCUSDT"),
    "book_ticker_response": lambda trader: trader.public("ticker/bookTicker", symbol="BTCUSDT"),
    "cancel_order_response": cancelled,
    "depth_response": lambda trader: trader.public("depth", symbol="BTCUSDT", limit=5),
    "klines_response": lambda trader: trader.public("klines", symbol="BTCUSDT", interval="1m"),
    "new_order_full_response": full_order,
    "open_orders_response": several("openOrders"),
    "order_response": one_order,
    "ping_response": lambda trader: trader.public("ping"),
    "server_time_response": lambda trader: trader.public("time"),
    "ticker_24hr_response": lambda trader: trader.public("ticker/24hr", symbol="BTCUSDT"),
    "ticker_price_response": lambda trader: trader.public("ticker/price", symbol="BTCUSDT"),
    "trades_response": lambda trader: trader.public("trades", symbol="BTCUSDT", limit=3),
}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_answers_have_the_recorded_keys_types_and_formats(name: str) -> None:
    ours = ANSWERS[name](lively())

    assert list(differences(ours, recorded(f"http_json/{name}"))) == []


def test_exchange_information_has_the_recorded_shape() -> None:
    ours = lively().public("exchangeInfo")
    theirs = recorded("http_json/exchange_info_response")
    assert [each for each in ours["rateLimits"] if "limit" not in each] == []
    ours["sors"] = theirs["sors"]  # there is no smart routing here

    assert list(differences(ours, theirs)) == []


def test_cancelling_all_answers_orders_and_lists_as_recorded() -> None:
    trader = lively()
    resting(trader)
    trader.ask(
        "POST", "order/oco", symbol="BTCUSDT", side="SELL", quantity="0.01", price="70000",
        stopPrice="50000", stopLimitPrice="49900", stopLimitTimeInForce="GTC",
        limitIcebergQty="0.001", stopIcebergQty="0.001",
    )  # fmt: skip
    ours = trader.ask("DELETE", "openOrders", symbol="BTCUSDT")
    order, _, listed = recorded("http_json/cancel_open_orders_response")
    assert [set(each) for each in ours] == [set(order), set(listed)]
    stop, limit = ours[1].pop("orderReports")
    theirs_stop, theirs_limit = listed.pop("orderReports")

    assert list(differences(ours[0], order)) == []
    assert list(differences(ours[1], listed)) == []
    assert list(differences(stop, theirs_stop)) == []
    assert list(differences(limit, theirs_limit)) == []


def heard(trader: Trader, act: Callable[[Trader], object]) -> list[Any]:
    """What a WebSocket API subscription hears of an act."""
    ear, handler = listen(trader.venue, "/ws-api/v3")
    subscribe(trader, handler)
    ear.take()
    act(trader)
    return ear.take()


def subscribe(trader: Trader, handler: Any) -> None:
    now = trader.venue.clock.now()
    key = trader.key
    payload = f"apiKey={key.key}&timestamp={now}"
    params = {
        "apiKey": key.key,
        "timestamp": now,
        "signature": sign(key.secret.reveal(), payload.encode()),
    }
    handler.text(
        json.dumps({"id": 1, "method": "userDataStream.subscribe.signature", "params": params})
    )


def deposit(trader: Trader) -> None:
    trader.engine.clearing.deposit(trader.account, "BTC", 10**20, trader.venue.now)
    trader.venue.settle()


def oco(trader: Trader) -> None:
    trader.ask(
        "POST", "order/oco", symbol="BTCUSDT", side="SELL", quantity="0.01", price="70000",
        stopPrice="50000",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "act"),
    [
        ("execution_report_wrapped", "executionReport", resting),
        ("account_position_wrapped", "outboundAccountPosition", resting),
        ("balance_update_wrapped", "balanceUpdate", deposit),
        ("list_status_wrapped", "listStatus", oco),
    ],
)
def test_wrapped_user_data_has_the_recorded_shape(
    name: str, kind: str, act: Callable[[Trader], object]
) -> None:
    events = heard(lively(), act)
    ours = next(each for each in events if each["event"]["e"] == kind)

    assert list(differences(ours, recorded(f"user_data_json/{name}"))) == []


def by_change(change: str, order_type: str = "LIMIT") -> Callable[[list[Any]], Any]:
    def found(events: list[Any]) -> Any:
        reports = [each for each in events if each["e"] == "executionReport"]
        return next(each for each in reports if each["x"] == change and each["o"] == order_type)

    return found


def stop(trader: Trader) -> None:
    trader.ask(
        "POST", "order", symbol="BTCUSDT", side="SELL", type="STOP_LOSS_LIMIT", quantity="0.01",
        price="49900", stopPrice="50000", timeInForce="GTC",
    )  # fmt: skip


def unfilled(trader: Trader) -> None:
    trader.ask(
        "POST", "order", symbol="BTCUSDT", side="BUY", type="LIMIT", quantity="0.01",
        price="50000", timeInForce="IOC",
    )  # fmt: skip


def taking(trader: Trader) -> None:
    trader.limit("BUY", "0.01", "65000")


@pytest.mark.parametrize(
    ("name", "act", "choose"),
    [
        ("execution_report_new", resting, by_change("NEW")),
        ("execution_report_canceled", cancelled, by_change("CANCELED")),
        ("execution_report_trade", taking, by_change("TRADE")),
        ("execution_report_expired", unfilled, by_change("EXPIRED")),
        ("execution_report_stop_loss", stop, by_change("NEW", "STOP_LOSS_LIMIT")),
        ("account_position", resting, lambda events: events[-1]),
        ("balance_update", deposit, lambda events: events[0]),
    ],
)
def test_user_data_of_a_listen_key_says_all_that_was_recorded(
    name: str, act: Callable[[Trader], object], choose: Callable[[list[Any]], Any]
) -> None:
    """The recordings without a wrapper leave out fields that the documentation has."""
    trader = lively()
    key = trader.raw("POST", "/api/v3/userDataStream", x_mbx_apikey=trader.key.key)[1]["listenKey"]
    ear, _ = listen(trader.venue, f"/ws/{key}")
    act(trader)
    ours, theirs = choose(ear.take()), recorded(f"user_data_json/{name}")
    common = {field: value for field, value in ours.items() if field in theirs}

    assert list(differences(common, theirs)) == []
