"""Who waits for which price: the levels of the last and of the mark price, with their armers."""

from __future__ import annotations

from decimal import Decimal

import attrs

from ...runtime import Millis, Ref
from ..market.candle import Candle
from ..market.money import from_float
from .messages import PriceKind
from .outliers import Guard, Suspicion, Witnesses, suspicion
from .thresholds import Direction, ThresholdId, Thresholds


@attrs.frozen
class Armed:
    """One level that somebody waits for."""

    id: ThresholdId
    kind: PriceKind
    level: Decimal
    to: Ref


class ArmedPrices:
    """Levels of both prices under one row of ids.

    max_age: how old a price may be and still fire, ms. guard: what holds back a last price that is
    far from the one before, until it is confirmed; None: every price fires. Mark prices that are
    far off were held back before (`mark_price`).
    """

    def __init__(self, *, max_age: Millis, guard: Guard | None = None) -> None:
        self._thresholds: dict[PriceKind, Thresholds] = {
            "last": Thresholds(max_age=max_age),
            "mark": Thresholds(max_age=max_age),
        }
        self._guard = guard
        self._price: tuple[Decimal, Millis] | None = None  # the last price that counted
        self._held: Suspicion | None = None
        self._armed: dict[ThresholdId, tuple[Armed, ThresholdId]] = {}  # with the id of its price
        self._ids: dict[tuple[PriceKind, ThresholdId], ThresholdId] = {}
        self._number = 0
        self._max_age = max_age

    def __len__(self) -> int:
        return len(self._armed)

    @property
    def is_watching(self) -> bool:
        """Whether prices matter: somebody waits, or a guard wants to know what the price was."""
        return bool(self._armed) or self._guard is not None

    def arm(
        self, level: Decimal, direction: Direction, kind: PriceKind, *, to: Ref, at: Millis
    ) -> ThresholdId:
        """Wait for a price of `at` or later. Raises BadLevel."""
        inner = self._thresholds[kind].arm(level, direction, at=at)
        self._number += 1
        outer = ThresholdId(self._number)
        self._armed[outer] = Armed(outer, kind, level, to), inner
        self._ids[kind, inner] = outer
        return outer

    def disarm(self, threshold: ThresholdId) -> bool:
        """Wait no more. False: it has fired, or was disarmed before."""
        armed, inner = self._armed.pop(threshold, (None, threshold))
        if armed is None:
            return False
        del self._ids[armed.kind, inner]
        return self._thresholds[armed.kind].disarm(inner)

    def forget(self, to: Ref) -> None:
        """Whoever armed these is gone."""
        for threshold in [each for each, (armed, _) in self._armed.items() if armed.to is to]:
            self.disarm(threshold)

    def cross(
        self, kind: PriceKind, price: Decimal, *, at: Millis, now: Millis
    ) -> tuple[Armed, ...]:
        """What fires at this price, in the order in which it came by."""
        guard = self._guard if kind == "last" else None
        if guard is not None and self._is_held_back(guard, price, at, now):
            return ()
        fired = self._thresholds[kind].cross(price, at=at, now=now)
        return tuple(self._armed.pop(self._ids.pop((kind, each)))[0] for each in fired)

    def _is_held_back(self, guard: Guard, price: Decimal, at: Millis, now: Millis) -> bool:
        if not price.is_finite() or price <= 0 or now - at > self._max_age:
            return False  # it fires nothing in any case
        last, since = self._price or (price, at)
        if now - since <= self._max_age or self._held is not None:
            witnesses = Witnesses(last, (), self._held)
            self._held = suspicion(price, at=at, witnesses=witnesses, guard=guard)
            if self._held is not None:
                return True
        self._price = price, at
        return False


def path_of(candle: Candle) -> tuple[Decimal, ...]:
    """The prices of a candle in the order in which the simulated venue has them.

    >>> [str(price) for price in path_of(Candle(0, 2.0, 3.0, 1.0, 2.5, 1.0))]
    ['2.0', '1.0', '3.0', '2.5']
    """
    ends = (candle.low, candle.high) if candle.close >= candle.open else (candle.high, candle.low)
    return tuple(from_float(price) for price in (candle.open, *ends, candle.close))
