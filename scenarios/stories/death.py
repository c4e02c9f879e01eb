"""Where a process dies in a story, and how that is written for somebody who wants to see it again.

7:before              before the 7th commit of the story is durable
7:before+2:after      the same, and again after the 2nd commit of what came back
7:before+0:after      and again as soon as it has read its account back
2/7:after             the bot of the second market, after its 7th commit
"""

from __future__ import annotations

import re
from typing import Final, Literal

import attrs

from ...runtime import UsageError

Phase = Literal["before", "after"]
PHASES: Final[tuple[Phase, Phase]] = ("before", "after")
READ: Final = 0  # in place of a commit: once it has read its account back
_ONE: Final = re.compile(r"(?:(\d+)/)?(\d+)(?::(before|after))?")


class NoSuchDeath(UsageError):
    """What somebody has written is no place to die at."""

    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is no commit of a story: write 7:before, or 7:before+2:after")
        self.text = text


@attrs.frozen
class Death:
    """One. commit: counted from the story's beginning, or from the death before."""

    commit: int
    phase: Phase
    bot: int = 1  # of which market

    def __str__(self) -> str:
        bot = "" if self.bot == 1 else f"{self.bot}/"
        return f"{bot}{self.commit}:{self.phase}"


Deaths = tuple[Death, ...]
"""One after the other. All but the first are in recovery, of the same bot."""


def told(deaths: Deaths) -> str:
    """How they are written."""
    first, again = deaths[:1], deaths[1:]
    return "+".join([*map(str, first), *(f"{each.commit}:{each.phase}" for each in again)])


def read_deaths(text: str) -> tuple[Deaths, ...]:
    """What somebody has written; of a commit without a phase both. Raises NoSuchDeath."""
    found: tuple[Deaths, ...] = ((),)
    bot = 1
    for number, part in enumerate(text.split("+")):
        match = _ONE.fullmatch(part.strip())
        if match is None or (number and match[1]):  # what recovers is the same one
            raise NoSuchDeath(text)
        commit, bot = int(match[2]), int(match[1] or bot)
        if not bot or (commit == READ and (not number or match[3] == "before")):
            raise NoSuchDeath(text)
        phases: tuple[Phase, ...] = PHASES
        if match[3]:
            phases = ("before",) if match[3] == "before" else ("after",)
        elif commit == READ:
            phases = ("after",)
        found = tuple((*deaths, Death(commit, phase, bot)) for deaths in found for phase in phases)
    return found
