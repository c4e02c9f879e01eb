"""Which orders meet what, drawn from a seed. Pure: the same seed draws the same, however many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Final

import attrs

from ...actors.market.side import Side
from ...runtime import chance as chances
from .cards import WAYS, Kind, Stream, Then, Way

CODES: Final = tuple(WAYS)
MOST: Final = 4  # orders that are under way at a time
AMOUNTS: Final = range(10, 200)  # ten-thousandths of the base currency
FAR: Final = range(50, 300)  # basis points from the price
NEAR: Final = range(2, 40)
RESTS: Final = 0.4  # how often an order is left alone once it is certain


@attrs.frozen(kw_only=True)
class Trial:
    """One order, and what it is to meet. basis: points from the price, to its worse side."""

    number: int
    code: str
    way: Way
    kind: Kind
    side: Side
    amount: str  # base currency
    basis: int
    then: Then
    rests: bool  # whether it is left alone afterwards, until all are over


@attrs.frozen
class Step:
    """Orders that are placed one right after the other; the next come when these are certain."""

    stream: Stream
    trials: tuple[Trial, ...]


def steps(seed: int, orders: int) -> Iterator[Step]:
    """So many orders: each code comes once before any comes again."""
    chance = chances.stream(seed, "ambiguity")
    numbers, left, deck = count(), orders, list[str]()
    while left:
        if not deck:
            deck = list(CODES)
            chance.shuffle(deck)
        codes = _taken(chance, deck)
        ways = [(code, chance.choice(WAYS[code])) for code in codes]
        stream = chance.choice(_common([way for _, way in ways]))
        trials = [_trial(chance, next(numbers), code, way) for code, way in ways]
        yield Step(stream, tuple(trials[:left]))
        left -= min(left, len(trials))


def _taken(chance: Random, deck: list[str]) -> list[str]:
    """The next code of the deck; where others may stand beside it, some of them too."""
    first = deck.pop()
    if not _stands_beside(first):
        return [first]
    beside = [code for code in deck if _stands_beside(code)][: chance.randrange(MOST)]
    for code in beside:
        deck.remove(code)
    return [first, *beside]


def _stands_beside(code: str) -> bool:
    return all(way.is_of_one_request for way in WAYS[code])


def _common(ways: list[Way]) -> tuple[Stream, ...]:
    """What may become of the stream, for all of them."""
    return tuple(stream for stream in ways[0].streams if all(stream in way.streams for way in ways))


def _trial(chance: Random, number: int, code: str, way: Way) -> Trial:
    kind = chance.choice(way.kinds)
    return Trial(
        number=number,
        code=code,
        way=way,
        kind=kind,
        side=chance.choice(("buy", "sell")),
        amount=f"{chance.choice(AMOUNTS) / 10_000:.4f}",
        basis=chance.choice(FAR if kind == "far" else NEAR),
        then=chance.choice(way.thens),
        rests=chance.random() < RESTS,
    )
