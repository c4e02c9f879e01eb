"""Armed prices against the plainest list of them (G5, M10, M11)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.feeds.thresholds import BadLevel, Thresholds
from benthic.benchmarks.threshold_paths import run_path, run_threshold_paths
from benthic.runtime import Millis

NOW = Millis(1_700_000_000_000)


@settings(max_examples=250)
@given(st.integers(0, 2**32), st.integers(1, 150))
def test_what_fires_when_and_in_which_order_is_what_a_plain_list_says(
    seed: int, steps: int
) -> None:
    assert run_path(seed, steps=steps).violation == ""


def test_a_sweep_counts_its_paths_and_what_fired() -> None:
    report = run_threshold_paths(600, seed=7)

    assert report.ok
    assert report.trials == 600
    assert report.figures["thresholds fired"] > 2_000


def test_a_level_that_fires_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    reached = Thresholds._reached

    def again(self: Thresholds, heap: list[Any], price: Decimal, at: Millis) -> tuple[Any, ...]:
        before = list(heap)
        fired = reached(self, heap, price, at)
        heap[:] = before
        self._armed.update(dict.fromkeys((entry[1] for entry in fired), "above"))
        return fired

    monkeypatch.setattr(Thresholds, "_reached", again)

    assert any(run_path(seed).violation for seed in range(5))


def test_a_level_fires_once_and_a_jump_over_many_fires_them_nearest_first() -> None:
    thresholds = Thresholds()
    arm, cross = thresholds.arm, thresholds.cross
    far, near = arm(Decimal(105), "above", at=NOW), arm(Decimal(102), "above", at=NOW)
    under = arm(Decimal(95), "below", at=NOW)
    assert cross(Decimal(100), at=NOW, now=NOW) == ()

    assert cross(Decimal(110), at=NOW, now=NOW) == (near, far)
    assert cross(Decimal(100), at=NOW, now=NOW) == ()
    assert cross(Decimal(110), at=NOW, now=NOW) == ()
    assert cross(Decimal(95), at=NOW, now=NOW) == (under,)
    assert len(thresholds) == 0


def test_a_tick_of_before_the_arming_fires_nothing() -> None:
    thresholds = Thresholds()
    stop = thresholds.arm(Decimal(90), "below", at=NOW)

    assert thresholds.cross(Decimal(80), at=Millis(NOW - 1), now=NOW) == ()
    assert thresholds.cross(Decimal(90), at=NOW, now=NOW) == (stop,)


def test_stale_future_and_bad_ticks_are_counted_and_fire_nothing() -> None:
    thresholds = Thresholds(max_age=100)
    thresholds.arm(Decimal(90), "below", at=Millis(0))

    assert thresholds.cross(Decimal(80), at=Millis(NOW - 101), now=NOW) == ()
    assert thresholds.cross(Decimal(80), at=Millis(NOW + 2_001), now=NOW) == ()
    assert thresholds.cross(Decimal("NaN"), at=NOW, now=NOW) == ()
    assert thresholds.cross(Decimal(0), at=NOW, now=NOW) == ()
    counts = thresholds.counts
    assert (counts.taken, counts.stale, counts.future, counts.bad) == (0, 1, 1, 2)
    assert not thresholds.is_met(Decimal(90), "below", now=NOW)


def test_levels_that_are_close_beyond_28_digits_are_told_apart() -> None:
    thresholds = Thresholds()
    level = Decimal("100.00000000000000000000000000000000001")
    below = thresholds.arm(level, "below", at=NOW)
    above = thresholds.arm(level, "above", at=NOW)

    assert thresholds.cross(Decimal(100), at=NOW, now=NOW) == (below,)
    assert thresholds.cross(level, at=NOW, now=NOW) == (above,)


def test_what_was_disarmed_leaves_no_trace() -> None:
    thresholds = Thresholds()
    for _ in range(3):
        armed = [thresholds.arm(Decimal(number), "above", at=NOW) for number in range(1, 500)]
        assert all(thresholds.disarm(each) for each in armed)

    assert len(thresholds._above) < 200
    assert thresholds.cross(Decimal(1_000), at=NOW, now=NOW) == ()


@pytest.mark.parametrize("level", ["NaN", "Infinity", "0", "-1"])
def test_a_level_that_is_no_price_is_refused(level: str) -> None:
    with pytest.raises(BadLevel, match="give a finite price above 0"):
        Thresholds().arm(Decimal(level), "above", at=NOW)
