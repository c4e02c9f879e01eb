"""Every refusal has the code, the words and the status of the venue's own list."""

from __future__ import annotations

from typing import Any

import pytest

from benthic.scenarios.venue.access.limits import Limits
from benthic.scenarios.venue.access.signing import sign
from benthic.scenarios.venue.dialect.numbers import DECIMAL_RANGE

from .trader import Trader, a_venue

LIMIT = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1",
    "price": "50000",
}  # fmt: skip
STOP = LIMIT | {"type": "STOP_LOSS_LIMIT", "stopPrice": "60000"}


def without(order: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in order.items() if key != name}


def a_trader() -> Trader:
    """One in a market that last traded at 50,000, where 50,010 is asked."""
    venue = a_venue()
    bob = Trader(venue, "bob")
    bob.limit("SELL", "1", "50010")
    bob.limit("BUY", "0.1", "50000")
    Trader(venue).limit("SELL", "0.1", "50000")
    return Trader(venue)


MISSING = "Mandatory parameter '{}' was not sent, was empty/null, or malformed."


@pytest.mark.parametrize(
    ("order", "code", "words"),
    [
        (without(LIMIT, "symbol"), -1102, MISSING.format("symbol")),
        (without(LIMIT, "side"), -1102, MISSING.format("side")),
        (without(LIMIT, "type"), -1102, MISSING.format("type")),
        (without(LIMIT, "timeInForce"), -1102, MISSING.format("timeInForce")),
        (without(LIMIT, "quantity"), -1102, MISSING.format("quantity")),
        (without(LIMIT, "price"), -1102, MISSING.format("price")),
        (LIMIT | {"price": ""}, -1105, "Parameter 'price' was empty."),
        (LIMIT | {"symbol": "NOPE"}, -1121, "Invalid symbol."),
        (LIMIT | {"symbol": "btc/usdt"}, -1100,
         "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'."),
        (LIMIT | {"side": "HOLD"}, -1117, "Invalid side."),
        (LIMIT | {"type": "GUESS"}, -1116, "Invalid orderType."),
        (LIMIT | {"timeInForce": "GTX"}, -1115, "Invalid timeInForce."),
        (LIMIT | {"quantity": "-1"}, -1100,
         f"Illegal characters found in parameter 'quantity'; legal range is '{DECIMAL_RANGE}'."),
        (LIMIT | {"quantity": "1e3"}, -1100, None),
        (LIMIT | {"quantity": "0.123456789"}, -1111,
         "Parameter 'quantity' has too much precision."),
        (LIMIT | {"quantity": "0.0000001"}, -1013, "Filter failure: LOT_SIZE"),
        (LIMIT | {"icebergQty": "0.2"}, -1013, "IcebergQty exceeds QTY."),
        (LIMIT | {"quantity": "0"}, -1013, "Filter failure: LOT_SIZE"),
        (LIMIT | {"price": "50000.001"}, -1013, "Filter failure: PRICE_FILTER"),
        (LIMIT | {"price": "1000"}, -1013, "Filter failure: PERCENT_PRICE"),
        (LIMIT | {"quantity": "0.00001"}, -1013, "Filter failure: NOTIONAL"),
        (LIMIT | {"icebergQty": "0.0001"}, -1013, "Filter failure: ICEBERG_PARTS"),
        (LIMIT | {"quantity": "100"}, -2010,
         "Account has insufficient balance for requested action."),
        (LIMIT | {"stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
        (LIMIT | {"newClientOrderId": "a b"}, -1100, None),
        (LIMIT | {"newOrderRespType": "ALL"}, -1130,
         "Data sent for parameter 'newOrderRespType' is not valid."),
        (LIMIT | {"selfTradePreventionMode": "MAYBE"}, -1130, None),
        (LIMIT | {"strategyType": "5"}, -1134, "`strategyType` was less than 1000000."),
        (LIMIT | {"colour": "red"}, -1104,
         "Not all sent parameters were read; read '8' parameter(s) but was sent '9'."),
        (LIMIT | {"pegPriceType": "PRIMARY_PEG"}, -2010,
         "Pegged orders are not supported for this symbol."),
        (LIMIT | {"timeInForce": "IOC", "icebergQty": "0.01"}, -1014,
         "Unsupported order combination."),
        (without(LIMIT, "timeInForce") | {"type": "MARKET"}, -1106,
         "Parameter 'price' sent when not required."),
        ({"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET"}, -1102,
         "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"),
        (without(LIMIT, "timeInForce") | {"type": "LIMIT_MAKER", "price": "50010"}, -2010,
         "Order would immediately match and take."),
        (STOP | {"stopPrice": "40000"}, -2010, "Order would trigger immediately."),
        (without(STOP, "stopPrice"), -1102,
         "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"),
        (without(STOP, "stopPrice") | {"trailingDelta": "1"}, -1013,
         "Filter failure: TRAILING_DELTA"),
    ],
)  # fmt: skip
def test_a_new_order_that_cannot_be_is_refused_by_code_and_words(
    order: dict[str, str], code: int, words: str | None
) -> None:
    trader = a_trader()
    status, body = trader.signed("POST", "order", **order)

    assert (status, body["code"]) == (400, code), body
    assert words is None or body["msg"] == words
    assert trader.ask("GET", "openOrders") == []


def test_the_numbers_of_open_orders_and_stops_are_limited() -> None:
    trader = a_trader()
    for _ in range(5):
        trader.ask("POST", "order", **STOP)
    assert trader.fails("POST", "order", **STOP) == (
        400,
        -1013,
        "Filter failure: MAX_NUM_ALGO_ORDERS",
    )
    for _ in range(195):
        trader.ask("POST", "order", **LIMIT | {"quantity": "0.0002"})
    failed = trader.fails("POST", "order", **LIMIT | {"quantity": "0.0002"})

    assert failed == (400, -1013, "Filter failure: MAX_NUM_ORDERS")


@pytest.mark.parametrize(
    ("method", "path", "params", "code", "words"),
    [
        ("GET", "order", {"symbol": "BTCUSDT", "orderId": "99"}, -2013, "Order does not exist."),
        ("GET", "order", {"symbol": "BTCUSDT"}, -1102,
         "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"),
        ("DELETE", "order", {"symbol": "BTCUSDT", "orderId": "99"}, -2011, "Unknown order sent."),
        ("DELETE", "openOrders", {"symbol": "BTCUSDT"}, -2011, "Unknown order sent."),
        ("GET", "orderList", {"orderListId": "9"}, -2018, "Order list does not exist."),
        ("DELETE", "orderList", {"symbol": "BTCUSDT", "orderListId": "9"}, -2011,
         "Unknown order list sent."),
        ("GET", "myTrades", {"symbol": "BTCUSDT", "fromId": "1", "startTime": "1"}, -1128,
         "Combination of optional parameters invalid."),
        ("GET", "openOrders", {"symbol": "NOPE"}, -1121, "Invalid symbol."),
        ("GET", "allOrders", {"symbol": "BTCUSDT", "limit": "0"}, -1130,
         "Data sent for parameter 'limit' is not valid."),
        ("GET", "account", {"omitZeroBalances": "perhaps"}, -1100,
         "Illegal characters found in parameter 'omitZeroBalances'; legal range is 'true|false'."),
        ("GET", "account", {"symbol": "9" * 25}, -1104, None),
        ("GET", "order", {"symbol": "BTCUSDT", "orderId": "9" * 20}, -1108,
         "Parameter 'orderId' overflowed."),
    ],
)  # fmt: skip
def test_questions_about_what_is_not_there_are_refused(
    method: str, path: str, params: dict[str, object], code: int, words: str | None
) -> None:
    status, body = a_trader().signed(method, path, **params)

    assert (status, body["code"]) == (400, code), body
    assert words is None or body["msg"] == words


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("klines", {"symbol": "BTCUSDT"}, -1102),
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120),
        ("klines", {"symbol": "BTCUSDT", "interval": "1m", "timeZone": "mars"}, -1130),
        ("depth", {"symbol": "BTCUSDT", "limit": "many"}, -1100),
        ("depth", {"symbol": "BTCUSDT", "symbolStatus": "HALT"}, -1220),
        ("depth", {"symbol": "BTCUSDT", "symbolStatus": "SLEEPING"}, -1122),
        ("ticker/24hr", {"symbols": '["BTCUSDT","BTCUSDT"]'}, -1151),
        ("ticker/24hr", {"symbols": "BTCUSDT"}, -1100),
        ("ticker/24hr", {"symbol": "BTCUSDT", "symbols": '["ETHUSDT"]'}, -1128),
        ("ticker/24hr", {"type": "HUGE"}, -1139),
        ("ticker", {}, -1102),
        ("ticker", {"symbol": "BTCUSDT", "windowSize": "8d"}, -1130),
        ("aggTrades", {"symbol": "BTCUSDT", "fromId": "1", "endTime": "5"}, -1128),
        ("exchangeInfo", {"symbol": "NOPE"}, -1121),
        ("exchangeInfo", {"symbol": "BTCUSDT", "permissions": "SPOT"}, -1128),
        ("ping", {"loud": "yes"}, -1101),
        ("time", {"a": "1", "b": "2"}, -1101),
    ],
)
def test_questions_about_the_market_are_checked(
    path: str, params: dict[str, object], code: int
) -> None:
    status, told, _ = a_trader().refused(path, **params)

    assert (status, told) == (400, code)


