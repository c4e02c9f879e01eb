"""Armed prices against the plainest list of them, over many random paths.

A path arms and disarms levels, and moves a price between them by steps and jumps, with ticks that
are late, stale, of the future or no price at all. What fires, when, and in which order must be what
a list says that is looked through from end to end.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

import attrs
import msgspec

from ..actors.feeds.thresholds import Direction, ThresholdId, Thresholds
from ..runtime import Millis
from .chunks import Chunk, Plan, Report, sweep
from .progress import Watch, unwatched

CHUNK: Final = 500  # paths
STEPS: Final = 60  # of a path
MAX_AGE: Final = 500  # ms
AHEAD: Final = 2_000  # ms
HIGHEST: Final = 40  # price
START: Final = Millis(1_700_000_000_000)
NO_PRICES: Final = ("NaN", "-1", "0", "Infinity", "-Infinity", "-0")


class PathRun(msgspec.Struct, frozen=True):
    """What one path came to."""

    fired: int
    violation: str  # "": none


def run_threshold_paths(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
) -> Report:
    """Run `count` paths, from the one of `seed` on."""
    plan = Plan("thresholds", seed, CHUNK)
    return sweep(plan, count, partial(_chunk, seed), resume=resume, watch=watch, jobs=1)


def _chunk(first: int, number: int, count: int) -> Chunk:
    start = first + number * CHUNK
    runs = {seed: run_path(seed) for seed in range(start, start + count)}
    violations = tuple(
        f"path {seed}: {run.violation}" for seed, run in runs.items() if run.violation
    )
    fired = float(sum(run.fired for run in runs.values()))
    return Chunk(number, count, violations, {"thresholds fired": fired})


@attrs.frozen
class Armed:
    """One level."""

    number: int
    level: Decimal
    direction: Direction
    at: Millis

    def is_met(self, price: Decimal) -> bool:
        """Whether a price is at the level or past it."""
        return price >= self.level if self.direction == "above" else price <= self.level


class PlainThresholds:
    """A list of what is armed, looked through from end to end."""

    def __init__(self) -> None:
        self.armed: list[Armed] = []
        self.price: Decimal | None = None
        self.at = Millis(0)

    def cross(self, price: Decimal, at: Millis, now: Millis) -> list[int]:
        """What fires, nearest first."""
        if not (price.is_finite() and price > 0 and now - at <= MAX_AGE and at - now <= AHEAD):
            return []
        before = self.price
        if at >= self.at:
            self.price, self.at = price, at
        fired = [each for each in self.armed if each.is_met(price) and each.at <= at]
        self.armed = [each for each in self.armed if each not in fired]

        def way(each: Armed) -> tuple[Decimal, int]:
            met = before is None or each.is_met(before)
            return Decimal(0) if met or before is None else abs(each.level - before), each.number

        return [each.number for each in sorted(fired, key=way)]


class Walk:
    """Both kinds of thresholds on one path."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)  # noqa: S311 - a path is no secret
        self.ours = Thresholds(max_age=MAX_AGE)
        self.plain = PlainThresholds()
        self.now = START
        self.fired = 0

    def step(self) -> str:
        """One step; in what the two differ, or nothing."""
        chance = self.chance
        self.now = Millis(self.now + chance.choice((0, 1, 100, 700)))
        at = Millis(self.now + chance.choice((0, 0, 0, -100, -500, -501, 1_000, 2_001)))
        what = chance.choices(("arm", "disarm", "tick"), (4, 1, 5))[0]
        if what == "arm":
            self._arm(at)
        elif what == "disarm":
            number = ThresholdId(chance.randint(1, STEPS // 2))
            left = [each for each in self.plain.armed if each.number != number]
            was_armed, self.plain.armed = len(left) < len(self.plain.armed), left
            if self.ours.disarm(number) != was_armed:
                return f"{number} was armed: {was_armed}"
        else:
            return self._tick(at)
        return ""

    def _arm(self, at: Millis) -> None:
        direction: Direction = self.chance.choice(("above", "below"))
        level = self._price()
        number = self.ours.arm(level, direction, at=at)
        self.plain.armed.append(Armed(number, level, direction, at))

    def _tick(self, at: Millis) -> str:
        price = self._price()
        if self.chance.random() < 0.05:  # noqa: PLR2004
            price = Decimal(self.chance.choice(NO_PRICES))
        fired = list(self.ours.cross(price, at=at, now=self.now))
        wanted = self.plain.cross(price, at, self.now)
        self.fired += len(fired)
        if fired != wanted or len(self.ours) != len(self.plain.armed):
            return f"at {price} fired {fired}, should be {wanted}"
        return self._probe()

    def _probe(self) -> str:
        level, price = self._price(), self.plain.price
        fresh = price is not None and self.now - self.plain.at <= MAX_AGE
        directions: tuple[Direction, ...] = ("above", "below")
        for direction in directions:
            met = price is not None and Armed(0, level, direction, self.now).is_met(price) and fresh
            if self.ours.is_met(level, direction, now=self.now) != met:
                return f"{level} {direction} is met: {met}"
        return ""

    def _price(self) -> Decimal:
        return Decimal(self.chance.randint(1, HIGHEST)) / self.chance.choice((1, 2))


def run_path(seed: int, *, steps: int = STEPS) -> PathRun:
    """One path."""
    walk = Walk(seed)
    for number in range(steps):
        violation = walk.step()
        if violation:
            return PathRun(walk.fired, f"step {number}: {violation}")
    return PathRun(walk.fired, "")
