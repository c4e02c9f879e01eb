"""The venue as a whole: what it is made from, how it begins, and that a seed decides all of it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from benthic.actors.matching.markets import ATOM
from benthic.runtime import Millis
from benthic.runtime.errors import UsageError
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import START, MarketPlan, VenueConfig
from benthic.scenarios.venue.usual import usual_market
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.messages import Request, Response

from .spot.trader import LIVELY, Ear, Trader, a_venue, listen

BTC = MarketPlan(pair="BTC/USDT")


def story(seed: int) -> str:
    """All that a listener hears and a trader is answered in a minute."""
    venue = Venue(
        VenueConfig(
            markets=LIVELY,
            accounts=(AccountPlan(name="ann", deposits={"spot": {"USDT": "100000"}}),),
            seed=seed,
        )
    )
    venue.start()
    streams = "btcusdt@trade/btcusdt@depth@100ms/ethusdt@kline_1m/!ticker@arr"
    ear, _ = listen(venue, "/stream", f"streams={streams}")
    trader = Trader(venue)
    told: list[Any] = [trader.key.key]
    for _ in range(6):
        venue.run_to(Millis(venue.now + 10_000))
        told.append(
            trader.ask(
                "POST", "order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.01"
            )
        )
    return json.dumps([told, ear.take()])


def test_the_same_seed_is_the_same_venue_and_another_is_not() -> None:
    assert story(3) == story(3)
    assert story(3) != story(4)


def test_an_hour_of_all_families_adds_up_to_the_last_atom() -> None:
    venue = Venue(
        VenueConfig(
            markets=(
                BTC,
                MarketPlan(pair="ETH/BTC"),
                MarketPlan(pair="BTC/USDT", family="linear"),
                MarketPlan(pair="BTC/USD", family="inverse"),
            ),
            accounts=(AccountPlan(name="ann", deposits={"spot": {"BTC": "1"}}),),
        )
    )
    venue.start()
    venue.run_to(Millis(START + 3_600_000))
    for engine in venue.engines.values():
        engine.clearing.check()
        for symbol in engine.markets:
            bid, ask = engine.best(symbol)
            assert bid is not None
            assert ask is not None
            assert bid < ask

    assert venue.engines["spot"].clearing.free(venue.account("ann"), "BTC") == ATOM


def test_paths_lead_to_their_families_and_nowhere_else() -> None:
    venue = a_venue()

    def status(path: str) -> int:
        return venue.request(Request("GET", path)).status

    assert [status(path) for path in ("/api/v3/ping", "/sapi/v1/system/status")] == [200, 200]
    assert [status(path) for path in ("/fapi/v1/ping", "/", "/api", "/nothing")] == [404] * 4
    ear = Ear(venue)
    for path in ("/usdm/ws", "/spotty/ws", "/ws2", "/spot", "/ws-api/v9", "/"):
        answer = venue.socket(Request("GET", path, "", {}, b"", ear.address), ear)
        assert isinstance(answer, Response)
        assert answer.status == 404


def test_every_account_has_a_key_of_its_own_and_its_deposits() -> None:
    plans = (
        AccountPlan(
            name="poor", deposits={"spot": {"USDT": "0.00000001"}}, maker="-0.0001", taker="0.0004"
        ),
        AccountPlan(name="named", key="K" * 64, secret="s", permissions=frozenset(("read",))),  # noqa: S106
    )
    venue = Venue(
        VenueConfig(markets=(msgspec.structs.replace(BTC, kind="quiet"),), accounts=plans)
    )
    poor, named = Trader(venue, "poor"), Trader(venue, "named")

    assert named.key.key == "K" * 64
    assert poor.ask("GET", "account")["commissionRates"]["maker"] == "-0.00010000"
    assert poor.ask("GET", "account", omitZeroBalances="true")["balances"] == [
        {"asset": "USDT", "free": "0.00000001", "locked": "0.00000000"}
    ]
    assert named.fails("POST", "order", symbol="BTCUSDT")[:2] == (401, -2015)
    assert (
        named.ask("GET", "/sapi/v1/account/apiRestrictions")["enableSpotAndMarginTrading"] is False
    )
    with pytest.raises(UsageError, match="no account 'nobody'; there are poor, named"):
        venue.account("nobody")


def test_fees_in_a_third_asset_and_rebates_reach_the_client() -> None:
    markets = tuple(MarketPlan(pair=pair, kind="quiet") for pair in ("BTC/USDT", "BNB/USDT"))
    funds = {"spot": {"USDT": "100000", "BTC": "2", "BNB": "10"}}
    plans = (
        AccountPlan(name="taker", deposits=funds, fee_asset="BNB"),
        AccountPlan(name="maker", deposits=funds, maker="-0.0001"),
    )
    venue = Venue(VenueConfig(markets=markets, accounts=plans))
    taker, maker = Trader(venue, "taker"), Trader(venue, "maker")
    for symbol, price in (("BNBUSDT", "500"), ("BTCUSDT", "50000")):
        maker.ask(
            "POST", "order", symbol=symbol, side="SELL", type="LIMIT", timeInForce="GTC",
            quantity="0.1", price=price,
        )  # fmt: skip
        taken = taker.ask("POST", "order", symbol=symbol, side="BUY", type="MARKET", quantity="0.1")
    (fill,) = taken["fills"]
    (trade,) = maker.ask("GET", "myTrades", symbol="BTCUSDT")

    # 5,000 USDT at 0.1 % are 5 USDT, a quarter off, at 500 USDT for one BNB.
    assert (fill["commission"], fill["commissionAsset"]) == ("0.00750000", "BNB")
    assert (trade["commission"], trade["commissionAsset"]) == ("-0.50000000", "USDT")
    venue.engines["spot"].clearing.check()


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (VenueConfig(markets=()), "name at least one"),
        (VenueConfig(markets=(BTC, BTC)), "is named twice"),
        (VenueConfig(markets=(MarketPlan(pair="BTCUSDT"),)), "write BASE/QUOTE in capitals"),
        (VenueConfig(markets=(MarketPlan(pair="btc/usdt"),)), "write BASE/QUOTE in capitals"),
        (VenueConfig(markets=(MarketPlan(pair="BTC/USDT", kind="replay"),)), "replays no tape"),
        (VenueConfig(markets=(MarketPlan(pair="BTC/USDT", price="cheap"),)), "is not on its tick"),
        (VenueConfig(markets=(MarketPlan(pair="BTC/USDT", price="0"),)), "is not on its tick"),
        (VenueConfig(markets=(BTC,), accounts=(AccountPlan(name="a"),) * 2), "'a' is named twice"),
        (
            VenueConfig(markets=(BTC,), accounts=(AccountPlan(name="a", maker="1%"),)),
            "write a plain",
        ),
        (
            VenueConfig(
                markets=(BTC,),
                accounts=(AccountPlan(name="a", deposits={"spot": {"BTC": "-1"}}),),
            ),
            "write a plain decimal",
        ),
        (
            VenueConfig(
                markets=(
                    MarketPlan(
                        pair="BTC/USDT", family="linear", rules=usual_market("BTC/USDT", "spot")
                    ),
                )
            ),
            "make them the same",
        ),
    ],
)
def test_a_venue_that_cannot_be_is_refused_with_a_remedy(config: VenueConfig, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Venue(config)


@pytest.mark.parametrize(
    ("pair", "family", "digits"),
    [
        ("BTC/USDT", "spot", (2, 5)),
        ("ETH/USDT", "spot", (2, 4)),
        ("DOGE/USDT", "spot", (4, 0)),
        ("ETH/BTC", "spot", (5, 4)),
        ("BTC/USDT", "linear", (1, 3)),
        ("BTC/USD", "inverse", (1, 0)),
    ],
)
def test_usual_markets_have_ticks_and_steps_that_suit_their_price(
    pair: str, family: Any, digits: tuple[int, int]
) -> None:
    market = usual_market(pair, family)

    assert (market.price_digits, market.amount_digits) == digits
    if market.contract is not None:
        brackets = market.contract.brackets
        for before, after in pairwise(brackets):
            floor = before.up_to * ATOM
            at = [floor * each.maintenance // 10**8 - each.deduction for each in (before, after)]
            assert at[0] == at[1], "maintenance margin jumps between two brackets"


def test_spot_and_contracts_of_one_coin_stay_close() -> None:
    plans = (
        MarketPlan(pair="BTC/USDT"),
        MarketPlan(pair="BTC/USDT", family="linear"),
        MarketPlan(pair="BTC/USD", family="inverse"),
    )
    venue = Venue(VenueConfig(markets=plans, accounts=(), seed=3))
    venue.start()
    venue.run_to(Millis(venue.now + 4 * 3_600_000))
    worths = []
    for engine in venue.engines.values():
        for symbol, market in engine.markets.items():
            last = engine.last(symbol)
            assert last is not None
            worths.append(last / 10**market.price_digits)

    assert len(worths) == 3
    assert max(worths) < 1.005 * min(worths)
