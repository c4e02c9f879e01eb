"""The unmodified synchronous ccxt on the spot venue: what it says is what the engine knows."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from benthic.actors.matching.markets import ATOM_DIGITS
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import VenueConfig
from benthic.scenarios.venue.venue import Venue

from .loopback import Served, host_now, served
from .trader import FUNDS, LIVELY

ccxt = pytest.importorskip("ccxt")
SYMBOL = "BTC/USDT"


@pytest.fixture(scope="module")
def face() -> Iterator[Served]:
    venue = Venue(
        VenueConfig(
            markets=LIVELY,
            accounts=(AccountPlan(name="ann", deposits=FUNDS),),
            seed=11,
            start=host_now(),
        )
    )
    venue.start()
    with served(venue) as running:
        yield running


@pytest.fixture(scope="module")
def client(face: Served) -> Any:
    """A client as anybody would make it: the addresses are other ones, and nothing else."""
    key = face.venue.api_key("ann")
    exchange = ccxt.binance(
        {
            "apiKey": key.key,
            "secret": key.secret.reveal(),
            "enableRateLimit": False,
            "options": {"fetchMarkets": {"types": ["spot"]}},
        }
    )
    base = f"http://127.0.0.1:{face.port}"
    for name in ("public", "private", "v1"):
        exchange.urls["api"][name] = f"{base}/api/v3"
    exchange.urls["api"]["sapi"] = f"{base}/sapi/v1"
    exchange.load_markets()
    return exchange


def free(face: Served, asset: str) -> Decimal:
    """What the oracle says that the account may spend."""
    atoms = face.ask(lambda venue: venue.engines["spot"].clearing.free(venue.account("ann"), asset))
    return Decimal(atoms).scaleb(-ATOM_DIGITS)


def number(value: object) -> Decimal:
    return Decimal(str(value))


def test_markets_currencies_fees_and_status(client: Any) -> None:
    market = client.market(SYMBOL)

    assert sorted(client.symbols) == ["BTC/USDT", "ETH/USDT"]
    assert market["precision"] == {
        "amount": 1e-05,
        "price": 0.01,
        "base": 1e-08,
        "quote": 1e-08,
    }
    assert market["limits"]["cost"]["min"] == 5.0
    assert market["active"]
    assert {"BTC", "ETH", "USDT"} <= set(client.currencies)  # and one that ccxt adds itself
    assert client.currencies["BTC"]["active"]
    assert client.fetch_trading_fees()[SYMBOL]["maker"] == 0.001
    assert client.fetch_trading_fee(SYMBOL)["taker"] == 0.001
    assert client.fetch_status()["status"] == "ok"
    assert abs(client.fetch_time() - host_now()) < 60_000


def test_market_data_agrees_with_the_book_and_the_trades(client: Any, face: Served) -> None:
    ticker = client.fetch_ticker(SYMBOL)
    candles = client.fetch_ohlcv(SYMBOL, "1h", limit=100)
    book = client.fetch_order_book(SYMBOL, 20)
    trades = client.fetch_trades(SYMBOL, limit=50)

    assert ticker["symbol"] == SYMBOL
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert len(candles) == 100
    assert [each[0] for each in candles] == sorted(each[0] for each in candles)
    assert all(low <= min(o, c) <= max(o, c) <= high for _, o, high, low, c, _ in candles)
    assert book["bids"][0][0] < book["asks"][0][0]
    assert book["nonce"] > 0
    known = face.ask(
        lambda venue: {
            each.id for each in venue.feeds["spot"]["BTCUSDT"].agg_trades(from_id=1, limit=10_000)
        }
    )
    assert {int(each["id"]) for each in trades} <= known
    assert set(client.fetch_tickers([SYMBOL, "ETH/USDT"])) == {SYMBOL, "ETH/USDT"}
    assert client.fetch_bids_asks([SYMBOL])[SYMBOL]["bid"] > 0
    assert client.fetch_last_prices([SYMBOL])[SYMBOL]["price"] > 0


def test_a_limit_order_lives_from_creation_to_cancel(client: Any, face: Served) -> None:
    before = free(face, "USDT")
    order = client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, {"clientOrderId": "mine-1"})
    assert (order["status"], order["clientOrderId"]) == ("open", "mine-1")
    assert free(face, "USDT") == before - 500
    assert number(client.fetch_balance()["USDT"]["used"]) == 500
    assert client.fetch_order(order["id"], SYMBOL)["remaining"] == 0.01
    assert [each["id"] for each in client.fetch_open_orders(SYMBOL)] == [order["id"]]
    client.cancel_order(order["id"], SYMBOL)

    assert client.fetch_order(order["id"], SYMBOL)["status"] == "canceled"
    assert client.fetch_open_orders(SYMBOL) == []
    assert order["id"] in [each["id"] for each in client.fetch_canceled_orders(SYMBOL)]
    assert free(face, "USDT") == before


def test_a_market_order_fills_and_its_trades_and_fees_are_the_oracles(
    client: Any, face: Served
) -> None:
    before = {asset: free(face, asset) for asset in ("BTC", "USDT")}
    order = client.create_order(SYMBOL, "market", "buy", 0.02)
    trades = client.fetch_my_trades(SYMBOL, params={"orderId": order["id"]})
    cost = sum(number(each["cost"]) for each in trades)
    fees = sum(number(each["fee"]["cost"]) for each in trades)

    assert order["status"] == "closed"
    assert number(order["filled"]) == Decimal("0.02")
    assert sum(number(each["amount"]) for each in trades) == Decimal("0.02")
    assert {each["fee"]["currency"] for each in trades} == {"BTC"}
    assert free(face, "USDT") == before["USDT"] - cost
    assert free(face, "BTC") == before["BTC"] + Decimal("0.02") - fees
    assert number(client.fetch_balance()["BTC"]["free"]) == free(face, "BTC")
    assert client.fetch_order_trades(order["id"], SYMBOL)[0]["order"] == order["id"]
    assert order["id"] in [each["id"] for each in client.fetch_closed_orders(SYMBOL)]


def test_market_orders_by_cost_spend_that_much(client: Any, face: Served) -> None:
    before = free(face, "USDT")
    order = client.create_market_buy_order_with_cost(SYMBOL, 1_000)

    assert order["status"] == "closed"
    assert Decimal(990) < before - free(face, "USDT") <= Decimal(1_000)


def test_stops_post_only_and_immediate_orders(client: Any) -> None:
    stop = client.create_order(SYMBOL, "limit", "sell", 0.01, 49_000, {"stopLossPrice": 50_000})
    take = client.create_order(SYMBOL, "limit", "sell", 0.01, 90_000, {"takeProfitPrice": 89_000})
    trailing = client.create_order(
        SYMBOL,
        "market",
        "sell",
        0.01,
        None,
        {"trailingPercent": 5, "stopLossOrTakeProfit": "stopLoss"},
    )
    maker = client.create_order(SYMBOL, "limit", "sell", 0.01, 90_000, {"postOnly": True})
    gone = client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000, {"timeInForce": "IOC"})
    kinds = {each["id"]: each["info"]["type"] for each in client.fetch_open_orders(SYMBOL)}

    assert kinds == {
        stop["id"]: "STOP_LOSS_LIMIT",
        take["id"]: "TAKE_PROFIT_LIMIT",
        trailing["id"]: "STOP_LOSS",
        maker["id"]: "LIMIT_MAKER",
    }
    assert gone["status"] == "expired"
    assert client.fetch_order(stop["id"], SYMBOL)["triggerPrice"] == 50_000
    with pytest.raises(ccxt.OrderImmediatelyFillable):
        client.create_order(SYMBOL, "limit", "buy", 0.01, 70_000, {"postOnly": True})
    client.cancel_all_orders(SYMBOL)
    assert client.fetch_open_orders(SYMBOL) == []


def test_edit_replaces_the_order(client: Any) -> None:
    order = client.create_order(SYMBOL, "limit", "buy", 0.01, 50_000)
    edited = client.edit_order(order["id"], SYMBOL, "limit", "buy", 0.02, 51_000)

    assert edited["id"] != order["id"]
    assert client.fetch_order(order["id"], SYMBOL)["status"] == "canceled"
    assert client.fetch_order(edited["id"], SYMBOL)["price"] == 51_000
    client.cancel_order(edited["id"], SYMBOL)


def test_order_lists_by_the_endpoints_that_ccxt_offers(client: Any) -> None:
    request = {
        "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "price": "70000",
        "stopPrice": "50000", "stopLimitPrice": "49900", "stopLimitTimeInForce": "GTC",
    }  # fmt: skip
    old = client.private_post_order_oco(request)
    new = client.private_post_orderlist_oco(
        {
            "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01", "aboveType": "LIMIT_MAKER",
            "abovePrice": "71000", "belowType": "STOP_LOSS", "belowStopPrice": "49000",
        }
    )  # fmt: skip
    lists = client.private_get_openorderlist()
    assert [each["orderListId"] for each in lists] == [old["orderListId"], new["orderListId"]]
    for made in (old, new):
        ended = client.private_delete_orderlist(
            {"symbol": "BTCUSDT", "orderListId": made["orderListId"]}
        )
        assert ended["listOrderStatus"] == "ALL_DONE"

    assert (
        client.private_get_orderlist({"orderListId": old["orderListId"]})["listStatusType"]
        == "ALL_DONE"
    )


def test_refusals_become_the_errors_that_ccxt_has_for_them(client: Any, face: Served) -> None:
    with pytest.raises(ccxt.InsufficientFunds):
        client.create_order(SYMBOL, "limit", "buy", 500, 50_000)
    with pytest.raises(ccxt.OrderNotFound):
        client.cancel_order("999999", SYMBOL)
    with pytest.raises(ccxt.OrderNotFound):
        client.fetch_order("999999", SYMBOL)
    with pytest.raises(ccxt.BadRequest, match="Filter failure: PERCENT_PRICE"):
        client.create_order(SYMBOL, "limit", "buy", 0.01, 100)
    stranger = ccxt.binance(
        {
            "apiKey": "z" * 64,
            "secret": "s",
            "options": {"fetchCurrencies": False, "fetchMarkets": {"types": ["spot"]}},
        }
    )
    stranger.urls["api"] = client.urls["api"]
    with pytest.raises(ccxt.AuthenticationError):
        stranger.fetch_balance()
    thief = ccxt.binance(
        {
            "apiKey": client.apiKey,
            "secret": "guessed",
            "options": {"fetchCurrencies": False, "fetchMarkets": {"types": ["spot"]}},
        }
    )
    thief.urls["api"] = client.urls["api"]
    with pytest.raises(ccxt.AuthenticationError):
        thief.fetch_balance()
    face.ask(lambda venue: venue.engines["spot"].clearing.check())


def test_key_restrictions_and_the_user_stream_over_rest(client: Any) -> None:
    restrictions = client.sapi_get_account_apirestrictions()
    assert restrictions["enableWithdrawals"] is False
    key = client.public_post_userdatastream()["listenKey"]
    client.public_put_userdatastream({"listenKey": key})
    client.public_delete_userdatastream({"listenKey": key})
    counts = client.private_get_ratelimit_order()

    assert len(key) == 60
    assert [each["intervalNum"] for each in counts] == [10, 1]
    assert client.last_response_headers["X-Mbx-Used-Weight-1m"]
