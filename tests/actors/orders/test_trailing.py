"""Promises of stops that follow the price: never back, and woken only where they move (G4)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.feeds.thresholds import Direction
from benthic.actors.market import Side
from benthic.actors.orders.levels import is_reached
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import (
    Profile,
    TrailingDistance,
    TrailingOwn,
    TrailingStep,
    TrailingSteps,
)
from benthic.actors.orders.trailing import fault_of, moved, next_level, steps_for, trailed
from benthic.runtime import UsageError

from .planned import MARKET, NOW, an_order

SIDES = st.sampled_from(("buy", "sell"))
prices = st.lists(st.integers(5_000, 15_000).map(lambda cents: Decimal(cents) / 100), max_size=25)
distances = st.builds(
    TrailingDistance,
    st.sampled_from(["0.01", "0.05", "0.333"]).map(Decimal),
    st.just("share"),
    st.none(),
    st.sampled_from(["0", "0.001", "0.02"]).map(Decimal),
) | st.builds(
    TrailingDistance,
    st.sampled_from(["0.5", "3", "7.77"]).map(Decimal),
    st.just("absolute"),
    st.none(),
    st.sampled_from(["0", "0.01", "2"]).map(Decimal),
)


def a_stop(side: Side, profile: Profile | None, stop: str | None = None) -> Order:
    level = stop or ("40" if side == "sell" else "200")
    return an_order("stop", "stop_loss", side=side, stop=level, profile=profile)


def stop_of(order: Order) -> Decimal:
    wish = order.wish
    stop = order.plan.stop if wish is None and order.plan is not None else wish and wish.stop
    assert isinstance(stop, Decimal)
    return stop


def naive(side: Side, profile: TrailingDistance, told: list[Decimal], stop: Fraction) -> Fraction:
    """Where the stop is after all prices, in fractions and with a loop."""
    step, best = Fraction(MARKET.price_step), None
    for price in map(Fraction, told):
        if best is not None and (price <= best if side == "sell" else price >= best):
            continue
        best = price
        by_share = profile.unit == "share"
        away = price * Fraction(profile.distance) if by_share else Fraction(profile.distance)
        wanted = price - away if side == "sell" else price + away
        least = stop * Fraction(profile.step) if by_share else Fraction(profile.step)
        gained = wanted - stop if side == "sell" else stop - wanted
        if gained > 0 and gained >= least:
            steps = wanted // step if side == "sell" else -(-wanted // step)
            stop = max(stop, steps * step) if side == "sell" else min(stop, steps * step)
    return stop


@given(side=SIDES, profile=distances, told=prices)
def test_a_distance_is_kept_as_a_plain_loop_would_keep_it(
    side: Side, profile: TrailingDistance, told: list[Decimal]
) -> None:
    order = a_stop(side, profile)
    for number, price in enumerate(told, 1):
        was, order = order, trailed(order, price, MARKET, NOW)

        assert Fraction(stop_of(order)) == naive(
            side, profile, told[:number], Fraction(stop_of(a_stop(side, profile)))
        )
        forward = stop_of(order) - stop_of(was)
        assert forward >= 0 if side == "sell" else forward <= 0


@given(side=SIDES, profile=distances, told=prices)
def test_a_stop_that_is_woken_only_at_its_next_level_is_where_one_is_that_hears_all(
    side: Side, profile: TrailingDistance, told: list[Decimal]
) -> None:
    hearing, woken = a_stop(side, profile), a_stop(side, profile)
    for price in told:
        hearing = trailed(hearing, price, MARKET, NOW)
        level = next_level(woken)
        if level is not None and is_reached(price, *level):
            woken = trailed(woken, price, MARKET, NOW)

        assert stop_of(woken) == stop_of(hearing)


def test_the_next_level_is_the_price_itself_where_it_comes_out_even() -> None:
    profile = TrailingDistance(Decimal("0.1"), "share", Decimal(100), Decimal("0.1"))

    assert next_level(a_stop("sell", profile, "90")) == (Decimal(110), "above")


levels = st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True).map(sorted)


@given(direction=st.sampled_from(("above", "below")), levels=levels, told=prices)
def test_of_several_steps_that_are_passed_at_once_the_last_counts_and_each_once(
    direction: Direction, levels: list[int], told: list[Decimal]
) -> None:
    sign = 1 if direction == "above" else -1
    entry = Decimal(100)
    profile: Any = steps_for(entry, [entry + sign * each for each in levels], direction)
    passed: set[Decimal] = set()
    for price in told:
        profile, stop = moved(profile, price, "sell", None)

        now = {s.price for s in profile.steps if is_reached(price, s.price, direction)} - passed
        passed |= now
        assert {step.price for step in profile.steps if step.is_reached} == passed
        if not now:
            assert stop is None
        else:
            last = max(now, key=lambda each: sign * each)
            assert stop == next(step.stop for step in profile.steps if step.price == last)


def test_the_first_step_trails_to_the_entry_and_each_next_to_the_one_before() -> None:
    profile = steps_for(Decimal(100), [Decimal(110), Decimal(120)], "above")

    assert [f"{step.price} {step.stop}" for step in profile.steps] == ["110 100", "120 110"]


@pytest.mark.parametrize(
    ("entry", "take_profits", "words"),
    [
        ("100", ["110", "90"], "has to lie above the last"),
        ("100", ["110", "110"], "has to lie above the last"),
        ("100", ["-1"], "give prices above 0"),
        ("0", ["110"], "give prices above 0"),
        ("NaN", ["110"], "give prices above 0"),
    ],
)
def test_steps_that_lie_on_both_sides_or_nowhere_are_refused(
    entry: str, take_profits: list[str], words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        steps_for(Decimal(entry), [Decimal(each) for each in take_profits], "above")


def a_distance(
    distance: str, unit: Literal["share", "absolute"] = "share", step: str = "0"
) -> TrailingDistance:
    return TrailingDistance(Decimal(distance), unit, None, Decimal(step))


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (a_distance("0"), "above 0, please"),
        (a_distance("-1", "absolute"), "above 0, please"),
        (a_distance("0.1", step="-0.1"), "above 0, please"),
        (a_distance("NaN"), "above 0, please"),
        (a_distance("1"), "give a share below 1"),
        (TrailingSteps((), "above"), "no steps"),
        (TrailingSteps((TrailingStep(Decimal(0), Decimal(1)),), "above"), "above 0, please"),
        (TrailingSteps((TrailingStep(Decimal(10), Decimal(11)),), "above"), "reached at once"),
        (
            TrailingSteps(
                (TrailingStep(Decimal(20), Decimal(1)), TrailingStep(Decimal(10), Decimal(1))),
                "above",
            ),
            "lie one above the other",
        ),
    ],
)
def test_a_profile_that_could_not_trail_is_refused_with_its_reason(
    profile: Profile, words: str
) -> None:
    assert words in fault_of(profile)


def test_a_distance_that_reaches_below_nothing_moves_no_stop() -> None:
    order = a_stop("sell", a_distance("100", "absolute"), "1")

    assert stop_of(trailed(order, Decimal(50), MARKET, NOW)) == 1


def test_a_limit_stays_as_far_from_its_stop_as_it_was() -> None:
    order = an_order(
        "stop", "stop_limit", price="89", stop="90", profile=a_distance("5", "absolute")
    )

    wish = trailed(order, Decimal(110), MARKET, NOW).wish

    assert wish is not None
    assert (wish.stop, wish.price) == (Decimal(105), Decimal(104))


class HalfWay:
    """A rule of a user's: at each new best price the stop goes half of the way to it."""

    def moved(self, state: str, price: Decimal, stop: Decimal | None) -> tuple[str, Decimal | None]:
        best = Decimal(state or 0)
        if price <= best or stop is None:
            return state, None
        return str(price), (price + stop) / 2

    def next_level(self, state: str, stop: Decimal | None) -> tuple[Decimal, Direction] | None:
        return (Decimal(state or 0), "above") if stop is not None else None


def test_a_rule_of_a_users_moves_the_stop_and_says_what_it_waits_for() -> None:
    own, order = {"half_way": HalfWay()}, a_stop("sell", TrailingOwn("half_way"), "90")

    after = trailed(order, Decimal(110), MARKET, NOW, own)

    assert stop_of(after) == 100
    assert next_level(after, own) == (Decimal(110), "above")
    assert trailed(after, Decimal(105), MARKET, NOW, own) is after
    assert trailed(order, Decimal(110), MARKET, NOW) is order  # nobody knows that rule here