def test_a_name_twice_is_an_error_and_the_query_wins_over_the_body() -> None:
    trader = a_trader()
    assert trader.raw("GET", "/api/v3/depth", "symbol=BTCUSDT&symbol=ETHUSDT")[1]["code"] == -1101
    now = trader.venue.clock.now()
    query, body = "symbol=BTCUSDT", f"symbol=NOPE&timestamp={now}"
    signature = sign(trader.key.secret.reveal(), (query + body).encode())
    status, found = trader.raw(
        "DELETE", "/api/v3/openOrders", f"{query}&signature={signature}", body.encode(),
        content_type="application/x-www-form-urlencoded", x_mbx_apikey=trader.key.key,
    )  # fmt: skip

    assert (status, found["code"]) == (400, -2011)


def test_a_body_of_another_type_is_not_read() -> None:
    trader = a_trader()
    status, found = trader.raw(
        "POST", "/api/v3/order", "", b'{"symbol":"BTCUSDT"}',
        content_type="application/json", x_mbx_apikey=trader.key.key,
    )  # fmt: skip

    assert (status, found["code"]) == (400, -1102)


def test_keys_signatures_and_times_are_checked_in_the_venues_words() -> None:
    trader = a_trader()

    def said(query: str, **headers: str) -> tuple[int, int]:
        status, body = trader.raw("GET", "/api/v3/account", query, b"", **headers)
        return status, body["code"]

    now = trader.venue.clock.now()
    key = {"x_mbx_apikey": trader.key.key}
    assert said(f"timestamp={now}&signature=00") == (401, -2014)
    assert said(f"timestamp={now}&signature=00", x_mbx_apikey="q" * 64) == (401, -2015)
    assert said("signature=00", **key) == (400, -1102)
    assert said(f"timestamp={now}", **key) == (400, -1102)
    assert said(f"timestamp={now}&signature=00", **key) == (400, -1022)
    assert trader.fails("GET", "account", timestamp=now - 5_001)[1] == -1021
    assert trader.fails("GET", "account", timestamp=now + 1_000)[1] == -1021
    assert trader.fails("GET", "account", recvWindow=60_001)[1] == -1102
    assert trader.ask("GET", "account", timestamp=now - 59_000, recvWindow=60_000)


