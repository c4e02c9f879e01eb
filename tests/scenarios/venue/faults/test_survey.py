"""What a plan names must be on the venue: markets, accounts, assets, paths and streams."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from benthic.runtime import Millis
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.errors import BadPlan
from benthic.scenarios.venue.faults.state import inspector_of
from benthic.scenarios.venue.faults.toml import plan_of, rule_of
from benthic.scenarios.venue.offer import USER, Heard
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.messages import Request, Session
from benthic.scenarios.venue.wire.strikes import NoFaults, Push

from ..spot.trader import Ear

Rule = dict[str, Any]


@pytest.fixture(scope="module")
def venue() -> Venue:
    """One pair in each family, two clients."""
    markets = (
        MarketPlan(pair="BTC/USDT"),
        MarketPlan(pair="ETH/USDT"),
        MarketPlan(pair="BTC/USDT", family="linear"),
        MarketPlan(pair="BTC/USD", family="inverse"),
    )
    accounts = tuple(AccountPlan(name=name) for name in ("ann", "bob"))
    return Venue(VenueConfig(markets=markets, accounts=accounts, has_past=False))


def a_busy_venue() -> Venue:
    """A market of each family, with traders, that has begun."""
    markets = (
        MarketPlan(pair="BTC/USDT"),
        MarketPlan(pair="BTC/USDT", family="linear"),
        MarketPlan(pair="BTC/USD", family="inverse"),
    )
    venue = Venue(VenueConfig(markets=markets, has_past=False))
    venue.start()
    return venue


def at(verb: str, **more: Any) -> Rule:
    return {"verb": verb, "when": {"at": "1s"}, **more}


def on(**when: Any) -> Rule:
    is_push = "stream" in when or "event" in when
    return {"verb": "drop" if is_push else "drop_request", "when": when}


GOOD = (
    on(path="/api/v3/order", method="delete", symbol="btcusdt", account=2),
    on(path="/sapi/v1/account/apiRestrictions"),
    on(path="/fapi/*"),
    on(path="*order"),
    on(path="/dapi/v1/klines", symbol="BTCUSD_PERP"),
    on(path="/dapi/v1/markPriceKlines*"),
    on(path="/dapi/*", symbol="BTCUSD"),
    on(method="PUT"),
    on(path="/ws/btcusdt@trade", method="GET"),
    on(path="/ws*"),
    on(path="/usdm/stream"),
    on(path="/usdm/private/ws/*"),
    on(path="/ws-api/v3"),
    on(stream="*@depth*", symbol="BTCUSDT"),
    on(stream="btcusdt@depth20@100ms"),
    on(stream="!ticker@arr"),
    on(stream="btcusd_perp@kline_1m"),
    on(stream="btcusd@indexPrice@1s"),
    on(stream="btcusdt_perpetual@continuousKline_4h"),
    on(stream="user", event="executionReport", symbol="ETHUSDT"),
    on(event="ORDER_TRADE_UPDATE"),
    at("halt", symbol="usdm:BTCUSDT"),
    at("set_mark", symbol="BTCUSDT", mark="60000.1"),
    at("fund", symbol="BTCUSD_PERP", rate="-0.0001"),
    at("deposit", asset="ETH", amount="0.00000001", account=2),
    at("engine_restart"),
    at("set_fees", maker="0", taker="0.001", fee_asset="BTC"),
)

BAD = (
    (on(path="/api/v3/ordre"), "when.path: the venue has no '/api/v3/ordre'; did you mean"),
    (on(path="/fapi/v9*"), "when.path: the venue has no '/fapi/v9*'; did you mean /fapi/v1"),
    (on(path="/x"), "when.path: the venue has no '/x'; see docs/venue.md for its endpoints"),
    (on(path="/wss/btcusdt@trade"), "when.path: the venue has no '/wss/btcusdt@trade'"),
    (on(path="/api/v3/depth", method="POST"), "when.method: /api/v3/depth takes no POST"),
    (on(path="/ws*", method="POST"), "when.method: /ws* takes no POST; there is GET"),
    (on(path="/api/v3/*", account=3), "when.account: there is no account 3; there are 1, 2"),
    (on(path="/api/v3/*", symbol="BTCUSDX"), "when.symbol: there is no market 'BTCUSDX'; did you"),
    (on(path="/fapi/*", symbol="usdm:BTCUSDT"), "when.symbol: no request or push says a family"),
    (on(stream="btcusdt@trades"), "when.stream: the venue has no stream 'btcusdt@trades'; did you"),
    (on(stream="BTCUSDT@trade"), "when.stream: the venue has no stream 'BTCUSDT@trade'"),
    (on(stream="ltcusdt@*"), "when.stream: the venue has no stream 'ltcusdt@*'"),
    (on(event="executionReprt"), "when.event: there is no event 'executionReprt'; did you mean"),
    (on(stream="*@trade", event="kline"), "when: no message is of *@trade and kline; leave one"),
    (on(stream="btcusdt@trade", symbol="ETHUSDT"), "when: no message is of btcusdt@trade and ETH"),
    (at("halt", symbol="BTC/USDT"), "symbol: there is no market 'BTC/USDT'; did you mean BTCUSDT?"),
    (at("halt", symbol="usdm:ETHUSDT"), "symbol: there is no market 'ETHUSDT' in usdm"),
    (at("halt", symbol=""), "symbol: names no market; there are BTCUSDT"),
    (at("liquidate", symbol="ETHUSDT"), "symbol: ETHUSDT is no contract; did you mean BTCUSDT?"),
    (at("fill", symbol="BTCUSDT", account=0), "account: there is no account 0; there are 1, 2"),
    (at("engine_restart", account=7), "account: there is no account 7"),
    (at("deposit", asset="btc", amount="1"), "asset: nobody has 'btc'; did you mean BTC?"),
    (at("withdraw", asset="DOGE", amount="1"), "asset: nobody has 'DOGE'; there are BTC, ETH, USD"),
    (at("set_fees", maker=0, taker=0, fee_asset="BNB"), "fee_asset: nobody has 'BNB'"),
    (at("move_price", symbol="BTCUSDT", to="60000.001"), "to: 60000.001 is no multiple of 10^-2"),
    (at("change_filter", symbol="BTCUSDT", step="0.000001"), "step: 0.000001 is no multiple of"),
)


@pytest.mark.parametrize("rule", GOOD, ids=range(len(GOOD)))
def test_what_the_venue_has_can_be_struck(venue: Venue, rule: Rule) -> None:
    assert rule_of(rule, inspector=inspector_of(venue)).verb is not None


@pytest.mark.parametrize(("rule", "words"), BAD, ids=range(len(BAD)))
def test_what_the_venue_has_not_is_refused_at_the_start(
    venue: Venue, rule: Rule, words: str
) -> None:
    with pytest.raises(BadPlan) as told:
        rule_of(rule, inspector=inspector_of(venue))

    (flaw,) = told.value.flaws
    assert str(flaw).startswith(f"rule: {words}")


def test_form_and_targets_are_told_at_once(venue: Venue) -> None:
    text = '[[rule]]\nverb = "halt"\nsymbol = "X"\ntme = 1\nwhen = { path = "/x", nth = -1 }\n'
    with pytest.raises(BadPlan) as told:
        plan_of(text, place="p", inspector=inspector_of(venue))

    assert [flaw.place for flaw in told.value.flaws] == [
        "p: rule 1: when.nth",
        "p: rule 1: tme",
        "p: rule 1: when.path",
        "p: rule 1: symbol",
    ]


class Noting(NoFaults):
    """Strikes nothing, and writes down what was pushed."""

    def __init__(self) -> None:
        self.heard: set[Heard] = set()

    def on_push(
        self, _session: Session, stream: str, kind: str, symbol: str, _text: str
    ) -> Sequence[Push] | None:
        self.heard.add(Heard(stream, kind, symbol))
        return None


def test_all_that_is_pushed_is_offered_and_all_that_is_offered_flows() -> None:
    """A name that is missing could not be struck; one too many would never be met."""
    venue = a_busy_venue()
    noting = Noting()
    for family, hub in venue.hubs.items():
        hub.faults = noting
        listener = hub.open(Request("GET", "/ws"), Ear(venue), "/ws")
        assert listener is not None
        names = {each.stream for each in venue.exchanges[family].offer().heard} - {USER}
        hub.subscribe(listener, sorted(names), None)
    venue.run_to(Millis(venue.now + 65_000))

    offered = set(venue.offer().heard)
    assert noting.heard <= offered
    silent = {each.stream for each in offered} - {each.stream for each in noting.heard} - {USER}
    assert {name.partition("@")[2] for name in silent} <= {"forceOrder", "arr", ""}
