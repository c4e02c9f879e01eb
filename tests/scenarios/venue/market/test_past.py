"""The candles before the start: there at once, joined to what trades, and of one piece."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from benthic.actors.exchange.tape import Columns, Tape
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Millis
from benthic.runtime.chance import stream
from benthic.scenarios.venue.market import (
    INTERVALS,
    Bar,
    Course,
    Pace,
    Past,
    drawn_past,
    frame_of,
    past_of,
)

from .arena import START, Arena, inverse, seeded, spot

ODD = START + 3 * 3_600_000 + 17 * 60_000 + 41_250  # within a minute, an hour, a day, a week
PRICE = 6_000_000


def a_past(start: int = ODD, seed: int = 3) -> Past:
    """A past of a lively market."""
    pace = Pace(volume=5_000 * 10**5)
    course = Course(Millis(start), 0.03, stream(seed, "course"))
    return drawn_past(spot(), PRICE, course=course, chance=stream(seed, "past"), pace=pace)


def merged(bars: list[Bar], interval: str) -> dict[int, Bar]:
    """Candles of a longer interval, made of shorter ones."""
    made: dict[int, Bar] = {}
    for bar in bars:
        opened = frame_of(interval).open_of(bar.open_time)
        if opened in made:
            made[opened].merge(bar)
        else:
            made[opened] = bar.copy(opened)
    return made


@pytest.mark.parametrize("interval", [name for name in INTERVALS if name != "1M"])
def test_a_thousand_candles_lie_before_the_start_without_holes(interval: str) -> None:
    bars = a_past().bars(interval)

    frame = frame_of(interval)
    assert len(bars) >= (250 if interval == "1w" else 660 if interval == "3d" else 1_000)
    assert bars[-1].open_time == frame.open_of(Millis(ODD - 1_000))
    assert all(
        frame.close_of(earlier.open_time) == later.open_time for earlier, later in pairwise(bars)
    )


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_candle_of_the_past_is_possible_and_joined_to_its_neighbours(interval: str) -> None:
    bars = a_past().bars(interval)

    assert bars[-1].close == PRICE
    for bar in bars:
        assert 0 < bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high
        assert 0 < bar.buy_volume < bar.volume
        assert 0 < bar.buy_turnover < bar.turnover
    assert all(earlier.close == later.open for earlier, later in pairwise(bars))


@pytest.mark.parametrize(
    ("shorter", "longer"),
    [("1s", "1m"), ("1m", "5m"), ("1m", "1h"), ("15m", "4h"), ("1h", "1d"), ("1d", "1M")],
)
def test_a_longer_candle_is_the_sum_of_the_shorter_ones(shorter: str, longer: str) -> None:
    past = a_past()
    wanted = merged(past.bars(shorter), longer)
    first = min(wanted)

    found = {bar.open_time: bar for bar in past.bars(longer) if bar.open_time > first}

    assert len(found) > 10
    assert found == {opened: bar for opened, bar in wanted.items() if opened > first}


def test_the_past_does_not_depend_on_what_is_asked_first() -> None:
    one, other = a_past(), a_past()
    monthly = one.bars("1M")

    other.bars("1s")
    other.since(Millis(ODD - 5_000_000))

    assert other.bars("1M") == monthly
    assert one.bars("1s") == other.bars("1s")
    assert a_past(seed=4).bars("1s") != one.bars("1s")


def test_the_candle_in_which_the_venue_opened_has_both_parts() -> None:
    arena = seeded(start=ODD, history=1_000)
    arena.run(7_200_000)

    hours = arena.data.klines("1h", limit=4)
    minutes = merged(arena.data.klines("1m", limit=200), "1h")

    assert hours[1].open_time < ODD < hours[2].open_time
    assert {bar.open_time: bar for bar in hours[1:]} == {
        bar.open_time: minutes[bar.open_time] for bar in hours[1:]
    }


def test_the_ticker_of_a_venue_that_just_opened_covers_a_day() -> None:
    arena = seeded(start=ODD, history=1_000)
    arena.run(3_600_000)

    ticker = arena.data.ticker()

    begin = -(-(arena.agenda.now - 86_400_000) // 60_000) * 60_000
    minutes = arena.data.klines("1m", start=begin, limit=2_000)
    assert ticker is not None
    assert ticker.open_time == begin
    assert ticker.open == minutes[0].open
    assert ticker.high == max(bar.high for bar in minutes)
    assert ticker.low == min(bar.low for bar in minutes)
    assert ticker.volume == sum(bar.volume for bar in minutes)
    assert ticker.trades == sum(bar.trades for bar in minutes)


def test_a_past_of_inverse_contracts_has_turnover_in_its_base() -> None:
    pace = Pace(volume=1_000_000)
    course = Course(START, 0.03, stream(1, "course"))
    past = drawn_past(inverse(), 600_000, course=course, chance=stream(1, "past"), pace=pace)

    day = past.bars("1d")[-1]

    # contracts of 100 dollars at about 60,000: their worth in units of 10^-8 of a coin
    assert day.turnover == pytest.approx(day.volume * 100 * 10**8 / 60_000, rel=0.25)


def test_the_candles_of_a_tape_are_the_past_of_a_replay() -> None:
    times = START + 60_000 * np.arange(50)
    price = np.linspace(60_000.0, 60_049.0, 50)
    columns = Columns(times, price, price + 2, price, price + 1, np.ones(50))
    tape = Tape("BTC/USDT", TimeFrame.parse("1m"), columns)
    arena = Arena(spot(), start=START + 30 * 60_000)

    past = past_of(tape, spot(), arena.start)

    assert [bar.open_time for bar in past.bars("1m")] == times[:30].tolist()
    assert past.bars("1m")[-1].close == 6_003_000
    assert [bar.high for bar in past.bars("15m")] == [6_001_600, 6_003_100]
    assert past.bars("1s") == []
