"""Days of random orders: they hold, they are the same again, and a theft is found."""

from __future__ import annotations

import pytest

from benthic.actors.matching.clearing import SpotClearing
from benthic.actors.matching.values import Order
from benthic.benchmarks.conservation import run_conservation, run_day


@pytest.mark.parametrize("seed", range(3))
def test_a_day_of_random_orders_wins_and_loses_nothing(seed: int) -> None:
    day = run_day(seed, minutes=500)

    assert day.violation == ""
    assert day.steps == 1_500
    assert day.trades > 100
    assert day.liquidations > 0


def test_an_order_that_loses_a_part_is_not_asked_for_its_margin_again() -> None:
    """On this day one did, was refused in the middle of a match, and rested nowhere."""
    assert run_day(46).violation == ""


def test_the_same_day_comes_again() -> None:
    assert run_day(7, minutes=200) == run_day(7, minutes=200)


def test_money_that_vanishes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    release = SpotClearing.release

    def steal(self: SpotClearing, order: Order, market: object) -> None:
        order.held -= order.held > 0
        release(self, order, market)  # type: ignore[arg-type]  # handed through

    monkeypatch.setattr(SpotClearing, "release", steal)

    day = run_day(0, minutes=200)

    assert "BTC" in day.violation or "locked" in day.violation


def test_the_sweep_runs_days_in_processes_of_their_own() -> None:
    report = run_conservation(1, seed=3)

    assert report.ok
    assert (report.trials, report.figures["steps"]) == (1, 3 * 1_440)
