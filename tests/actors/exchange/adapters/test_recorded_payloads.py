"""Payloads that Binance sent to others, through ccxt's parsers and ours: what they say is kept."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.exchange.adapters.configuration import plain_exchange
from benthic.actors.exchange.adapters.parse_market_data import Asked
from benthic.actors.exchange.adapters.parse_orders import venue_trade_id
from benthic.actors.exchange.adapters.registry import adapter_for
from benthic.actors.exchange.settings import VenueSettings

RECORDED = Path(__file__).resolve().parents[5] / "shared" / "data" / "venue" / "binance"

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason=f"the recorded payloads are not here: no folder {RECORDED}"
)


def recorded(name: str) -> Any:
    return json.loads((RECORDED / name).read_text())


def a_market(venue_symbol: str, symbol: str, settle: str | None = None) -> dict[str, Any]:
    base, _, quote = symbol.partition(":")[0].partition("/")
    return {
        "id": venue_symbol, "symbol": symbol, "base": base, "quote": quote, "settle": settle,
        "baseId": base, "quoteId": quote, "settleId": settle, "info": {}, "active": True,
        "type": "swap" if settle else "spot", "spot": not settle, "swap": bool(settle),
        "contract": bool(settle), "linear": bool(settle), "inverse": False, "future": False,
        "option": False, "margin": False, "contractSize": "1" if settle else None,
        "precision": {"amount": "0.001", "price": "0.01"}, "limits": {},
    }  # fmt: skip


def exchange_of(name: str, *markets: dict[str, Any]) -> Any:
    config = adapter_for(name).config(VenueSettings(name=name))
    exchange = plain_exchange(name, config)
    exchange.set_markets({each["symbol"]: each for each in markets})
    return exchange


def test_a_market_order_is_told_with_its_five_trades() -> None:
    exchange = exchange_of("binance", a_market("BTCUSDT", "BTC/USDT"))
    raw = exchange.parse_order(recorded("spot/http_json/new_order_full_response.json"))

    report = adapter_for("binance").read_report(raw, Asked("binance", "BTC/USDT"))

    assert report.client_id == "6gCrw2kRUAF9CvJDGP16IP"
    assert (report.status, report.kind, report.amount) == ("filled", "market", Decimal(10))
    assert [venue_trade_id(each) for each in report.fills] == ["56", "57", "58", "59", "60"]
    assert {each.side for each in report.fills} == {"sell"}
    assert sum(each.amount for each in report.fills) == 10
    assert sum(each.fee for each in report.fills) == Decimal("39.98300000")


def test_trades_of_an_account_keep_their_fee_in_a_third_asset() -> None:
    exchange = exchange_of("binance", a_market("BNBBTC", "BNB/BTC"))
    rows = exchange.parse_trades(recorded("spot/http_json/account_trades_response.json"))

    [fill] = adapter_for("binance").read_fills(rows, Asked("binance", "BNB/BTC"))

    assert (fill.trade_id, fill.price, fill.amount) == (
        "28457",
        Decimal("4.00000100"),
        Decimal("12.00000000"),
    )
    assert (fill.fee, fill.fee_asset) == (Decimal("10.10000000"), "BNB")  # B10


def test_an_open_order_is_told_as_it_stands() -> None:
    exchange = exchange_of("binance", a_market("LTCBTC", "LTC/BTC"))
    raw = exchange.parse_order(recorded("spot/http_json/order_response.json"))

    report = adapter_for("binance").read_report(raw, Asked("binance", "LTC/BTC"))

    assert (report.client_id, report.venue_id) == ("myOrder1", "1")
    assert (report.status, report.filled, report.price) == ("open", Decimal(0), Decimal("0.1"))
    assert (report.stop, report.created_at) == (None, 1499827319559)


def test_a_cancel_is_told_under_the_id_of_the_order_and_not_of_the_cancel() -> None:
    answer = recorded("spot/http_json/cancel_order_response.json")
    exchange = exchange_of("binance", a_market(answer["symbol"], "LTC/BTC"))

    raw = exchange.parse_order(answer)

    assert adapter_for("binance").client_id_of(raw) == answer["origClientOrderId"]


@pytest.mark.parametrize("name", ["new", "trade", "canceled", "expired", "stop_loss"])
def test_each_report_of_the_user_stream_is_read(name: str) -> None:
    event = recorded(f"spot/user_data_json/execution_report_{name}.json")
    exchange = exchange_of("binance", a_market(event["s"], "ETH/USDT"))

    [report] = adapter_for("binance").stream_orders(exchange.parse_ws_order(event))

    assert report.client_id == (event["C"] or event["c"])
    assert (report.venue_id, report.amount) == (str(event["i"]), Decimal(event["q"]))
    assert report.filled == Decimal(event["z"])
    if event["x"] == "TRADE":
        [fill] = adapter_for("binance").stream_fills([exchange.parse_ws_trade(event)])
        assert (venue_trade_id(fill), fill.client_id) == (str(event["t"]), report.client_id)
        assert (fill.fee, fill.fee_asset) == (Decimal(event["n"]), event["N"])


@pytest.mark.parametrize("name", ["new", "trade", "trade_partial"])
def test_each_order_update_of_the_contracts_stream_is_read(name: str) -> None:
    event = recorded(f"futures/user_data_json/order_update_{name}.json")["o"]
    market = a_market(event["s"], "ETH/USDT:USDT", "USDT")
    exchange = exchange_of("binanceusdm", market)

    [report] = adapter_for("binanceusdm").stream_orders(exchange.parse_ws_order(event, market))

    assert (report.client_id, report.venue_id) == (event["c"], str(event["i"]))
    assert report.filled == Decimal(event["z"])
