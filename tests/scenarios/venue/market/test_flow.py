"""Simulated traders: one seed gives one run, and books, trades and clients are of one piece."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import msgspec
import pytest

from benthic.actors.matching.markets import Market
from benthic.actors.matching.values import LevelChanged
from benthic.scenarios.venue.market import FlowPlan, Mark, Population, Shape, World

from .arena import CLIENT, Arena, inverse, linear, seeded, spot

HOUR = 3_600_000
MARKETS = pytest.mark.parametrize(
    "market", [spot(), linear(), inverse()], ids=["spot", "linear", "inverse"]
)


def transcript(arena: Arena) -> bytes:
    """All that happened, as bytes."""
    return msgspec.json.encode([(type(event).__name__, event) for event in arena.events])


@MARKETS
@pytest.mark.parametrize("shape", get_args(Shape))
def test_the_same_seed_gives_the_same_events(market: Market, shape: Shape) -> None:
    runs = [seeded(market, seed=seed, shape=shape) for seed in (11, 11, 12)]
    for run in runs:
        run.run(HOUR // 6)

    first, second, other = map(transcript, runs)

    assert first == second
    assert first != other


def test_who_listens_and_who_asks_changes_nothing() -> None:
    alone, watched = seeded(), seeded()
    for interval in ("1s", "1m", "1h"):
        watched.data.news.kline(interval).listen(lambda _: None)
    watched.data.news.diff(100).listen(lambda _: None)
    watched.data.news.top.listen(lambda _: None)
    alone.run(HOUR)
    for _ in range(60):
        watched.run(HOUR // 60)
        watched.data.ticker()
        watched.data.klines("1M")

    assert transcript(alone) == transcript(watched)


@MARKETS
@pytest.mark.parametrize("shape", get_args(Shape))
def test_books_never_cross_are_bounded_and_all_money_adds_up(market: Market, shape: Shape) -> None:
    arena = seeded(market, shape=shape)
    for _ in range(90):
        arena.run(60_000)
        bids, asks = arena.engine.depth(arena.symbol, 1_000)
        assert bids[0][0] < asks[0][0]
        assert len(bids) <= FlowPlan().levels
        assert len(asks) <= FlowPlan().levels

    arena.engine.clearing.check()
    assert len(arena.trades) > 500


def test_the_book_that_events_tell_is_never_crossed() -> None:
    arena = seeded(shape="gap", density=2)
    arena.run(4 * HOUR)
    bids: dict[int, int] = {}
    asks: dict[int, int] = {}
    at = 0
    for event in arena.events:
        if isinstance(event, LevelChanged):
            if event.at != at and bids and asks:
                assert max(bids) < min(asks)
            at = event.at
            side = bids if event.side == "buy" else asks
            side.pop(event.price, None)
            if event.amount:
                side[event.price] = event.amount


def test_there_is_a_book_and_a_price_from_the_first_moment() -> None:
    arena = seeded()

    book = arena.data.book(20)

    assert (len(book.bids), len(book.asks)) == (20, 20)
    assert arena.engine.last(arena.symbol) is not None
    assert arena.data.ticker() is not None


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_an_order_that_waits_near_the_price_is_filled_by_the_traders(side: str) -> None:
    arena = seeded()
    bids, asks = arena.engine.depth(arena.symbol, 3)
    price = bids[2][0] if side == "buy" else asks[2][0]
    order = arena.order("buy" if side == "buy" else "sell", 10_000, price)

    arena.run(6 * HOUR)

    assert order.status == "filled"


def test_an_order_above_the_fair_price_is_met_by_the_makers() -> None:
    arena = seeded()
    _, asks = arena.engine.depth(arena.symbol, 1_000)
    order = arena.order("buy", sum(amount for _, amount in asks) + 1_000_000, asks[-1][0])
    rest = order.amount - order.filled

    arena.run(HOUR)

    assert rest > 0
    assert order.status == "filled"


def test_a_large_market_order_walks_the_book_which_comes_back() -> None:
    arena = seeded()
    _, asks = arena.engine.depth(arena.symbol, 15)
    order = arena.order("buy", sum(amount for _, amount in asks))
    after = arena.engine.depth(arena.symbol, 1)[1]

    arena.run(60_000)

    assert order.status == "filled"
    assert order.cost == sum(price * amount for price, amount in asks)
    assert after[0][0] > asks[-1][0]
    bids, asks = arena.engine.depth(arena.symbol, 20)
    assert (len(bids), len(asks)) == (20, 20)


def test_a_gap_triggers_fills_at_the_far_side() -> None:
    arena = seeded(shape="gap")
    arena.run(60_000)
    start = arena.engine.last(arena.symbol) or 0
    arena.run(16 * HOUR)
    trades = arena.trades

    jumps = [later.price / earlier.price - 1 for earlier, later in pairwise(trades)]
    assert max(map(abs, jumps)) > 0.01
    assert start > 0


def test_a_halted_market_stands_still_and_goes_on() -> None:
    arena = seeded()
    arena.run(60_000)
    market = arena.engine.markets[arena.symbol]
    arena.engine.set_market(msgspec.structs.replace(market, state="halted"), arena.agenda.now)
    arena.settle()
    before = len(arena.trades)
    arena.run(60_000)
    halted = len(arena.trades)
    arena.engine.set_market(market, arena.agenda.now)
    arena.run(60_000)

    assert halted == before
    assert len(arena.trades) > halted
    assert arena.data.market == market


def test_quotes_that_an_engine_restart_lost_come_back() -> None:
    arena = seeded()
    arena.run(60_000)
    arena.engine.restart(arena.agenda.now, lambda _: True)
    assert arena.engine.depth(arena.symbol, 5) == ([], [])

    arena.run(60_000)

    bids, asks = arena.engine.depth(arena.symbol, 100)
    assert (len(bids), len(asks)) == (20, 20)


def test_traders_have_accounts_of_their_own_and_a_bounded_number_of_orders() -> None:
    arena = seeded()
    arena.run(HOUR)
    people = Population()

    assert CLIENT not in (*people.maker_accounts, *people.taker_accounts)
    orders = [arena.engine.open_orders(account) for account in people.maker_accounts]
    assert sum(map(len, orders)) == 40
    assert all(orders)


@pytest.mark.parametrize("market", [linear(), inverse()], ids=["linear", "inverse"])
def test_funding_is_settled_every_eight_hours_and_the_mark_follows_the_index(
    market: Market,
) -> None:
    arena = seeded(market, density=0.02)
    marks: list[Mark] = []
    arena.data.news.mark(60_000).listen(marks.append)
    arena.run(65 * HOUR)

    points = arena.data.fundings.last(100)
    assert [point.at - arena.start for point in points] == [8 * HOUR * n for n in range(1, 9)]
    assert all(-2_000_000 <= point.rate <= 2_000_000 for point in points)
    assert len({point.rate for point in points}) > 1
    assert all(abs(mark.mark / mark.index - 1) < 0.005 for mark in marks)
    assert all(
        abs(mark.index / trade - 1) < 0.01 for mark, trade in ((marks[-1], arena.trades[-1].price),)
    )
    assert marks[-1].next_funding - arena.start == 72 * HOUR
    arena.engine.clearing.check()


def test_a_flow_that_stops_takes_its_quotes_back() -> None:
    arena = Arena(spot())
    (flow,) = World(3, arena.start).traders(arena.stage)
    flow.start()
    arena.run(10_000)
    flow.requote()
    assert len(arena.data.book(100).bids) == 20

    flow.stop()
    count = len(arena.events)
    arena.run(HOUR)

    assert arena.data.book(100).bids == []
    assert len(arena.events) == count
