"""Armed prices against the plainest list of them (G5, M10, M11)."""

from decimal import Decimal
from random import Random

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.feeds.thresholds import BadLevel, Direction, ThresholdId, Thresholds
from benthic.runtime import Millis

NOW = Millis(1_700_000_000_000)
MAX_AGE = 500


@attrs.frozen
class Armed:
    number: int
    level: Decimal
    direction: Direction
    at: Millis

    def is_met(self, price: Decimal) -> bool:
        return price >= self.level if self.direction == "above" else price <= self.level


class NaiveThresholds:
    """A list of what is armed, looked through from end to end."""

    def __init__(self) -> None:
        self.armed: list[Armed] = []
        self.price: Decimal | None = None
        self.at = Millis(0)

    def cross(self, price: Decimal, at: Millis, now: Millis) -> list[int]:
        if not (price.is_finite() and price > 0 and now - at <= MAX_AGE and at - now <= 2_000):
            return []
        before = self.price
        if at >= self.at:
            self.price, self.at = price, at
        fired = [each for each in self.armed if each.is_met(price) and each.at <= at]
        self.armed = [each for each in self.armed if each not in fired]

        def way(each: Armed) -> Decimal:
            if before is None or each.is_met(before):
                return Decimal(0)
            return abs(each.level - before)

        return [each.number for each in sorted(fired, key=lambda each: (way(each), each.number))]


def step(chance: Random, ours: Thresholds, naive: NaiveThresholds, now: Millis) -> None:
    what = chance.random()
    at = Millis(now + chance.choice((0, 0, 0, -100, -500, -501, 1_000, 2_001)))
    if what < 0.4:
        level = Decimal(chance.randint(1, 40)) / chance.choice((1, 2))
        direction: Direction = chance.choice(("above", "below"))
        number = ours.arm(level, direction, at=at)
        naive.armed.append(Armed(number, level, direction, at))
    elif what < 0.5:
        number = ThresholdId(chance.randint(1, 60))
        known = [each for each in naive.armed if each.number == number]
        naive.armed = [each for each in naive.armed if each.number != number]
        assert ours.disarm(number) == bool(known)
    else:
        price = Decimal(chance.randint(1, 40)) / chance.choice((1, 2))
        if chance.random() < 0.05:
            price = Decimal(chance.choice(("NaN", "-1", "0", "Infinity", "-Infinity", "-0")))
        assert list(ours.cross(price, at=at, now=now)) == naive.cross(price, at, now)
    assert len(ours) == len(naive.armed)
    probe = Decimal(chance.randint(1, 40))
    fresh = naive.price is not None and now - naive.at <= MAX_AGE
    for direction in ("above", "below"):
        met = fresh and Armed(0, probe, direction, now).is_met(naive.price or probe)
        assert ours.is_met(probe, direction, now=now) == met


@settings(max_examples=250)
@given(st.randoms(use_true_random=True))
def test_what_fires_when_and_in_which_order_is_what_a_plain_list_says(chance: Random) -> None:
    ours, naive = Thresholds(max_age=MAX_AGE), NaiveThresholds()
    now = NOW
    for _ in range(60):
        step(chance, ours, naive, now)
        now = Millis(now + chance.choice((0, 1, 100, 700)))


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
