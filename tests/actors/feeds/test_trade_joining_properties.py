"""Trades of streams and polls are told once each, in the venue's order, across every hole (D3)."""

from __future__ import annotations

from collections import deque
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.trade_joining import CERTAIN, PATIENCE, CountedTrades, Missed, Step
from benthic.actors.feeds.trade_overlap import OverlappingTrades, TradeJoining, joining
from benthic.actors.market import Trade
from benthic.actors.market.trade import TradeIds
from benthic.runtime import Millis

SYMBOL = "BTC/USDT"
POLLED = 6  # trades of one poll
LAG = 4  # trades that a stream may be behind: a poll reaches further back than that
PAGE = 3  # trades of one answer


def a_trade(number: int) -> Trade:
    return Trade(str(number), SYMBOL, "buy", Decimal(number + 1), Decimal(1), Millis(number * 10))


class World:
    """A venue that trades, a stream that breaks, polls and answers that may be old."""

    def __init__(self, ids: TradeIds) -> None:
        self.joining: TradeJoining = joining(ids)
        self.trades: list[Trade] = []
        self.on_line: deque[Trade] = deque()
        self.is_up = False
        self.is_said = False  # that it is live: with the first thing that it brings
        self.heard: list[Trade] = []
        self.missed: list[Missed] = []

    def trade(self) -> None:
        self.trades.append(a_trade(len(self.trades)))
        if self.is_up:
            self.on_line.append(self.trades[-1])
        if len(self.on_line) > LAG:
            self.deliver()

    def deliver(self) -> None:
        if not self.on_line:
            return
        if not self.is_said:
            self.is_said = True
            self.joining.stream_live()
        count = 1 + len(self.on_line) // 2
        self.take(self.joining.told([self.on_line.popleft() for _ in range(count)]))

    def rise(self) -> None:
        self.is_up = True

    def fall(self) -> None:
        self.is_up = self.is_said = False
        self.on_line.clear()
        self.joining.stream_down()

    def poll(self, old: int = 0) -> None:
        seen = self.trades[: len(self.trades) - old]
        self.take(self.joining.told(seen[-POLLED:]))

    def fetch(self, old: int = 0) -> None:
        since = self.joining.since
        if since is not None:
            seen = self.trades[: len(self.trades) - old]
            answer = [trade for trade in seen if trade.at >= since][:PAGE]
            self.take(self.joining.fetched(answer, limit=PAGE))

    def take(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            if isinstance(step, Missed):
                self.missed.append(step)
            else:
                assert step
                self.heard += step

    def come_to_rest(self) -> None:
        """The stream is up and everything is answered."""
        self.rise()
        for _ in range(4):
            self.trade()
            while self.on_line:
                self.deliver()
            for _ in range(len(self.trades) + PATIENCE):
                self.fetch()


STEPS = st.lists(
    st.one_of(
        st.sampled_from(["trade", "trade", "trade", "deliver", "rise", "fall", "poll", "fetch"]),
        st.tuples(st.sampled_from(["poll", "fetch"]), st.integers(1, 3)),
    ),
    max_size=60,
)


def _numbers_of(missed: Missed) -> tuple[int, int]:
    return missed.after // 10 + 1, missed.until // 10


@pytest.mark.parametrize("ids", ["consecutive", "any"])
@given(steps=STEPS)
def test_whoever_listens_hears_exactly_what_the_venue_traded(
    ids: TradeIds, steps: list[str | tuple[str, int]]
) -> None:
    world = World(ids)
    for step in steps:
        name, *old = (step,) if isinstance(step, str) else step
        getattr(world, name)(*old)
    world.come_to_rest()

    first = int(world.heard[0].trade_id)
    given_up = {each for missed in world.missed for each in range(*_numbers_of(missed))}
    assert world.heard == [
        trade for number, trade in enumerate(world.trades[first:], first) if number not in given_up
    ]
    if not any(isinstance(step, tuple) and step[0] == "fetch" for step in steps):
        assert world.missed == []  # only answers that are old lack any
    assert world.joining.since is None


@pytest.mark.parametrize("ids", ["consecutive", "any"])
def test_a_hole_is_joined_before_anybody_hears_of_what_came_after(ids: TradeIds) -> None:
    stream = joining(ids)
    stream.told([a_trade(0)])
    stream.stream_live()
    assert stream.told([a_trade(4)]) == ()
    assert stream.since == a_trade(0).at
    told = stream.fetched([a_trade(each) for each in range(6)], limit=100)
    assert told == (tuple(a_trade(each) for each in range(1, 6)),)
    assert stream.told([a_trade(5)]) == ()


@pytest.mark.parametrize("ids", ["consecutive", "any"])
def test_what_the_venue_does_not_have_any_more_is_named_and_the_rest_goes_on(
    ids: TradeIds,
) -> None:
    stream = joining(ids)
    stream.told([a_trade(0)])
    stream.stream_live()
    stream.told([a_trade(9)])
    answer = [a_trade(each) for each in range(7, 10)]
    steps: list[Step] = []
    for _ in range(CERTAIN):
        steps += stream.fetched(answer, limit=100)
    missed, *rest = steps
    assert isinstance(missed, Missed)
    assert (missed.after, missed.until) == (a_trade(0).at, a_trade(7).at)
    assert [trade for step in rest if isinstance(step, tuple) for trade in step] == answer
    assert stream.since is None


@pytest.mark.parametrize("ids", ["consecutive", "any"])
def test_a_venue_whose_answers_never_help_holds_nothing_up_forever(ids: TradeIds) -> None:
    stream = joining(ids)
    stream.told([a_trade(0)])
    stream.stream_live()
    stream.told([a_trade(9)])
    steps: list[Step] = []
    for _ in range(PATIENCE):
        steps += stream.fetched([a_trade(0)], limit=100)
    assert [type(step) for step in steps] == [Missed, tuple]
    assert stream.since is None


def test_numbers_that_begin_anew_are_a_stretch_that_was_missed() -> None:
    stream = CountedTrades()
    stream.told([a_trade(1_000)])
    fresh = Trade("1", SYMBOL, "buy", Decimal(5), Decimal(1), Millis(1_000_000))
    missed, told = stream.told([fresh])
    assert isinstance(missed, Missed)
    assert told == (fresh,)


def test_what_is_held_is_bounded() -> None:
    for stream in (CountedTrades(held=10), OverlappingTrades(held=10)):
        stream.told([a_trade(0)])
        stream.stream_live()
        for number in range(5, 40):
            stream.told([a_trade(number)])
        assert stream.overflowed == 25
        steps: list[Step] = []
        for _ in range(3):
            steps += stream.fetched([a_trade(each) for each in range(40)], limit=100)
        assert steps == [tuple(a_trade(each) for each in range(1, 40))]


def test_trades_without_ids_are_told_apart_by_what_they_are() -> None:
    stream = OverlappingTrades()
    one = Trade("", SYMBOL, "buy", Decimal(1), Decimal(1), Millis(1))
    other = Trade("", SYMBOL, "sell", Decimal(1), Decimal(1), Millis(1))
    assert stream.told([one, other]) == ((one, other),)
    assert stream.told([one, other]) == ()
