"""Market data of futures over REST and over streams: both tell what the engine did."""

from fractions import Fraction
from typing import Any

import pytest

from .trader import LIVELY, SOCKETS, Futures, Trader, a_venue, listen

BOTH = pytest.mark.parametrize("family", ["linear", "inverse"])
MINUTE = 60_000


def lively(family: Futures) -> Trader:
    """A client of a market that has traded for a minute."""
    venue = a_venue(LIVELY)
    venue.run_to(venue.now + MINUTE)  # type: ignore[arg-type]  # an int of ms
    return Trader(venue, family)


@BOTH
def test_exchange_information_says_the_rules_that_the_engine_holds(family: Futures) -> None:
    ann = Trader(a_venue(), family)
    shown = next(
        each for each in ann.public("exchangeInfo")["symbols"] if each["symbol"] == ann.symbol
    )
    market = ann.engine.markets[ann.symbol]
    rules = {each["filterType"]: each for each in shown["filters"]}

    tick = Fraction(market.tick, 10**market.price_digits)
    assert Fraction(rules["PRICE_FILTER"]["tickSize"]) == tick
    assert Fraction(rules["LOT_SIZE"]["stepSize"]) == Fraction(
        market.step, 10**market.amount_digits
    )
    assert ("MIN_NOTIONAL" in rules) is (family == "linear")
    assert shown["pair"] == ("BTCUSDT" if family == "linear" else "BTCUSD")
    assert (shown.get("contractSize"), shown["contractType"]) == (
        None if family == "linear" else 100,
        "PERPETUAL",
    )


@BOTH
def test_the_book_over_rest_is_the_engines(family: Futures) -> None:
    ann = lively(family)
    book = ann.public("depth", symbol=ann.symbol, limit=5)
    market = ann.engine.markets[ann.symbol]
    bids, asks = ann.engine.depth(ann.symbol, 5)

    unit = 10**market.price_digits
    assert [Fraction(price) for price, _ in book["bids"]] == [Fraction(p, unit) for p, _ in bids]
    assert [Fraction(price) for price, _ in book["asks"]] == [Fraction(p, unit) for p, _ in asks]
    top = ann.public("ticker/bookTicker", symbol=ann.symbol)
    shown = top if family == "linear" else top[0]
    assert shown["bidPrice"] == book["bids"][0][0]
    assert ann.raw("GET", ann.path("depth"), f"symbol={ann.symbol}&limit=7")[1]["code"] == -4021


@BOTH
def test_candles_trades_and_tickers_agree_with_each_other(family: Futures) -> None:
    ann = lively(family)
    trades = ann.public("trades", symbol=ann.symbol, limit=1)
    price = ann.public("ticker/price", symbol=ann.symbol)
    day = ann.public("ticker/24hr", symbol=ann.symbol)
    price, day = (price, day) if family == "linear" else (price[0], day[0])
    candle = ann.public("klines", symbol=ann.symbol, interval="1m", limit=1)[0]

    assert trades[0]["price"] == price["price"] == day["lastPrice"] == candle[4]
    assert Fraction(day["highPrice"]) >= Fraction(day["lastPrice"]) >= Fraction(day["lowPrice"])
    pair = "BTCUSDT" if family == "linear" else "BTCUSD"
    continuous = ann.public(
        "continuousKlines", pair=pair, contractType="PERPETUAL", interval="1m", limit=1
    )
    assert continuous[0] == candle
    assert ann.raw("GET", ann.path("klines"), f"symbol={ann.symbol}&interval=2s")[1]["code"] == (
        -1120
    )


@BOTH
def test_the_mark_price_its_candles_and_the_open_interest_are_told(family: Futures) -> None:
    ann = lively(family)
    premium = ann.public("premiumIndex", symbol=ann.symbol)
    shown = premium if family == "linear" else premium[0]
    market = ann.engine.markets[ann.symbol]
    mark = ann.engine.mark(ann.symbol)
    assert mark is not None
    assert Fraction(shown["markPrice"]) == Fraction(mark, 10**market.price_digits)
    candle = ann.public("markPriceKlines", symbol=ann.symbol, interval="1m", limit=1)[0]
    assert candle[4] == shown["markPrice"]
    pair = "BTCUSDT" if family == "linear" else "BTCUSD"
    index = ann.public("indexPriceKlines", pair=pair, interval="1m", limit=1)[0]

    assert index[4] == shown["indexPrice"]
    assert Fraction(ann.public("openInterest", symbol=ann.symbol)["openInterest"]) > 0


def test_a_funding_that_was_settled_is_in_the_history() -> None:
    ann = Trader(a_venue())
    ann.engine.fund(ann.symbol, 12_345, ann.venue.now)
    ann.venue.settle()

    assert ann.public("fundingRate", symbol=ann.symbol, limit=1) == [
        {
            "symbol": "BTCUSDT",
            "fundingTime": ann.venue.now,
            "fundingRate": "0.00012345",
            "markPrice": "50000.00000000",
        }
    ]


