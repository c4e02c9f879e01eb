"""Market data under random orders of clients, held against a naive reckoning over the events."""

from __future__ import annotations

from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.market.side import Side
from benthic.actors.matching.refusals import Refused
from benthic.scenarios.venue.market import AggTrade, Diff, frame_of

from .arena import Arena, spot

MINUTE = 60_000
DAY = 86_400_000
LOW = 5_999_000

sides: st.SearchStrategy[Side] = st.sampled_from(["buy", "sell"])
orders = st.tuples(
    sides,
    st.integers(100, 50_000),
    st.none() | st.integers(LOW, LOW + 30),
    st.sampled_from([0, 0, 1, 700, 60_000, 9_000_000]),
)


def traded(rows: list[tuple[Side, int, int | None, int]]) -> tuple[Arena, list[Diff]]:
    """An arena in which these orders came, each after a delay; and the diffs of its book."""
    arena = Arena(spot())
    diffs: list[Diff] = []
    arena.data.news.diff(100).listen(diffs.append)
    for side, amount, price, delay in rows:
        arena.run(delay)
        try:
            arena.order(side, amount, price)
        except Refused:
            arena.settle()
    return arena, diffs


@settings(max_examples=60)
@given(rows=st.lists(orders, min_size=1, max_size=40))
def test_the_ticker_of_random_orders_is_reckoned_over_their_trades(
    rows: list[tuple[Side, int, int | None, int]],
) -> None:
    arena, _ = traded(rows)
    begin = -(-(arena.agenda.now - DAY) // MINUTE) * MINUTE
    inside = [trade for trade in arena.trades if trade.at >= begin]

    ticker = arena.data.ticker()

    if not arena.trades:
        assert ticker is None
        return
    assert ticker is not None
    assert ticker.last == arena.trades[-1].price
    assert ticker.volume == sum(trade.amount for trade in inside)
    assert ticker.turnover == sum(trade.amount * trade.price for trade in inside)
    assert ticker.high == max([trade.price for trade in inside] or [ticker.last])
    assert ticker.low == min([trade.price for trade in inside] or [ticker.last])


@settings(max_examples=60)
@given(rows=st.lists(orders, min_size=1, max_size=40))
def test_diffs_of_random_orders_give_the_book_of_the_engine(
    rows: list[tuple[Side, int, int | None, int]],
) -> None:
    arena, diffs = traded(rows)
    arena.run(100)
    bids: dict[int, int] = {}
    asks: dict[int, int] = {}
    for diff in diffs:
        bids.update(diff.bids)
        asks.update(diff.asks)

    book = arena.data.book(1_000)

    assert sorted(level for level in bids.items() if level[1]) == sorted(book.bids)
    assert sorted(level for level in asks.items() if level[1]) == sorted(book.asks)
    assert (diffs[-1].last_id if diffs else 0) == book.update_id


@settings(max_examples=60)
@given(rows=st.lists(orders, min_size=1, max_size=40))
def test_aggregates_and_hours_of_random_orders_are_sums_of_their_trades(
    rows: list[tuple[Side, int, int | None, int]],
) -> None:
    arena, _ = traded(rows)
    taken = groupby(
        arena.trades,
        lambda trade: (trade.seller if trade.is_buyer_maker else trade.buyer, trade.price),
    )
    wanted: list[AggTrade] = []
    for number, (_, group) in enumerate(taken, 1):
        each = list(group)
        first, last = each[0], each[-1]
        amount = sum(trade.amount for trade in each)
        wanted.append(
            AggTrade(
                number,
                first.symbol,
                first.price,
                amount,
                first.trade_id,
                last.trade_id,
                first.at,
                first.is_buyer_maker,
            )
        )

    assert arena.data.agg_trades() == wanted
    hours = arena.data.klines("1h", limit=1_000)
    opened = frame_of("1h").open_of
    for bar in hours:
        inside = [trade for trade in arena.trades if opened(trade.at) == bar.open_time]
        assert bar.volume == sum(trade.amount for trade in inside)
        assert bar.trades == len(inside)
