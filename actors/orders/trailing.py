"""Stops that follow the price. Pure: a profile and a price give the next profile and stop.

A stop only ever moves closer to the market, so that a price that goes back changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Protocol

from msgspec.structs import replace

from ...runtime import Millis, UsageError
from ..feeds.thresholds import Direction
from ..market.instrument import Instrument
from ..market.money import EXACT, ZERO, add, multiply, subtract
from ..market.precision import ceil_to_step, floor_to_step
from ..market.side import Side
from . import revising
from .levels import is_reached
from .model import Order
from .plan import (
    NO_PLAN,
    Profile,
    TrailingDistance,
    TrailingOwn,
    TrailingStep,
    TrailingSteps,
)

_ONE: Final = Decimal(1)
_PLACES: Final = Decimal("1E-12")  # to which levels are reckoned; far below any price step


class TrailingRule(Protocol):
    """A user's own way to trail; the desk is given it by the name that `TrailingOwn` bears."""

    def moved(self, state: str, price: Decimal, stop: Decimal | None) -> tuple[str, Decimal | None]:
        """What to remember now, and where the stop goes at this price; None: it stays."""
        ...

    def next_level(self, state: str, stop: Decimal | None) -> tuple[Decimal, Direction] | None:
        """The next price that it wants to hear of; None: none."""
        ...


NO_RULES: Final[Mapping[str, TrailingRule]] = MappingProxyType({})


def steps_for(
    entry: Decimal, take_profits: Sequence[Decimal], direction: Direction
) -> TrailingSteps:
    """Trails to the entry at the first take profit, then each time to the one before.

    direction: of the take profits from the entry. Raises UsageError where one is on the other side,
    or they do not lie one beyond the other.
    """
    previous, steps = entry, list[TrailingStep]()
    for price in (entry, *take_profits):
        if not price.is_finite() or price <= ZERO:
            raise UsageError(f"a trailing profile at {price}: give prices above 0")
    for price in take_profits:
        if price == previous or not is_reached(price, previous, direction):
            raise UsageError(
                f"take profit at {price} after {previous}: each has to lie {direction} the last"
            )
        steps.append(TrailingStep(price, previous))
        previous = price
    return TrailingSteps(tuple(steps), direction)


def fault_of(profile: Profile) -> str:
    """What is wrong with a profile that somebody has written; empty: nothing."""
    if isinstance(profile, TrailingDistance):
        return _fault_of_distance(profile)
    return _fault_of_steps(profile) if isinstance(profile, TrailingSteps) else ""


def _fault_of_steps(profile: TrailingSteps) -> str:
    if not profile.steps:
        return "its trailing profile has no steps"
    for step in profile.steps:
        if not _is_positive(step.price) or not _is_positive(step.stop):
            return f"a trailing step at {step.price} to {step.stop}: above 0, please"
        if is_reached(step.stop, step.price, profile.direction) and step.stop != step.price:
            beyond = f"its stop would lie {profile.direction} that, where it is reached at once"
            return f"a trailing step at {step.price} to {step.stop}: {beyond}"
    prices = [step.price for step in profile.steps]
    if prices != sorted(prices, reverse=profile.direction == "below"):
        return f"its trailing steps must lie one {profile.direction} the other, in order"
    return ""


def _fault_of_distance(profile: TrailingDistance) -> str:
    step = profile.step
    if not _is_positive(profile.distance) or not (step.is_finite() and step >= ZERO):
        return f"it trails by {profile.distance} in steps of {step}: above 0, please"
    if profile.unit == "share" and profile.distance >= _ONE:
        return f"it trails by {profile.distance} of the price: give a share below 1"
    return ""


def _is_positive(number: Decimal) -> bool:
    return number.is_finite() and number > ZERO


def moved(
    profile: Profile,
    price: Decimal,
    side: Side,
    stop: Decimal | None,
    own: Mapping[str, TrailingRule] = NO_RULES,
) -> tuple[Profile, Decimal | None]:
    """The profile after a price, and where the stop goes; None: it stays.

    side: of the stop order. stop: where it is. own: the rules of users, by their names.
    """
    if isinstance(profile, TrailingSteps):
        return _stepped(profile, price)
    if isinstance(profile, TrailingDistance):
        return _followed(profile, price, side, stop)
    rule = own.get(profile.rule)
    if rule is None:
        return profile, None
    state, wanted = rule.moved(profile.state, price, stop)
    return (profile if state == profile.state else replace(profile, state=state)), wanted