@BOTH
def test_a_book_kept_from_a_snapshot_and_diffs_stays_the_engines(family: Futures) -> None:
    venue = a_venue(LIVELY)
    ann = Trader(venue, family)
    ear = listen(venue, f"{SOCKETS[family]}/ws/{ann.symbol.lower()}@depth@100ms")
    venue.run_to(venue.now + 2_000)  # type: ignore[arg-type]  # an int of ms
    snapshot = ann.public("depth", symbol=ann.symbol, limit=1000)
    venue.run_to(venue.now + MINUTE)  # type: ignore[arg-type]  # an int of ms

    kept = kept_book(snapshot, ear.take())

    now = ann.public("depth", symbol=ann.symbol, limit=1000)
    bids = sorted(kept["b"].items(), key=lambda each: -Fraction(each[0]))
    asks = sorted(kept["a"].items(), key=lambda each: Fraction(each[0]))
    assert [list(each) for each in bids] == now["bids"]
    assert [list(each) for each in asks] == now["asks"]


def kept_book(snapshot: Any, diffs: list[Any]) -> dict[str, dict[str, str]]:
    """A book as the venue says that it be kept: no diff may be missing."""
    book = {"b": dict(snapshot["bids"]), "a": dict(snapshot["asks"])}
    last = None
    for diff in diffs:
        if diff["u"] < snapshot["lastUpdateId"]:
            continue
        if last is None:
            assert diff["U"] <= snapshot["lastUpdateId"] + 1
        else:
            assert diff["pu"] == last
        last = diff["u"]
        for side in ("b", "a"):
            for price, amount in diff[side]:
                if Fraction(amount):
                    book[side][price] = amount
                else:
                    book[side].pop(price, None)
    return book


ALL_STREAMS = {
    "{s}@trade": "trade",
    "{s}@aggTrade": "aggTrade",
    "{s}@depth": "depthUpdate",
    "{s}@depth@500ms": "depthUpdate",
    "{s}@depth5@100ms": "depthUpdate",
    "{s}@depth20": "depthUpdate",
    "{s}@bookTicker": "bookTicker",
    "{s}@ticker": "24hrTicker",
    "{s}@miniTicker": "24hrMiniTicker",
    "{s}@kline_1m": "kline",
    "{p}_perpetual@continuousKline_1m": "continuous_kline",
    "{s}@markPrice": "markPriceUpdate",
    "{s}@markPrice@1s": "markPriceUpdate",
    "!markPrice@arr": "markPriceUpdate",
    "!markPrice@arr@1s": "markPriceUpdate",
    "!ticker@arr": "24hrTicker",
    "!miniTicker@arr": "24hrMiniTicker",
    "!bookTicker": "bookTicker",
}


@BOTH
def test_every_stream_flows_under_its_name(family: Futures) -> None:
    venue = a_venue(LIVELY)
    symbol = Trader(venue, family).symbol.lower()
    pair = "btcusdt" if family == "linear" else "btcusd"
    names = {name.format(s=symbol, p=pair): kind for name, kind in ALL_STREAMS.items()}
    if family == "inverse":
        names |= {f"{pair}@indexPrice": "indexPriceUpdate", f"{pair}@markPrice": "markPriceUpdate"}
    ear = listen(venue, f"{SOCKETS[family]}/stream", f"streams={'/'.join(names)}")
    venue.run_to(venue.now + MINUTE + 1_000)  # type: ignore[arg-type]  # an int of ms
    lists = {name for name in names if name.endswith("@arr") or "@arr@" in name}
    lists |= {f"{pair}@markPrice"} if family == "inverse" else set[str]()
    heard: dict[str, set[str]] = {}
    for each in ear.take():
        first: Any = each["data"][0] if each["stream"] in lists else each["data"]
        heard.setdefault(each["stream"], set()).add(first["e"])

    assert heard == {name: {kind} for name, kind in names.items()}


def test_a_name_that_says_nothing_stays_silent() -> None:
    venue = a_venue(LIVELY)
    ear = listen(venue, "/usdm/stream", "streams=BTCUSDT@trade/nope@trade/btcusdt@depth7/!what@arr")
    venue.run_to(venue.now + MINUTE)  # type: ignore[arg-type]  # an int of ms

    assert ear.take() == []


@BOTH
def test_partial_books_carry_ids_that_join(family: Futures) -> None:
    venue = a_venue(LIVELY)
    symbol = Trader(venue, family).symbol.lower()
    ear = listen(venue, f"{SOCKETS[family]}/ws/{symbol}@depth5@100ms")
    venue.run_to(venue.now + 10_000)  # type: ignore[arg-type]  # an int of ms
    heard = ear.take()

    assert all(len(each["b"]) <= 5 for each in heard)
    assert [each["pu"] for each in heard[1:]] == [each["u"] for each in heard[:-1]]


@BOTH
def test_old_trades_are_found_by_id_with_a_key_alone(family: Futures) -> None:
    ann = lively(family)
    recent = ann.public("trades", symbol=ann.symbol, limit=3)
    query = f"symbol={ann.symbol}&fromId={recent[0]['id']}&limit=3"

    status, old = ann.raw("GET", ann.path("historicalTrades"), query, x_mbx_apikey=ann.key.key)

    assert (status, old) == (200, recent)
    assert ann.raw("GET", ann.path("historicalTrades"), query)[1]["code"] == -2014
