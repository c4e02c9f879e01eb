"""At which points a story is broken off, and what came of all of them. One process.

A story is told once without a death: so many commits it has, and so each order comes to the
exchange. Then it is told anew for each commit, with a death before it is durable and one after.
What comes back dies once more: before and after a commit of its recovery that is drawn; where it
has nothing to write, as soon as it has read its account.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Final

import attrs
import msgspec

from ...runtime import chance as chances
from ...scenarios.stories import Death, Story, Telling, tell
from ...scenarios.stories.death import PHASES, READ, Deaths

PARTS: Final = 4  # in which a story is swept, so that a long one is no burden


class StoryRun(msgspec.Struct, frozen=True):
    """What a part of a story came to."""

    violations: tuple[str, ...]
    figures: dict[str, float]


@attrs.define
class _Sums:
    """What is counted while a story is told again and again."""

    story: Story
    seed: int
    counts: Counter[str] = attrs.field(factory=Counter[str])
    virtual: float = 0.0
    violations: list[str] = attrs.field(factory=list[str])

    def take(self, telling: Telling) -> Telling:
        """One telling is over."""
        self.counts["tellings"] += 1
        self.counts["deaths"] += telling.struck
        self.counts["in_recovery"] += telling.in_recovery
        self.virtual += telling.virtual
        place = f"{telling.story}, seed {self.seed}"
        at = f" --at {telling.deaths}" if telling.deaths else ""
        for problem in telling.problems:
            self.violations.append(f"{place}{at}: {problem}")
        return telling

    def run(self) -> StoryRun:
        """All of it."""
        name = self.story.name
        figures = {f"{name}/{key}": float(count) for key, count in self.counts.items()}
        figures[f"{name}/violations"] = float(len(self.violations))
        return StoryRun(tuple(self.violations), {**figures, "virtual": self.virtual})


def sweep_part(story: Story, part: int, *, seed: int) -> StoryRun:
    """Every fourth commit of a story, with all that dies there; the first part tells it as well."""
    sums = _Sums(story, seed)
    plain = tell(story, seed=seed)
    if part == 0:
        sums.take(plain)
        sums.counts["commits"] += sum(plain.commits)
    if not plain.ok:  # there is nothing to hold a death against
        return sums.run()
    for death in points_of(plain, part):
        _sweep_point(sums, death, plain)
    return sums.run()


def sweep_deaths(story: Story, deaths: Deaths, *, seed: int) -> StoryRun:
    """One point: with one death in it as a whole, with more this one telling."""
    sums = _Sums(story, seed)
    plain = sums.take(tell(story, seed=seed))
    sums.counts["commits"] += sum(plain.commits)
    if plain.ok and len(deaths) == 1:
        _sweep_point(sums, deaths[0], plain)
    elif plain.ok:
        sums.counts["points"] += 1
        sums.take(tell(story, deaths, seed=seed, most=plain.sends))
    return sums.run()


def points_of(plain: Telling, part: int) -> list[Death]:
    """Where a part of a story is broken off: each commit is of one part."""
    places = [
        (bot, commit)
        for bot, commits in enumerate(plain.commits, 1)
        for commit in range(1, commits + 1)
    ]
    return [Death(commit, phase, bot) for bot, commit in places[part::PARTS] for phase in PHASES]


def _sweep_point(sums: _Sums, death: Death, plain: Telling) -> None:
    """Die there; and again in what comes of it."""
    sums.counts["points"] += 1
    story, seed = sums.story, sums.seed
    first = sums.take(tell(story, (death,), seed=seed, most=plain.sends))
    if not first.ok:
        return
    chance = chances.stream(seed, f"recovery of {story.name} at {death}")
    for again in in_recovery(death, first.recovered, chance):
        sums.take(tell(story, (death, again), seed=seed, most=plain.sends))


def in_recovery(death: Death, commits: int, chance: Random) -> Iterator[Death]:
    """Where it dies again, of so many commits until all is in order.

    >>> from random import Random
    >>> [str(each) for each in in_recovery(Death(7, "after"), 5, Random(1))]
    ['2:before', '2:after']
    >>> [str(each) for each in in_recovery(Death(7, "after"), 0, Random(1))]
    ['0:after']
    """
    if not commits:
        yield Death(READ, "after", death.bot)
        return
    commit = chance.randint(1, commits)
    yield from (Death(commit, phase, death.bot) for phase in PHASES)
