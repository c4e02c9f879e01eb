"""A stream of order book diffs for the benchmark of feeds: comes again from its seed.

The middle walks, levels near it change most, about four in ten changes take a level away, and what
the middle walks over is taken away as well, as on a venue.
"""

from __future__ import annotations

from random import Random
from typing import Final

import msgspec

LEVELS: Final = 1_000  # of each side, in the beginning
MIDDLE: Final = 2_000_000  # ticks of 0.01
CHANGES: Final = 20  # of a diff
REACH: Final = 120  # ticks from the best price, on average


class Depth(msgspec.Struct, frozen=True, gc=False):
    """A snapshot or a diff, with the text of a venue."""

    first: int
    last: int
    bids: list[tuple[str, str]]
    asks: list[tuple[str, str]]


class DepthStream(msgspec.Struct, frozen=True):
    """A snapshot, and the diffs that follow it."""

    snapshot: Depth
    diffs: list[Depth]

    @property
    def changes(self) -> int:
        """Levels that the diffs name."""
        return sum(len(diff.bids) + len(diff.asks) for diff in self.diffs)


def depth_stream(diffs: int, *, seed: int = 1) -> DepthStream:
    """A stream of so many diffs."""
    chance = Random(seed)  # noqa: S311 - a stream is no secret
    middle, last = MIDDLE, 1_000
    bids = [(_price(middle - 1 - n), _amount(chance)) for n in range(LEVELS)]
    asks = [(_price(middle + 1 + n), _amount(chance)) for n in range(LEVELS)]
    snapshot = Depth(last, last, bids, asks)
    told: list[Depth] = []
    for _ in range(diffs):
        step = chance.choice((-2, -1, 0, 0, 0, 1, 2))
        walked = range(min(middle, middle + step), max(middle, middle + step) + 1) if step else ()
        middle += step
        bids = [_change(chance, middle - 1 - _away(chance)) for _ in range(CHANGES // 2)]
        asks = [_change(chance, middle + 1 + _away(chance)) for _ in range(CHANGES // 2)]
        bids += [(_price(tick), "0.000") for tick in walked]
        asks += [(_price(tick), "0.000") for tick in walked]
        first, last = last + 1, last + len(bids) + len(asks)
        told.append(Depth(first, last, bids, asks))
    return DepthStream(snapshot, told)


def _away(chance: Random) -> int:
    return int(chance.expovariate(1 / REACH))


def _change(chance: Random, tick: int) -> tuple[str, str]:
    return _price(tick), "0.000" if chance.random() < 0.4 else _amount(chance)  # noqa: PLR2004


def _price(tick: int) -> str:
    return f"{tick / 100:.2f}"


def _amount(chance: Random) -> str:
    return f"{chance.random() * 3 + 0.001:.3f}"
