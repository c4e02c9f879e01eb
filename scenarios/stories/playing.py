"""One telling of a story in a world of its own, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from ..invariants import CHECKERS
from ..running.run import Options, run_script
from ..running.script import Script
from ..world import Checker
from .death import Deaths, told
from .story import Story
from .teller import Teller

LIMIT: Final = 20_000.0  # s of virtual time


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. problems: what is not as it should be, a sentence each."""

    story: str
    deaths: str  # as they are written; empty: nobody died
    problems: tuple[str, ...]
    ends: dict[str, str]  # by name
    sends: dict[str, int]  # how often each order came to the exchange, by name
    commits: tuple[int, ...]  # of each bot
    struck: int  # deaths
    in_recovery: int  # of them
    recovered: int  # commits from the last death until all was in order again
    virtual: float  # s

    @property
    def ok(self) -> bool:
        """Whether all is as it should be."""
        return not self.problems


def tell(
    story: Story,
    deaths: Deaths = (),
    *,
    seed: int = 0,
    most: dict[str, int] | None = None,
    checkers: Sequence[Checker] = CHECKERS,
) -> Telling:
    """Tell a story once. most: how often each order may come to the exchange, by name."""
    teller = Teller(story, deaths)
    script = Script(
        name=story.name, file=__file__, story=story.tells, faults=("K1",), play=teller.scenario
    )
    outcome = run_script(
        script, Options(seed=seed, limit=LIMIT), checkers=(*checkers, teller.witness.look)
    )
    problems = [*teller.problems, *map(str, outcome.findings)]
    for name, count in teller.sends.items():
        known = 0 if most is None else most.get(name, 0)
        if most is not None and name in story.steady and count > known:
            problems.append(f"{name} came to the exchange {count} times, not {known}")
    reaper = teller.reaper
    return Telling(
        story=story.name,
        deaths=told(deaths),
        problems=tuple(dict.fromkeys(problems)),
        ends=teller.ends,
        sends=teller.sends,
        commits=tuple(teller.commits),
        struck=reaper.struck,
        in_recovery=reaper.in_recovery,
        recovered=reaper.recovered or 0,
        virtual=outcome.virtual,
    )
