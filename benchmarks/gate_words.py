"""What a gate is told in one random interleaving, and the plainest model of what that means.

Each owner of facts has a script: words in its order, each at a millisecond, some of them about a
moment before. The model keeps every word and looks through all of them for each verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from random import Random
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

import attrs

from ..actors.exchange.gate import (
    AccountStarted,
    BalancesReconciled,
    BalancesUnexplained,
    OrdersOverdue,
    OrdersReconciled,
    Requirement,
    TopicHeld,
    TopicLost,
    requirements,
)
from ..actors.exchange.messages import Line, LineChanged, LineState
from ..actors.market.listing import Family
from ..runtime import Millis

SYMBOLS: Final = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
FRAMES: Final = ("1m", "1h")
AGES: Final[Mapping[str, Millis]] = MappingProxyType(
    {
        "price": Millis(400),
        "candles": Millis(700),
        "candles 1h": Millis(900),
        "funding": Millis(800),
    }
)
BY_DESK: Final = frozenset({"balance", "orders", "trades"})
STORM: Final = 2_000  # ms, in which anything is told
CALM: Final = 2_200  # ms, until when everybody has told that all is well
LATE: Final = 60  # ms that a word may be about before it is told
LOSSES: Final = 0.3  # of all words

Word: TypeAlias = (
    LineChanged
    | AccountStarted
    | OrdersReconciled
    | BalancesReconciled
    | BalancesUnexplained
    | OrdersOverdue
    | TopicHeld
    | TopicLost
)
Script: TypeAlias = tuple[tuple[int, Word], ...]  # of one owner: ms and word, in its order
W = TypeVar("W")


@attrs.frozen
class Play:
    """All that is told in one interleaving."""

    required: tuple[Requirement, ...]
    scripts: Mapping[str, Script]  # by owner
    first: Line  # what the connector answers where it is asked at the start
    answers_at: int  # ms

    @property
    def symbols(self) -> tuple[str, ...]:
        """Those that there are verdicts on."""
        return tuple(dict.fromkeys(each.symbol for each in self.required if each.symbol))


def drawn(seed: int) -> Play:
    """One interleaving."""
    chance = Random(seed)  # noqa: S311 - an interleaving is no secret
    family: Family = chance.choice(("spot", "linear"))
    symbols, frames = SYMBOLS[: chance.randint(1, 3)], FRAMES[: chance.randint(1, 2)]
    required = requirements(family, symbols, frames)
    lines = _lines(chance)
    scripts = {"connector": lines, "desk": _desk(chance, [word.line for _, word in lines])}
    for owner in ("opener", *symbols):
        mine = [each for each in required if each.symbol == (owner if owner in symbols else "")]
        scripts[owner] = _topics(chance, [each for each in mine if each.part not in BY_DESK])
    first = Line("up", Millis(0), count=1)
    return Play(required, scripts, first, chance.choice((0, 5, 500, STORM)))


def _moments(chance: Random, count: int) -> list[int]:
    """When so many words are told: many at a time, some of them."""
    some = [chance.randint(1, STORM) for _ in range(max(1, count // 2))]
    return sorted(chance.choice(some) for _ in range(count))


def _lines(chance: Random) -> tuple[tuple[int, LineChanged], ...]:
    told = list[tuple[int, LineChanged]]()
    count = 1
    for at in _moments(chance, chance.randint(0, 5)):
        count += 1
        state: LineState = chance.choice(("up", "up", "away", "barred"))
        told.append((at, LineChanged(Line(state, Millis(at), "no route", count=count))))
    at = chance.randint(STORM + 1, CALM)
    return (*told, (at, LineChanged(Line("up", Millis(at), count=count + 1))))


def _desk(chance: Random, lines: Sequence[Line]) -> Script:
    told = list[tuple[int, Word]]()
    for at in _moments(chance, chance.randint(0, 16)):
        line = chance.choice([*lines[:-1], Line("up", Millis(0), count=1)])
        kind = chance.choice((OrdersReconciled, BalancesReconciled) * 3 + (None, None, None))
        if kind is not None:
            told.append((at, kind(line)))
        else:
            told.append(
                (
                    at,
                    chance.choice(
                        (
                            AccountStarted(),
                            BalancesUnexplained("1 BTC too much"),
                            OrdersOverdue(chance.randint(0, 2)),
                        )
                    ),
                )
            )
    end: list[Word] = [OrdersReconciled(lines[-1]), BalancesReconciled(lines[-1]), OrdersOverdue(0)]
    chance.shuffle(end)
    moments = sorted(chance.randint(STORM + 1, CALM) for _ in end)
    return (*told, *zip(moments, end, strict=True))


def _topics(chance: Random, mine: Sequence[Requirement]) -> Script:
    told = list[tuple[int, Word]]()
    for at in _moments(chance, chance.randint(0, 8 * len(mine))):
        topic, since = chance.choice(mine), Millis(max(0, at - chance.choice((0, 0, 1, LATE))))
        is_lost = chance.random() < LOSSES
        told.append((at, TopicLost(topic, since, "gone") if is_lost else TopicHeld(topic, since)))
    end = list(mine)
    chance.shuffle(end)
    moments = sorted(chance.randint(STORM + 1, CALM) for _ in end)
    return (
        *told,
        *((at, TopicHeld(each, Millis(at))) for at, each in zip(moments, end, strict=True)),
    )


class Model:
    """Every word that is told, and what follows from it."""

    def __init__(self, play: Play) -> None:
        self._play = play

    def verdicts(self, symbol: str, frame: str, now: int) -> set[bool]:
        """Whether the gate may be open, as far as it may have heard what is told in this ms."""
        return {self._is_open(taken, symbol, frame, now) for taken in self._taken(now)}

    def _taken(self, now: int) -> Iterator[Mapping[str, Sequence[Word]]]:
        """What may have been taken in: all of before, and the first so many of each of now."""
        owners = list(self._play.scripts)
        before = {each: self._told(each, now - 1) for each in owners}
        by_now = {each: self._told(each, now) for each in owners}
        counts = [range(len(before[each]), len(by_now[each]) + 1) for each in owners]
        for chosen in product(*counts):
            yield {each: by_now[each][:upto] for each, upto in zip(owners, chosen, strict=True)}

    def _told(self, owner: str, until: int) -> list[Word]:
        return [word for at, word in self._play.scripts[owner] if at <= until]

    def _is_open(
        self, taken: Mapping[str, Sequence[Word]], symbol: str, frame: str, now: int
    ) -> bool:
        lines = [word.line for word in _all(taken["connector"], LineChanged)]
        if not lines and now >= self._play.answers_at:
            lines = [self._play.first]
        if not lines or lines[-1].state != "up" or not _is_account_well(taken["desk"], lines[-1]):
            return False
        topics = [word for owner, words in taken.items() if owner != "desk" for word in words]
        return all(
            _is_known(topics, each, now)
            for each in self._play.required
            if each.part not in BY_DESK
            and (not symbol or each.symbol in ("", symbol))
            and (not frame or each.frame in ("", frame))
        )


def _all(words: Iterable[Word], kind: type[W]) -> list[W]:
    return [word for word in words if isinstance(word, kind)]


def _is_account_well(words: Sequence[Word], line: Line) -> bool:
    starts = [number for number, word in enumerate(words) if isinstance(word, AccountStarted)]
    since = words[starts[-1] :] if starts else words
    orders, overdue = _all(since, OrdersReconciled), _all(since, OrdersOverdue)
    balances = [
        word for word in since if isinstance(word, (BalancesReconciled, BalancesUnexplained))
    ]
    return (
        bool(orders and balances)
        and orders[-1].line == line
        and isinstance(last := balances[-1], BalancesReconciled)
        and last.line == line
        and not (overdue and overdue[-1].count)
    )


def _is_known(words: Iterable[Word], what: Requirement, now: int) -> bool:
    """Whether the newest word about it is a fact, and that not too old."""
    mine = [
        word
        for word in words
        if isinstance(word, (TopicHeld, TopicLost)) and word.requirement == what
    ]
    mine.sort(key=lambda word: word.at)  # of the same ms as it was told
    if not mine or isinstance(newest := mine[-1], TopicLost):
        return False
    age = AGES.get(f"{what.part} {what.frame}", AGES.get(what.part, Millis(now)))
    return newest.at <= now <= newest.at + age
