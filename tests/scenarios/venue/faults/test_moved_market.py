"""A market that a fault moves goes there whole: quotes on both sides of the new price, at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from benthic.actors.matching.values import Family
from benthic.runtime import Millis
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.rules import rule_of
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.faults.toml import plan_of
from benthic.scenarios.venue.market.paths import PathPlan
from benthic.scenarios.venue.venue import Venue

THIN = PathPlan(shape="thin_book")
PAIRS: dict[Family, str] = {"spot": "BTC/USDT", "linear": "BTC/USDT", "inverse": "BTC/USD"}
NAMES: dict[Family, str] = {
    "spot": "spot:BTCUSDT",
    "linear": "usdm:BTCUSDT",
    "inverse": "coinm:BTCUSD_PERP",
}


def a_thin_venue(family: Family) -> Venue:
    venue = Venue(
        VenueConfig(
            markets=(MarketPlan(pair=PAIRS[family], family=family, path=THIN),),
            seed=5,
            has_past=False,
        )
    )
    venue.start()
    venue.run_to(Millis(venue.now + 20_000))
    return venue


@pytest.mark.parametrize("to", ["54000", "59900", "60100", "66000"])
@pytest.mark.parametrize("family", ["spot", "linear", "inverse"])
def test_a_thin_book_has_two_sides_from_the_moment_of_the_move_on(family: Family, to: str) -> None:
    venue = a_thin_venue(family)
    faults = put_in_force(plan_of(""), venue)
    engine = venue.engines[family]
    (symbol,) = engine.markets
    price = int(Decimal(to) * 10 ** engine.markets[symbol].price_digits)

    order = {"verb": "move_price", "symbol": NAMES[family], "to": to, "when": {"at": 0}}
    assert not faults.fire(rule_of(order), cause="the test").problem
    assert engine.last(symbol) == price
    for _ in range(600):
        bids, asks = engine.depth(symbol, 5)
        assert bids
        assert asks
        assert abs(bids[0][0] - price) < price // 50
        assert abs(asks[0][0] - price) < price // 50
        venue.run_to(Millis(venue.now + 100))
    engine.clearing.check()


def test_the_mark_of_a_contract_goes_along_and_other_markets_stay() -> None:
    markets = (
        MarketPlan(pair="BTC/USDT"),
        MarketPlan(pair="BTC/USDT", family="linear"),
    )
    venue = Venue(VenueConfig(markets=markets, seed=5, has_past=False))
    venue.start()
    plan = '[[rule]]\nverb = "move_price"\nsymbol = "usdm:BTCUSDT"\nto = 50000\nwhen = { at = 9 }\n'
    put_in_force(plan_of(plan), venue)
    venue.run_to(Millis(venue.now + 60_000))

    linear, spot = venue.engines["linear"], venue.engines["spot"]
    mark, last = linear.mark("BTCUSDT"), spot.last("BTCUSDT")
    assert mark is not None
    assert last is not None
    assert abs(mark / 10 ** linear.markets["BTCUSDT"].price_digits - 50_000) < 600
    assert last / 10 ** spot.markets["BTCUSDT"].price_digits > 58_000
