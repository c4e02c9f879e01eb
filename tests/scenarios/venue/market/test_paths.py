"""Seeded paths: the same on every look, and each of its shape."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.runtime.chance import stream
from benthic.scenarios.venue.market import MarketPlan, PathPlan, SeededPath, Shape, World

from .arena import START, inverse, linear, spot

DAY = 86_400_000


def a_path(shape: Shape, seed: int = 5, **plan: float) -> SeededPath:
    """A path from 100 at the start."""
    return SeededPath(PathPlan(shape=shape, **plan), 100.0, START, stream(seed, "path"))


def prices(path: SeededPath, hours: float, every: int = 1_000) -> list[float]:
    """The path as seen every so many ms."""
    return [path.price_at(Millis(at)) for at in range(START, START + int(hours * 3_600_000), every)]


@pytest.mark.parametrize("shape", get_args(Shape))
@given(looks=st.lists(st.integers(0, 5_000_000), max_size=20))
def test_a_path_is_the_same_however_often_it_is_looked_at(shape: Shape, looks: list[int]) -> None:
    end = Millis(START + 20_000_000)
    often, once = a_path(shape, every=0.4), a_path(shape, every=0.4)
    at = START
    for look in looks:
        at = Millis(min(at + look, end))
        often.price_at(at)
        often.thickness_at(at)

    assert often.price_at(end) == once.price_at(end)


def test_a_trend_rises_and_a_walk_from_another_seed_goes_elsewhere() -> None:
    up = a_path("trend", volatility=0.01, drift=0.05)
    down = a_path("trend", volatility=0.01, drift=-0.05)
    end = Millis(START + 20 * DAY)

    assert up.price_at(end) > 200
    assert down.price_at(end) < 50
    assert a_path("walk", seed=1).price_at(end) != a_path("walk", seed=2).price_at(end)


def test_a_range_stays_about_its_middle() -> None:
    seen = prices(a_path("range", band=0.02), 24 * 60, every=60_000)

    assert 90 < min(seen) < 98
    assert 102 < max(seen) < 110


def test_a_gap_is_one_step() -> None:
    seen = prices(a_path("gap", volatility=0.001, jump=0.05, every=1), 4)

    steps = [abs(later / earlier - 1) for earlier, later in pairwise(seen)]
    assert 2 <= sum(step > 0.02 for step in steps) <= 8
    assert sorted(steps)[-10] < 0.001


def test_a_flash_crash_falls_in_minutes_comes_back_and_is_thin_meanwhile() -> None:
    path = a_path("flash_crash", volatility=0.001, depth=0.2, recovery=0.9, every=2)
    seen: list[float] = []
    thick: list[float] = []
    for second in range(4 * 3_600):
        at = Millis(START + second * 1_000)
        seen.append(path.price_at(at))
        thick.append(path.thickness_at(at))
    bottom = seen.index(min(seen))

    assert min(seen) == pytest.approx(80, rel=0.03)
    assert max(seen[bottom - 120 : bottom]) > 95
    assert seen[bottom + 1_000] == pytest.approx(98, rel=0.03)
    assert thick[bottom] < 0.2
    assert thick[0] == 1.0


def test_a_thin_book_is_always_thin() -> None:
    assert a_path("thin_book").thickness_at(START) < 0.2


def test_markets_of_one_underlying_share_a_path_and_others_do_not() -> None:
    world = World(7, START)

    assert world.path(spot()) is world.path(linear()) is world.path(inverse())
    assert world.path(spot()) is not world.path(spot("ETH"))


def test_one_more_market_changes_nothing_in_the_others() -> None:
    alone, among = World(7, START), World(7, START)
    among.path(spot("ETH"))
    among.past(spot("ETH"))
    end = Millis(START + DAY)

    assert alone.path(spot()).price_at(end) == among.path(spot()).price_at(end)


def test_the_price_of_a_plan_is_where_a_path_begins() -> None:
    world = World(7, START, lambda _: MarketPlan(price=1_234.5))

    assert world.path(spot()).price_at(START) == 1_234.5
