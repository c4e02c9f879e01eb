"""What can be wrong with a fault plan, or with one order to the control port."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

import msgspec

from ....runtime.errors import UsageError

MOST_NAMES: Final = 40  # that a remedy lists; of more it names the first


class Flaw(msgspec.Struct, frozen=True):
    """One thing that is wrong with a plan: where it stands, what it is, and what to do."""

    place: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}; {self.remedy}"


class BadPlan(UsageError):
    """A fault plan that cannot be carried out; nothing of it was installed."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("\n".join(map(str, flaws)))
        self.flaws = flaws


class PlanUnreadable(UsageError):
    """The file of a fault plan is missing, or the operating system does not hand it out."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: cannot be read ({reason}); name a TOML file")
        self.file = file


class FaultNotFired(UsageError):
    """A state fault found nothing to strike: no such market, account or order on this venue."""

    def __init__(self, verb: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"{verb}: {problem}; {remedy}")
        self.verb = verb
        self.problem = problem
        self.remedy = remedy


class Report:
    """The flaws of a plan, as they are found: whoever wrote it is told of all of them at once."""

    def __init__(self) -> None:
        self.flaws: list[Flaw] = []

    def note(self, place: str, problem: str, *, remedy: str) -> None:
        """One more."""
        self.flaws.append(Flaw(place, problem, remedy))

    def require_none(self) -> None:
        """Raise BadPlan where there is any."""
        if self.flaws:
            raise BadPlan(*self.flaws)


def nearest(word: str, names: Iterable[str]) -> str:
    """What somebody who wrote `word` may have meant, as the remedy of an error."""
    known = sorted(names)
    close = get_close_matches(word, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    more = f" and {len(known) - MOST_NAMES} more" if len(known) > MOST_NAMES else ""
    return f"there are {', '.join(known[:MOST_NAMES]) or 'none'}{more}"
