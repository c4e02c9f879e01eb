"""Whatever strikes the venue, in whatever order: its books add up and do not cross."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.matching.values import Family, OrderRequest
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.faults.toml import rule_of
from benthic.scenarios.venue.venue import Venue

from .struck import BOT, MAKER, SYMBOL, a_venue

prices = st.sampled_from(["48000", "49500", "50000", "50500", "52000"])
sides = st.sampled_from(["buy", "sell"])
names = st.sampled_from(["web_1", "web_2", "web_3"])
accounts = st.sampled_from([BOT, MAKER])


def a(verb: str, **more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"verb": st.just(verb), **more})


here = st.just(SYMBOL)
strikes = st.one_of(
    a(
        "manual_order",
        symbol=here,
        side=sides,
        amount=st.sampled_from(["0.1", "1", "3"]),
        price=prices,
        client_id=names,
        account=accounts,
        self_trade=st.sampled_from(["none", "expire_maker", "expire_taker", "decrement"]),
    ),
    a("fill", symbol=here, which=st.sampled_from(["newest", "all"]), account=accounts),
    a("fill", symbol=here, share=st.sampled_from(["0.3", "0.5"]), account=accounts),
    a("venue_cancel", symbol=here, account=accounts),
    a("engine_restart", share=st.sampled_from(["0.5", "1"])),
    a("move_price", symbol=here, to=prices),
    a("deposit", asset=st.just("USDT"), amount=st.just("1000"), account=accounts),
    a("withdraw", asset=st.just("USDT"), amount=st.just("1000"), account=accounts),
    a("set_mark", symbol=here, mark=prices),
    a("fund", symbol=here, rate=st.sampled_from(["0.0001", "-0.001"])),
    a("liquidate", symbol=here, account=accounts),
    a("adl", symbol=here, account=accounts),
    a("set_fees", maker=st.just("-0.0001"), taker=st.just("0.0004"), account=accounts),
    a("halt", symbol=here),
    a("resume", symbol=here),
    a("change_filter", symbol=here, min_cost=st.sampled_from(["5", "100"])),
)


def open_market(venue: Venue, family: Family) -> None:
    """A price, and quotes around it."""
    engine = venue.engines[family]
    market = engine.markets[SYMBOL]
    scale = 10**market.price_digits
    if market.contract is not None:
        engine.set_mark(SYMBOL, 50_000 * scale, 50_000 * scale, venue.now)
    for account, price in ((MAKER, 49_990), (BOT, 50_010)):
        engine.submit(
            OrderRequest(
                account=account,
                symbol=SYMBOL,
                side="buy" if price < 50_000 else "sell",
                kind="limit",
                amount=10**market.amount_digits,
                price=price * scale,
            ),
            venue.now,
        )
    venue.settle()


@given(
    st.lists(strikes, max_size=12), st.sampled_from(["spot", "linear"]), st.integers(0, 2**32 - 1)
)
@settings(max_examples=60)
def test_no_fault_breaks_the_books(tables: list[dict[str, Any]], family: Family, seed: int) -> None:
    venue = a_venue(family)
    open_market(venue, family)
    faults = put_in_force(FaultPlan(seed=seed), venue)
    engine = venue.engines[family]
    for table in tables:
        venue.run_to(venue.agenda.after(1_000, lambda: None).moment)
        faults.fire(rule_of({**table, "when": {"at": 0}}), cause="the test")

        engine.clearing.check()
        bid, ask = engine.best(SYMBOL)
        assert bid is None or ask is None or bid < ask
    assert faults.log.total == len(tables)
