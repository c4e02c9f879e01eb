"""Candles from trades and from lower frames, against the plainest way to reckon them (D3, M8)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.feeds.aggregation import LONGEST, CandleBuilder, Empty
from benthic.actors.feeds.closed_candles import CandleClosed, CandleRevised
from benthic.actors.feeds.higher_frames import (
    Built,
    FrameBuilder,
    FramesDoNotFit,
    Incomplete,
    combined,
    disagreement,
    sum_of_volumes,
)
from benthic.actors.market.candle import Candle, fault_of
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.runtime import Millis

START = 1_700_000_040_000  # on the grid of minutes
MINUTE = 60_000
ONE = TimeFrame(1, "m")


def trade(at: int, price: str = "10", amount: str = "1", number: str = "") -> Trade:
    return Trade(number, "A/B", "buy", Decimal(price), Decimal(amount), Millis(at))


def candle_of(trades: Sequence[Trade], at: int) -> Candle:
    """As one would reckon it by hand."""
    ordered = sorted(trades, key=lambda each: each.at)
    prices = [each.price for each in ordered]
    volume = sum(Fraction(each.amount) for each in ordered)
    return Candle(
        Millis(at),
        float(prices[0]),
        float(max(prices)),
        float(min(prices)),
        float(prices[-1]),
        float(volume),
    )


def reckoned(trades: Sequence[Trade], empty: Empty) -> list[Candle]:
    """All candles but the one that still forms."""
    first, last = trades[0].at // MINUTE, trades[-1].at // MINUTE
    candles: list[Candle] = []
    for minute in range(first, last):
        within = [each for each in trades if each.at // MINUTE == minute]
        if within:
            candles.append(candle_of(within, minute * MINUTE))
        elif empty == "flat":
            close = candles[-1].close
            candles.append(Candle(Millis(minute * MINUTE), close, close, close, close, 0.0))
    return candles


@st.composite
def some_trades(draw: st.DrawFn) -> list[Trade]:
    """In order of time, some in one millisecond, some minutes apart."""
    at, trades = START, list[Trade]()
    for _ in range(draw(st.integers(1, 40))):
        at += draw(st.sampled_from((0, 1, 900, 20_000, 59_999, 60_000, 400_000)))
        price = Decimal(draw(st.integers(1, 10**9))).scaleb(-4)
        amount = Decimal(draw(st.integers(1, 10**12))).scaleb(-draw(st.integers(0, 8)))
        trades.append(trade(at, str(price), str(amount)))
    return trades


@given(some_trades(), st.sampled_from(["flat", "skip"]))
def test_candles_of_trades_are_those_that_one_reckons_by_hand(
    trades: list[Trade], empty: Empty
) -> None:
    builder = CandleBuilder(ONE, empty=empty)
    events = [event for each in trades for event in builder.add(each)]

    assert [event.candle for event in events if isinstance(event, CandleClosed)] == reckoned(
        trades, empty
    )
    assert len({event.candle.at for event in events if isinstance(event, CandleClosed)}) == len(
        events
    )
    within = [each for each in trades if each.at // MINUTE == trades[-1].at // MINUTE]
    assert builder.forming == candle_of(within, within[0].at // MINUTE * MINUTE)


@given(some_trades(), st.randoms(use_true_random=False))
def test_a_volume_has_the_same_digits_in_whichever_order_trades_come(
    trades: list[Trade], chance: Random
) -> None:
    at_once = [trade(START, str(each.price), str(each.amount)) for each in trades]
    mixed = list(at_once)
    chance.shuffle(mixed)
    volumes: list[float] = []
    for order in (at_once, mixed):
        builder = CandleBuilder(ONE)
        for each in order:
            builder.add(each)
        (closed,) = builder.close_until(Millis(START + MINUTE))
        volumes.append(closed.candle.volume)

    assert volumes[0] == volumes[1]


def test_a_candle_closes_when_the_clock_says_so_and_not_before() -> None:
    builder = CandleBuilder(ONE)
    builder.add(trade(START + 5))

    assert builder.close_until(Millis(START + MINUTE - 1)) == ()
    assert len(builder.close_until(Millis(START + MINUTE))) == 1
    assert builder.close_until(Millis(START + MINUTE)) == ()


def test_a_late_trade_revises_a_closed_candle_as_an_event_and_the_closed_one_stands() -> None:
    builder = CandleBuilder(ONE)
    builder.add(trade(START + 5, "10", "1"))
    (closed,) = builder.add(trade(START + MINUTE))
    assert isinstance(closed, CandleClosed)
    before = closed.candle

    (revised,) = builder.add(trade(START + 1, "8", "2"))

    assert revised == CandleRevised(before, Candle(Millis(START), 8.0, 10.0, 8.0, 10.0, 3.0))
    assert before == Candle(Millis(START), 10.0, 10.0, 10.0, 10.0, 1.0)


def test_a_late_trade_in_a_flat_stretch_makes_it_a_candle_of_that_trade() -> None:
    builder = CandleBuilder(ONE)
    builder.add(trade(START, "10"))
    builder.add(trade(START + 2 * MINUTE, "10"))

    (revised,) = builder.add(trade(START + MINUTE + 1, "7", "2"))

    assert isinstance(revised, CandleRevised)
    assert revised.now == Candle(Millis(START + MINUTE), 7.0, 7.0, 7.0, 7.0, 2.0)


def test_a_trade_that_is_too_late_known_or_bad_is_counted_and_changes_nothing() -> None:
    builder = CandleBuilder(ONE, revisable=1)
    for minute in range(4):
        builder.add(trade(START + minute * MINUTE, number=str(minute)))
    before = builder.forming

    assert builder.add(trade(START, number="9")) == ()
    assert builder.add(trade(START + 3 * MINUTE, "99", number="3")) == ()
    for price, amount in (("NaN", "1"), ("0", "1"), ("-1", "1"), ("1", "0"), ("1", "Infinity")):
        assert builder.add(trade(START + 3 * MINUTE, price, amount)) == ()

    counts = builder.counts
    assert (counts.taken, counts.late, counts.repeated, counts.bad) == (4, 1, 1, 5)
    assert builder.forming == before


def test_an_outage_is_not_filled_with_flat_candles_without_end() -> None:
    builder = CandleBuilder(ONE)
    builder.add(trade(START))

    closed = builder.add(trade(START + 1_000_000 * MINUTE))

    assert len(closed) == LONGEST
    assert builder.forming is not None
    assert builder.forming.at == START + 1_000_000 * MINUTE


def minutes(count: int, chance: Random, start: int = START // 300_000 * 300_000) -> list[Candle]:
    candles: list[Candle] = []
    for number in range(count):
        low, high = sorted((chance.randint(1, 900), chance.randint(1, 900)))
        volume = chance.randint(0, 10**9) / 10**6
        at = Millis(start + number * MINUTE)
        candles.append(Candle(at, float(low), float(high), float(low), float(high), volume))
    return candles


@settings(max_examples=100)
@given(st.randoms(use_true_random=True), st.sampled_from(["5m", "15m", "1h"]))
def test_only_what_is_complete_closes_and_is_what_one_reckons_by_hand(
    chance: Random, text: str
) -> None:
    higher = TimeFrame.parse(text)
    needed = higher.length // MINUTE
    candles = [each for each in minutes(150, chance) if chance.random() < 0.98]
    builder = FrameBuilder(ONE, higher)
    told = [event for each in candles for event in builder.add(each)]

    groups: dict[int, list[Candle]] = {}
    for each in candles:
        groups.setdefault(higher.open_of(each.at), []).append(each)
    expected: list[Built | Incomplete] = []
    for at, group in groups.items():
        if len(group) == needed:
            expected.append(Built(combined(group, at=Millis(at))))
        else:
            expected.append(Incomplete(Millis(at), len(group), needed - len(group)))
    # The last stretch may not have ended yet.
    assert told in (expected, expected[:-1])
    assert all(fault_of(event.candle) is None for event in told if isinstance(event, Built))


@settings(max_examples=30)
@given(st.randoms(use_true_random=True))
def test_hours_by_way_of_five_minutes_are_hours_of_minutes(chance: Random) -> None:
    candles = minutes(240, chance, start=START // 3_600_000 * 3_600_000)
    direct, first = FrameBuilder(ONE, TimeFrame(1, "h")), FrameBuilder(ONE, TimeFrame(5, "m"))
    second = FrameBuilder(TimeFrame(5, "m"), TimeFrame(1, "h"))
    hours = [event for each in candles for event in direct.add(each)]
    by_way = [
        event
        for each in candles
        for five in first.add(each)
        if isinstance(five, Built)
        for event in second.add(five.candle)
    ]

    assert len(hours) == 4
    assert hours == by_way


@given(st.lists(st.integers(0, 10**12), max_size=30), st.randoms(use_true_random=False))
def test_a_sum_of_volumes_is_that_of_what_was_written_in_any_order(
    millionths: list[int], chance: Random
) -> None:
    volumes = [float(f"{each / 10**6:.6f}") for each in millionths]
    mixed = list(volumes)
    chance.shuffle(mixed)

    assert sum_of_volumes(volumes) == sum_of_volumes(mixed)
    assert sum_of_volumes(volumes) == float(sum(Decimal(str(each)) for each in volumes))


@pytest.mark.parametrize(
    ("lower", "higher", "fits"),
    [
        ("1m", "5m", True),
        ("2m", "5m", False),
        ("5m", "5m", False),
        ("5m", "1m", False),
        ("4h", "1d", True),
        ("1d", "1w", True),
        ("4h", "1w", True),
        ("2d", "1w", False),
        ("3d", "1w", False),
        ("1w", "2w", True),
        ("1d", "1M", True),
        ("1h", "1M", True),
        ("1w", "1M", False),
        ("2d", "1M", False),
        ("1M", "1M", False),
        ("1w", "14d", False),
    ],
)
def test_frames_that_do_not_add_up_are_refused(lower: str, higher: str, *, fits: bool) -> None:
    if fits:
        FrameBuilder(TimeFrame.parse(lower), TimeFrame.parse(higher))
    else:
        with pytest.raises(FramesDoNotFit, match=f"candles of {lower} do not add up to {higher}"):
            FrameBuilder(TimeFrame.parse(lower), TimeFrame.parse(higher))


def test_a_month_of_days_is_complete_with_as_many_as_it_has() -> None:
    builder = FrameBuilder(TimeFrame(1, "d"), TimeFrame(1, "M"))
    february = 1_706_745_600_000  # of 2024, which has 29 days
    day = 86_400_000
    days = [Candle(Millis(february + n * day), 1.0, 1.0, 1.0, 1.0, 1.0) for n in range(29)]

    told = [event for each in days for event in builder.add(each)]

    assert told == [Built(Candle(Millis(february), 1.0, 1.0, 1.0, 1.0, 29.0))]


def test_a_venue_that_differs_is_told_by_the_fields() -> None:
    ours = Candle(Millis(0), 1.0, 2.0, 1.0, 2.0, 0.3)
    theirs = Candle(Millis(0), 1.0, 2.5, 1.0, 2.0, 0.30000000000000004)

    found = disagreement(ours, theirs)
    assert found is not None
    assert found.fields == ("high", "volume")
    assert disagreement(ours, ours) is None
