"""The market streams: what is pushed is what happened, under the name that was asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benthic.runtime import Millis
from benthic.scenarios.venue.config import MarketPlan
from benthic.scenarios.venue.venue import Venue

from .trader import LIVELY, Ear, Trader, a_venue, listen

MINUTE = 60_000


def advance(venue: Venue, by: int) -> None:
    venue.run_to(Millis(venue.now + by))


def followed(*streams: str, by: int = MINUTE) -> tuple[Venue, list[Any]]:
    venue = a_venue(LIVELY)
    ear, _ = listen(venue, "/stream", "streams=" + "/".join(streams))
    advance(venue, by)
    return venue, ear.take()


@pytest.mark.parametrize(
    ("stream", "kind"),
    [
        ("btcusdt@trade", "trade"),
        ("btcusdt@aggTrade", "aggTrade"),
        ("btcusdt@kline_1m", "kline"),
        ("btcusdt@depth", "depthUpdate"),
        ("btcusdt@depth@100ms", "depthUpdate"),
        ("btcusdt@miniTicker", "24hrMiniTicker"),
        ("btcusdt@ticker", "24hrTicker"),
        ("btcusdt@ticker_1h", "1hTicker"),
        ("btcusdt@avgPrice", "avgPrice"),
    ],
)
def test_each_stream_pushes_its_kind_of_event(stream: str, kind: str) -> None:
    venue, heard = followed(stream)

    assert len(heard) > 3
    assert {each["stream"] for each in heard} == {stream}
    assert {each["data"]["e"] for each in heard} == {kind}
    assert {each["data"]["s"] for each in heard} == {"BTCUSDT"}
    assert all(venue.now - MINUTE <= each["data"]["E"] <= venue.now for each in heard)


def test_trades_and_candles_agree() -> None:
    venue, heard = followed("btcusdt@trade", "btcusdt@kline_1m")
    trades = [each["data"] for each in heard if each["stream"].endswith("trade")]
    closed = [each["data"]["k"] for each in heard if "k" in each["data"] and each["data"]["k"]["x"]]
    inside = [each for each in trades if closed[0]["t"] <= each["T"] <= closed[0]["T"]]
    numbers = [each["t"] for each in trades]

    assert len(closed) == 1
    assert closed[0]["T"] == closed[0]["t"] + MINUTE - 1
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert closed[0]["c"] == inside[-1]["p"]
    assert float(closed[0]["h"]) == max(float(each["p"]) for each in inside)
    # The first trade of the minute came before anybody listened.
    assert closed[0]["n"] - len(inside) <= 1
    assert venue.feeds["spot"]["BTCUSDT"].trades.last(1)[0].trade_id == numbers[-1]


@pytest.mark.parametrize("stream", ["btcusdt@depth", "btcusdt@depth@100ms"])
def test_diffs_carry_a_snapshot_forward_to_the_book(stream: str) -> None:
    """The documented way to keep a book: the diffs have no holes, and end at what REST says."""
    venue = a_venue(LIVELY)
    trader = Trader(venue)
    ear, _ = listen(venue, f"/ws/{stream}")
    advance(venue, 5_050)
    book = trader.public("depth", symbol="BTCUSDT", limit=5000)
    advance(venue, 30_000 - 50)
    sides = {"b": dict(book["bids"]), "a": dict(book["asks"])}
    last = book["lastUpdateId"]
    diffs = [each for each in ear.take() if each["u"] > last]
    assert diffs[0]["U"] <= last + 1 <= diffs[0]["u"]
    for number, diff in enumerate(diffs):
        assert number == 0 or diff["U"] == diffs[number - 1]["u"] + 1
        for side, levels in sides.items():
            for price, amount in diff[side]:
                levels[price] = amount
                if float(amount) == 0:
                    del levels[price]
    final = trader.public("depth", symbol="BTCUSDT", limit=5000)
    if final["lastUpdateId"] == diffs[-1]["u"]:
        assert sides == {"b": dict(final["bids"]), "a": dict(final["asks"])}
    else:
        assert final["lastUpdateId"] > diffs[-1]["u"]


def test_partial_books_and_book_tickers_show_the_top() -> None:
    _, heard = followed("btcusdt@depth5", "btcusdt@depth20@100ms", "btcusdt@bookTicker")
    books = [each["data"] for each in heard if "@depth" in each["stream"]]
    tops = [each["data"] for each in heard if each["stream"].endswith("bookTicker")]

    assert {len(each["bids"]) for each in books} == {5, 20}
    assert all(float(each["bids"][0][0]) < float(each["asks"][0][0]) for each in books)
    assert set(tops[0]) == {"u", "s", "b", "B", "a", "A"}
    assert [each["u"] for each in tops] == sorted(each["u"] for each in tops)


@pytest.mark.parametrize("stream", ["!ticker@arr", "!miniTicker@arr", "!ticker_4h@arr"])
def test_streams_of_all_markets_tell_those_that_changed(stream: str) -> None:
    _, heard = followed(stream)

    assert {each["s"] for push in heard for each in push["data"]} == {"BTCUSDT", "ETHUSDT"}


def test_names_that_say_nothing_stay_silent_and_cost_nothing() -> None:
    _, heard = followed(
        "btcusdt@nothing", "nope@trade", "BTCUSDT@trade", "!what@arr", "x", "1m@kline_9m"
    )

    assert heard == []


def test_raw_streams_are_bare_and_combined_ones_say_their_name() -> None:
    venue = a_venue(LIVELY)
    raw, handler = listen(venue, "/ws/btcusdt@trade")
    combined, _ = listen(venue, "/spot/stream", "streams=btcusdt@trade", number=2)
    advance(venue, 10_000)
    bare, named = raw.take(), combined.take()
    assert [each["data"] for each in named] == bare
    handler.text('{"method":"SET_PROPERTY","params":["combined",true],"id":1}')
    advance(venue, 10_000)
    assert raw.take()[0] == {"result": None, "id": 1}
    assert all("stream" in each for each in raw.take())


@pytest.mark.parametrize("prefix", ["", "/spot", "/usdm"])
def test_several_raw_streams_may_stand_in_one_path(prefix: str) -> None:
    markets = (*LIVELY, MarketPlan(pair="BTC/USDT", family="linear"))
    venue = a_venue(markets)
    ear, handler = listen(venue, f"{prefix}/ws/btcusdt@trade/btcusdt@bookTicker/btcusdt@depth/")
    venue.run_to(Millis(venue.now + 20_000))

    heard = ear.take()
    assert all("stream" not in message for message in heard)
    assert {message.get("e", "bookTicker") for message in heard} == {
        "trade", "bookTicker", "depthUpdate",
    }  # fmt: skip
    handler.text('{"method":"LIST_SUBSCRIPTIONS","id":3}')
    assert ear.take() == [
        {"result": ["btcusdt@trade", "btcusdt@bookTicker", "btcusdt@depth"], "id": 3}
    ]


def test_what_nobody_hears_any_more_stops_flowing() -> None:
    venue = a_venue(LIVELY)
    ear, handler = listen(venue, "/ws/btcusdt@trade")
    news = venue.feeds["spot"]["BTCUSDT"].news
    assert news.trade
    handler.text('{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":7}')
    advance(venue, 10_000)
    assert ear.take() == [{"result": None, "id": 7}]
    assert not news.trade
    handler.text('{"method":"SUBSCRIBE","params":["btcusdt@trade","ethusdt@trade"],"id":8}')
    handler.text('{"method":"LIST_SUBSCRIPTIONS","id":9}')
    assert ear.take()[-1] == {"result": ["btcusdt@trade", "ethusdt@trade"], "id": 9}
    handler.closed()

    assert not news.trade
    assert venue.hubs["spot"].streams() == []


def test_a_listener_sees_a_clients_own_trade_at_once() -> None:
    venue = a_venue()
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    ear, _ = listen(venue, "/ws/btcusdt@trade")
    ann.limit("SELL", "0.1", "50000")
    bob.limit("BUY", "0.1", "50000")

    first = ann.ask("GET", "myTrades", symbol="BTCUSDT")[0]["id"]
    assert ear.take() == [
        {
            "e": "trade", "E": venue.now, "s": "BTCUSDT", "t": first, "p": "50000.00000000",
            "q": "0.10000000", "T": venue.now, "m": False, "M": True,
        }
    ]  # fmt: skip
    assert isinstance(ear, Ear)
    assert json.dumps(ear.heard) == "[]"
