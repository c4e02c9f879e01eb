"""What a slow subscriber hears: in order, the newest of what supersedes, no more than its bound."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.messages import StreamChanged, TickerReported, TradesReported
from benthic.actors.feeds import (
    CandleEnded,
    CandleMoved,
    Follow,
    GetSubscriptions,
    Subscribe,
    SubscriptionCounts,
    TickerChanged,
    TradesHeard,
    Unsubscribe,
)
from benthic.actors.feeds.delivery import Delivery
from benthic.actors.market import Candle, Trade
from benthic.runtime import Actor, Child, Mailbox, Ref, System, Tell, UsageError, on

from .told_feed import START, SYMBOL, Told, a_candle, a_ticker, a_trade, follow_feed

BOTH = Follow(subjects=frozenset({"trades", "ticker"}), trade_ids="consecutive")


class Fence(Tell):
    """Holds a slow reader until it is opened."""


class Reader(Actor):
    """Takes a minute over every fence, and writes down what it reads."""

    def __init__(self, read: list[object]) -> None:
        self._read = read

    @on(Fence)
    async def fence(self, _: Fence) -> None:
        await self.sleep(60_000)

    @on(CandleEnded, CandleMoved, TickerChanged, TradesHeard, Candle)
    def take(self, message: object) -> None:
        self._read.append(message)


def an_event(kind: str, number: int) -> object:
    candle = a_candle(number)
    if kind == "ticker":
        return TickerChanged(a_ticker(number + 1, at=START))
    if kind == "trade":
        return TradesHeard(SYMBOL, (a_trade(number),))
    frame = kind[-2:]
    ended = CandleEnded(SYMBOL, frame, candle)
    return ended if kind.startswith("ended") else CandleMoved(SYMBOL, frame, candle)


KINDS = st.sampled_from(["ticker", "trade", "ended 1m", "ended 5m", "moved 1m", "moved 5m", "take"])


class Nobody(Ref):
    """An address that nothing is told to: a delivery only carries it."""

    __slots__ = ()

    @property
    def path(self) -> str:
        return "nobody"


@given(kinds=st.lists(KINDS, max_size=60), bound=st.integers(1, 5))
def test_what_is_kept_is_what_a_naive_list_would_keep(kinds: list[str], bound: int) -> None:
    events = (CandleEnded, CandleMoved, TickerChanged, TradesHeard)
    delivery = Delivery(Subscribe(Nobody(), events, bound=bound))
    naive: list[object] = []
    told = conflated = dropped = 0
    for number, kind in enumerate(kinds):
        if kind == "take":
            expected = naive.pop(0) if naive else None
            told += expected is not None
            assert delivery.take() == expected
            continue
        event = an_event(kind, number)
        delivery.offer(event)
        if isinstance(event, (TickerChanged, CandleMoved)):
            frame = getattr(event, "frame", "")
            older = [
                each
                for each in naive
                if type(each) is type(event) and getattr(each, "frame", "") == frame
            ]
            conflated += len(older)
            naive = [each for each in naive if each not in older]
        naive.append(event)
        plain = [each for each in naive if isinstance(each, (CandleEnded, TradesHeard))]
        if len(plain) > bound:
            naive.remove(plain[0])
            dropped += 1
        assert delivery.counts == SubscriptionCounts(
            "nobody", "", told, conflated, dropped, len(naive)
        )


def slow(read: list[object], bound: int = 10_000) -> Child:
    return Child("reader", lambda: Reader(read), mailbox=Mailbox(bound))


def reader_of(told: Told) -> Ref:
    system: System = told.system
    return system.lookup("/root/reader")


def test_a_subscriber_that_is_busy_hears_the_newest_ticker_and_every_trade_it_has_room_for() -> (
    None
):
    read = list[object]()

    async def story(told: Told) -> None:
        reader = reader_of(told)
        wanted = Subscribe(reader, (TickerChanged, TradesHeard), bound=3)
        await told.tell(wanted)
        reader.tell(Fence())
        await told.system.settle()
        await told.say(StreamChanged(SYMBOL, "trades", "", "live"))
        for number in range(10):
            await told.say(
                TradesReported(SYMBOL, (a_trade(number),)),
                TickerReported(a_ticker(number + 1, at=START + number)),
            )
        (counts,) = await told.feed.ask(GetSubscriptions())
        assert (counts.told, counts.dropped, counts.waiting) == (3, 5, 4)
        assert counts.conflated == 8
        assert reader.statistics().depth <= 4
        await told.pass_time(62_000)
        (counts,) = await told.feed.ask(GetSubscriptions())
        assert counts.waiting == 0

    follow_feed(story, follow=BOTH, more=[slow(read)])  # M14
    tickers = [event for event in read if isinstance(event, TickerChanged)]
    trades = [event.trades[0].trade_id for event in read if isinstance(event, TradesHeard)]
    assert [int(event.ticker.last or 0) for event in tickers] == [1, 10]
    assert trades == ["0", "1", "7", "8", "9"]


def test_a_subscription_is_filtered_by_frame_and_side_and_ends_when_told_so() -> None:
    read = list[object]()
    sale = Trade("1", SYMBOL, "sell", Decimal(5), Decimal(1), START)

    async def story(told: Told) -> None:
        reader = reader_of(told)
        await told.tell(Subscribe(reader, (TradesHeard,), sides=("sell",), name="sales"))
        await told.say(StreamChanged(SYMBOL, "trades", "", "live"))
        await told.say(TradesReported(SYMBOL, (a_trade(0), sale, a_trade(2))))
        await told.tell(Unsubscribe(reader, "sales"))
        late = Trade("3", SYMBOL, "sell", Decimal(5), Decimal(1), START)
        await told.say(TradesReported(SYMBOL, (late,)))
        assert await told.feed.ask(GetSubscriptions()) == ()

    follow_feed(story, follow=BOTH, more=[slow(read)])
    assert read == [TradesHeard(SYMBOL, (sale,))]


def test_a_subscriber_that_is_gone_is_forgotten() -> None:
    async def story(told: Told) -> None:
        reader = reader_of(told)
        await told.tell(Subscribe(reader, (TickerChanged,)))
        reader.stop()
        await told.system.settle()
        await told.say(TickerReported(a_ticker(5, at=START)))
        assert await told.feed.ask(GetSubscriptions()) == ()

    follow_feed(story, follow=BOTH, more=[slow([])])


def test_a_mailbox_that_is_smaller_than_the_bound_is_never_overrun() -> None:
    read = list[object]()

    async def story(told: Told) -> None:
        reader = reader_of(told)
        await told.tell(Subscribe(reader, (TradesHeard,), bound=100))
        reader.tell(Fence())
        await told.system.settle()
        await told.say(StreamChanged(SYMBOL, "trades", "", "live"))
        for number in range(20):
            await told.say(TradesReported(SYMBOL, (a_trade(number),)))
        await told.pass_time(62_000)

    follow_feed(story, follow=BOTH, more=[slow(read, bound=2)])
    assert len(read) == 20


def test_a_subscription_needs_a_bound() -> None:
    with pytest.raises(UsageError, match="bound 0: give 1 or more"):
        Subscribe(Nobody(), (TickerChanged,), bound=0)


@pytest.mark.parametrize(
    "wish",
    [
        {"events": ()},
        {"events": (int,)},
        {"events": (CandleEnded,), "bound": 0},
        {"events": (TradesHeard,), "sides": ("up",)},
    ],
)
def test_a_subscription_to_what_cannot_be_fails_where_it_is_made(wish: dict[str, Any]) -> None:
    async def story(told: Told) -> None:
        with pytest.raises(UsageError, match="give"):
            Subscribe(told.listener, **wish)

    follow_feed(story)