def test_a_clock_that_is_wrong_is_what_the_venue_goes_by() -> None:
    trader = a_trader()
    trader.venue.clock.step(3_600_000)

    assert trader.public("time")["serverTime"] == trader.venue.now + 3_600_000
    assert trader.fails("GET", "account", timestamp=trader.venue.now)[1] == -1021
    assert trader.ask("GET", "account")


def limited(weight: int = 0, orders: tuple[tuple[int, int], ...] = ()) -> Trader:
    return Trader(a_venue(limits=Limits(weight=weight, orders=orders)))


def test_weights_are_those_of_the_endpoints_and_run_out() -> None:
    trader = limited(weight=100)
    spent: list[str | None] = []
    for path, params in (
        ("ping", {}), ("depth", {"symbol": "BTCUSDT"}), ("ticker/price", {}),
        ("depth", {"symbol": "BTCUSDT", "limit": 500}),
    ):  # fmt: skip
        trader.public(path, **params)
        spent.append(trader.header("X-MBX-USED-WEIGHT-1M"))
    assert spent == ["1", "6", "10", "35"]
    status, code, words = trader.refused("ticker/24hr")

    assert (status, code) == (429, -1003)
    assert "current limit is 100 request weight per 1 MINUTE" in words
    assert trader.header("Retry-After") == "60"
    assert trader.header("X-MBX-USED-WEIGHT-1M") == "115"
    trader.address = "10.9.9.9"
    assert trader.public("ping") == {}


def test_orders_that_do_not_trade_run_out_and_those_that_do_count_back() -> None:
    trader = limited(orders=((10_000, 2),))
    bob = Trader(trader.venue, "bob")
    trader.limit("SELL", "0.1", "50000")
    assert trader.header("X-MBX-ORDER-COUNT-10S") == "1"
    trader.limit("SELL", "0.1", "50000")
    order: dict[str, Any] = LIMIT | {"side": "SELL"}
    status, code, words = trader.fails("POST", "order", **order)
    assert (status, code) == (429, -1015)
    assert words == "Too many new orders; current limit is 2 orders per 10 SECOND."
    bob.limit("BUY", "0.1", "50000")
    trader.ask("POST", "order", **order)
    counts = trader.ask("GET", "rateLimit/order")

    assert [each["count"] for each in counts] == [2]
    assert trader.fails("POST", "order", **order)[0] == 429
    assert trader.ask("GET", "rateLimit/order")[0]["count"] == 2


def test_a_halted_market_takes_no_orders() -> None:
    import msgspec

    trader = a_trader()
    engine = trader.engine
    market = engine.markets["BTCUSDT"]
    engine.set_market(msgspec.structs.replace(market, state="halted"), trader.venue.now)
    trader.venue.settle()

    assert trader.fails("POST", "order", **LIMIT) == (400, -1013, "Market is closed.")
    assert trader.public("exchangeInfo", symbol="BTCUSDT")["symbols"][0]["status"] == "HALT"
