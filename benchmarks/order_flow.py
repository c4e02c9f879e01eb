"""An order flow to measure matching with: the same orders for every engine, from a seed.

A market whose best bid and ask have more than anybody takes; an account that places orders around
them, cancels most of them, and takes from the market now and then. Nothing of it depends on what an
engine answers.
"""

from __future__ import annotations

from random import Random
from typing import Final, Literal

import msgspec

BID: Final = 2_999_999  # price quanta of 0.01: 29,999.99
ASK: Final = 3_000_001
DEPTH: Final = 9_000_000_000  # amount quanta of 0.00001, at the best prices

_LEAST_OPEN, _MOST_OPEN = 100, 1_000
_PLACES, _CANCELS = 0.50, 0.88  # shares of the steps, cumulated; the rest takes


class Step(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One order, or its end."""

    kind: Literal["place", "cancel", "take"]
    key: int  # of the order
    side: Literal["buy", "sell"]
    amount: int  # amount quanta
    price: int  # price quanta; 0: at market


def order_flow(count: int, *, seed: int = 0) -> list[Step]:
    """So many steps. A cancel names an order that is open."""
    chance = Random(seed)  # noqa: S311 - chance that can be had again
    steps: list[Step] = []
    resting: list[int] = []
    sides: tuple[Literal["buy"], Literal["sell"]] = ("buy", "sell")
    for key in range(1, count + 1):
        side = sides[chance.random() < 1 / 2]
        amount = chance.randint(100, 20_000)
        draw = chance.random()
        if len(resting) < _LEAST_OPEN or (draw < _PLACES and len(resting) < _MOST_OPEN):
            away = chance.randint(1, 500)
            price = BID - away if side == "buy" else ASK + away
            resting.append(key)
            steps.append(Step("place", key, side, amount, price))
        elif draw < _CANCELS:
            key = resting.pop(chance.randrange(len(resting)))  # noqa: PLW2901 - of an older order
            steps.append(Step("cancel", key, side, 0, 0))
        else:
            steps.append(Step("take", key, side, amount, 0))
    return steps


def order_events(steps: list[Step]) -> int:
    """Submits, cancels and fills."""
    return len(steps) + sum(step.kind == "take" for step in steps)
