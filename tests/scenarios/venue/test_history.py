"""What lies before the venue's start is of one piece: over families, candles, tickers and ids."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from benthic.runtime import Millis
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.messages import Request

HOUR = 3_600_000
FAMILIES = ("/api/v3/|BTCUSDT", "/fapi/v1/|BTCUSDT", "/dapi/v1/|BTCUSD_PERP")
CONTRACTS = FAMILIES[1:]


def a_venue(seed: int = 7) -> Venue:
    """A venue with bitcoin in all families, that has run for a minute."""
    venue = Venue(
        VenueConfig(
            markets=(
                MarketPlan(pair="BTC/USDT", family="spot"),
                MarketPlan(pair="BTC/USDT", family="linear"),
                MarketPlan(pair="BTC/USD", family="inverse"),
            ),
            accounts=(AccountPlan(name="ann"),),
            seed=seed,
        )
    )
    venue.start()
    venue.run_to(Millis(venue.now + 60_000))
    return venue


@pytest.fixture(scope="module")
def venue() -> Venue:
    """One for all tests here: they only ask."""
    return a_venue()


def ask(venue: Venue, family: str, path: str, query: str = "") -> Any:
    """What a market answers to anybody."""
    prefix, symbol = family.split("|")
    of = f"pair={symbol.partition('_')[0]}" if path.startswith("index") else f"symbol={symbol}"
    key = {"x-mbx-apikey": venue.api_key("ann").key}
    answer = venue.request(Request("GET", prefix + path, f"{of}&{query}".rstrip("&"), key))
    assert answer.status == 200, answer.body
    return msgspec.json.decode(answer.body)


@pytest.mark.parametrize("interval", ["1m", "1h", "1d"])
@pytest.mark.parametrize("seed", [7, 8])
def test_families_of_one_coin_went_one_way_before_the_start(seed: int, interval: str) -> None:
    venue = a_venue(seed)
    rows = [ask(venue, each, "klines", f"interval={interval}&limit=500") for each in FAMILIES]

    for spot, linear, inverse in zip(*rows, strict=True):
        assert spot[0] == linear[0] == inverse[0]
        close = float(spot[4])
        assert float(linear[4]) == pytest.approx(close, rel=0.002)
        assert float(inverse[4]) == pytest.approx(close, rel=0.002)


def test_the_change_of_a_day_is_the_same_in_all_families(venue: Venue) -> None:
    changes = [float(_day(venue, each)["priceChangePercent"]) for each in FAMILIES]

    assert max(changes) - min(changes) < 0.4


@pytest.mark.parametrize("family", FAMILIES)
def test_the_ids_of_a_days_ticker_are_as_many_as_its_trades(venue: Venue, family: str) -> None:
    ticker = _day(venue, family)
    trades = ask(venue, family, "trades", "limit=1000")

    assert ticker["lastId"] - ticker["firstId"] + 1 == ticker["count"]
    assert ticker["firstId"] > 0
    assert ticker["lastId"] == trades[-1]["id"]
    live = [each for each in trades if each["time"] >= venue.config.start]
    assert [each["id"] for each in live] == list(range(live[0]["id"], live[0]["id"] + len(live)))


@pytest.mark.parametrize("family", FAMILIES)
def test_trades_of_the_past_are_no_longer_kept(venue: Venue, family: str) -> None:
    first = ask(venue, family, "historicalTrades", "fromId=1&limit=1")

    assert first[0]["id"] > 1
    assert first[0]["time"] >= venue.config.start


@pytest.mark.parametrize("family", CONTRACTS)
@pytest.mark.parametrize("path", ["markPriceKlines", "indexPriceKlines"])
def test_mark_and_index_have_a_past_where_the_contract_traded(
    venue: Venue, family: str, path: str
) -> None:
    start = venue.config.start
    marks = ask(venue, family, path, "interval=1h&limit=48")
    traded = ask(venue, family, "klines", "interval=1h&limit=48")

    assert [each[0] for each in marks] == [each[0] for each in traded]
    for mark, candle in zip(marks, traded, strict=True):
        if candle[6] < start:
            assert [float(each) for each in mark[1:5]] == [float(each) for each in candle[1:5]]
            assert float(mark[5]) == 0
            assert mark[8] > 0


@pytest.mark.parametrize("family", CONTRACTS)
def test_the_premium_has_a_past_too(venue: Venue, family: str) -> None:
    rows = ask(venue, family, "premiumIndexKlines", "interval=1h&limit=48")

    assert len(rows) == 48
    assert {float(each[4]) for each in rows[:40]} == {0.0}


@pytest.mark.parametrize("family", CONTRACTS)
def test_fundings_before_the_start_are_in_the_history(venue: Venue, family: str) -> None:
    rows = ask(venue, family, "fundingRate", "limit=1000")
    candles = {each[0]: each for each in ask(venue, family, "klines", "interval=8h&limit=200")}

    times = [each["fundingTime"] for each in rows]
    assert len(rows) == 1_000
    assert times == list(range(times[0], times[0] + 8 * HOUR * 1_000, 8 * HOUR))
    assert times[-1] <= venue.now < times[-1] + 8 * HOUR
    assert {each["fundingRate"] for each in rows} == {"0.00010000"}
    if "markPrice" in rows[0]:
        for row in rows[-50:-1]:
            assert float(row["markPrice"]) == float(candles[row["fundingTime"]][1])


def _day(venue: Venue, family: str) -> Any:
    found: Any = ask(venue, family, "ticker/24hr")
    return found[0] if "dapi" in family else found