def _stepped(profile: TrailingSteps, price: Decimal) -> tuple[TrailingSteps, Decimal | None]:
    """Of several steps that are passed at once, the last one counts."""
    stop: Decimal | None = None
    steps = list[TrailingStep]()
    for step in profile.steps:
        passes = not step.is_reached and is_reached(price, step.price, profile.direction)
        stop = step.stop if passes else stop
        steps.append(replace(step, is_reached=True) if passes else step)
    return (profile, None) if stop is None else (replace(profile, steps=tuple(steps)), stop)


def _followed(
    profile: TrailingDistance, price: Decimal, side: Side, stop: Decimal | None
) -> tuple[TrailingDistance, Decimal | None]:
    best = profile.extreme
    if best is not None and (price <= best if side == "sell" else price >= best):
        return profile, None
    wanted = stop_at(profile, price, side)
    after = replace(profile, extreme=price)
    if wanted <= ZERO:
        return after, None
    if stop is None:
        return after, wanted
    gained = subtract(wanted, stop) if side == "sell" else subtract(stop, wanted)
    least = multiply(stop, profile.step) if profile.unit == "share" else profile.step
    return after, wanted if gained > ZERO and gained >= least else None


def stop_at(profile: TrailingDistance, price: Decimal, side: Side) -> Decimal:
    """Where the stop is once `price` is the best."""
    away = multiply(price, profile.distance) if profile.unit == "share" else profile.distance
    return subtract(price, away) if side == "sell" else add(price, away)


def next_level(
    order: Order, own: Mapping[str, TrailingRule] = NO_RULES
) -> tuple[Decimal, Direction] | None:
    """The next price at which the stop of an order may move; None: it does not trail."""
    profile, stop = (order.plan or NO_PLAN).profile, revising.target(order)[2]
    if isinstance(profile, TrailingSteps):
        ahead = (step.price for step in profile.steps if not step.is_reached)
        price = next(ahead, None)
        return None if price is None else (price, profile.direction)
    if isinstance(profile, TrailingOwn):
        rule = own.get(profile.rule)
        return None if rule is None else rule.next_level(profile.state, stop)
    if profile is None or stop is None:
        return None
    level = stop if profile.extreme is None else _level_for(profile, stop, order.side)
    return level, "above" if order.side == "sell" else "below"


def _level_for(profile: TrailingDistance, stop: Decimal, side: Side) -> Decimal:
    """The price at which the stop would move by its least step."""
    by_share = profile.unit == "share"
    least = multiply(stop, profile.step) if by_share else profile.step
    wanted = add(stop, least) if side == "sell" else subtract(stop, least)
    if not by_share:
        moves = (
            add(wanted, profile.distance) if side == "sell" else subtract(wanted, profile.distance)
        )
    else:
        ratio = subtract(_ONE, profile.distance) if side == "sell" else add(_ONE, profile.distance)
        moves = _divided(wanted, ratio, side)
    best = profile.extreme
    if best is None:
        return moves
    beyond = add(best, _PLACES) if side == "sell" else subtract(best, _PLACES)
    return max(moves, beyond) if side == "sell" else min(moves, beyond)


def _divided(number: Decimal, by: Decimal, side: Side) -> Decimal:
    """A quotient, to the side on which the stop has surely moved by its step."""
    scaled, rest = EXACT.divmod(number, multiply(by, _PLACES))
    return multiply(add(scaled, _ONE) if side == "sell" and rest else scaled, _PLACES)


def trailed(
    order: Order,
    price: Decimal,
    instrument: Instrument,
    at: Millis,
    own: Mapping[str, TrailingRule] = NO_RULES,
) -> Order:
    """The order once its stop has followed a price; a limit stays as far from it as it was."""
    plan = order.plan
    if plan is None or plan.profile is None:
        return order
    _, limit, stop = revising.target(order)
    profile, wanted = moved(plan.profile, price, order.side, stop, own)
    after = order
    if profile is not plan.profile:
        after = replace(order, plan=replace(plan, profile=profile))
    if wanted is None or wanted <= ZERO:
        return after
    to_step = floor_to_step if order.side == "sell" else ceil_to_step
    wanted = to_step(wanted, instrument.price_step)
    if stop is not None and (wanted <= stop if order.side == "sell" else wanted >= stop):
        return after
    if limit is not None and stop is not None:
        limit = max(add(limit, subtract(wanted, stop)), instrument.price_step)
    reason = f"its stop followed the price of {price:f}"
    return revising.edited(after, reason, at, stop=wanted, price=limit)
