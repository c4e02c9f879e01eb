"""What the futures venue says has the shape of what was recorded at the real one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from .forms import RECORDED, differences
from .trader import LIVELY, Ear, Futures, Trader, a_venue, listen, mark

pytestmark = pytest.mark.skipif(
    not RECORDED.is_dir(), reason=f"no recorded payloads in {RECORDED}: shapes are not compared"
)
MINUTE = 60_000


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def traded(family: Futures = "linear") -> tuple[Trader, Ear]:
    """Ann, who listens, has bought of Bob and has an order that rests and one that waits."""
    venue = a_venue()
    ann, bob = Trader(venue, family), Trader(venue, family, "bob")
    ear = ann.listen()
    bob.limit("SELL", "0.100", "50000")
    ann.limit("BUY", "0.200", "50000")
    ann.stop("SELL", "0.100", "48000", clientAlgoId="waits")
    return ann, ear


def named(ear: Ear, event: str) -> Any:
    return ear.of(event)[-1]


def new_trailing_order() -> Any:
    ann, _ = traded()
    ear = ann.listen()
    ann.ask(
        "POST", "algoOrder", symbol=ann.symbol, side="SELL", type="TRAILING_STOP_MARKET",
        algoType="CONDITIONAL", quantity="0.1", callbackRate="5", activatePrice="51000",
    )  # fmt: skip
    ann.limit("BUY", "0.100", "49000")
    return named(ear, "ORDER_TRADE_UPDATE")


def of_trade(status: str) -> Callable[[], Any]:
    def asked() -> Any:
        ann, ear = traded()
        Trader(ann.venue, name="bob").limit("SELL", "0.100", "50000")
        events = [each for each in ear.of("ORDER_TRADE_UPDATE") if each["o"]["X"] == status]
        return events[-1]

    return asked


def liquidated(change: str) -> Callable[[], Any]:
    def asked() -> Any:
        venue = a_venue()
        ann, bob = Trader(venue), Trader(venue, name="bob")
        ann.ask("POST", "leverage", symbol=ann.symbol, leverage=100)
        ann.ask("POST", "marginType", symbol=ann.symbol, marginType="ISOLATED")
        bob.limit("SELL", "1.000", "50000")
        ann.market("BUY", "1.000")
        bob.limit("BUY", "2.000", "49500")
        ear = ann.listen()
        public = listen(venue, "/usdm/ws/btcusdt@forceOrder")
        mark(venue, "linear", "49600")
        if change == "public":
            return public.take()[-1]
        events = [each for each in ear.of("ORDER_TRADE_UPDATE") if each["o"]["X"] == change]
        return events[-1]

    return asked


def cancelled_algo() -> Any:
    ann, ear = traded()
    ann.ask("DELETE", "algoOrder", clientAlgoId="waits")
    return named(ear, "ALGO_UPDATE")


ANSWERS: dict[str, Callable[[], Any]] = {
    "http_json/account_info_v2": lambda: traded()[0].ask("GET", "v2/account"),
    "http_json/balance": lambda: traded()[0].ask("GET", "v2/balance"),
    "http_json/order_response": lambda: traded()[0].ask("GET", "openOrders")[0],
    "http_json/position_risk": lambda: traded()[0].ask("GET", "v2/positionRisk"),
    "user_data_json/account_update": lambda: named(traded()[1], "ACCOUNT_UPDATE"),
    "user_data_json/algo_update_canceled": cancelled_algo,
    "user_data_json/algo_update_new": lambda: named(traded()[1], "ALGO_UPDATE"),
    "user_data_json/order_update_calculated": liquidated("FILLED"),
    "user_data_json/order_update_calculated_pending": liquidated("NEW"),
    "user_data_json/order_update_new": new_trailing_order,
    "user_data_json/order_update_trade": of_trade("FILLED"),
    "user_data_json/order_update_trade_partial": of_trade("PARTIALLY_FILLED"),
    "user_data_json/trade_lite": lambda: named(traded()[1], "TRADE_LITE"),
    "market_data_json/liquidation_stream": liquidated("public"),
    # All that the venue does by force has one shape; it takes no commission of a delivery.
    "user_data_json/order_update_adl": liquidated("FILLED"),
    "user_data_json/order_update_insurance": liquidated("FILLED"),
    "user_data_json/order_update_settlement": liquidated("FILLED"),
    "user_data_json/order_update_delivery": liquidated("NEW"),
    "user_data_json/account_update_bnfcr": lambda: named(traded()[1], "ACCOUNT_UPDATE"),
}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_an_answer_has_the_recorded_shape(name: str) -> None:
    found = differences(ANSWERS[name](), recorded(name))

    assert list(found) == []


def test_an_algo_order_has_all_that_its_recorded_excerpt_has() -> None:
    ann, _ = traded()
    ours = ann.ask("GET", "openAlgoOrders")[0]
    excerpt = recorded("http_json/open_algo_orders")[0]

    assert excerpt.keys() <= ours.keys()
    assert list(differences({name: ours[name] for name in excerpt}, excerpt)) == []


STREAMS = {
    "agg_trade_stream": "btcusdt@aggTrade",
    "book_ticker_stream": "btcusdt@bookTicker",
    "depth_update_stream": "btcusdt@depth@100ms",
    "kline_stream_open": "btcusdt@kline_1m",
    "mark_price_stream": "btcusdt@markPrice@1s",
    "ticker_stream": "btcusdt@ticker",
    "trade_stream": "btcusdt@trade",
}


@pytest.fixture(scope="module")
def heard() -> dict[str, list[Any]]:
    """Two minutes of all streams of a lively market, by stream."""
    venue = a_venue(LIVELY)
    ear = listen(venue, "/usdm/market/stream", f"streams={'/'.join(STREAMS.values())}")
    venue.run_to(venue.now + 2 * MINUTE)  # type: ignore[arg-type]  # an int of ms
    found: dict[str, list[Any]] = {}
    for each in ear.take():
        found.setdefault(each["stream"], []).append(each["data"])
    return found


@pytest.mark.parametrize("name", sorted(STREAMS))
def test_every_message_of_a_stream_has_the_recorded_shape(
    name: str, heard: dict[str, list[Any]]
) -> None:
    sample = recorded(f"market_data_json/{name}")
    messages = heard[STREAMS[name]]

    assert messages
    for message in messages:
        found = differences(message, sample)
        # One side of a book may stay as it was.
        assert set(found) <= {"$.a: ours is empty", "$.b: ours is empty"}


def test_a_closed_candle_has_the_recorded_shape(heard: dict[str, list[Any]]) -> None:
    closed = [each for each in heard["btcusdt@kline_1m"] if each["k"]["x"]]

    assert list(differences(closed[0], recorded("market_data_json/kline_stream_closed"))) == []
