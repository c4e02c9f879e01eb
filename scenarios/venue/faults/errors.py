"""What can be wrong with a fault plan, or with one order to the control port."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ....runtime.errors import UsageError


class BadPlan(UsageError):
    """A fault plan that cannot be carried out; nothing of it was installed."""

    def __init__(self, place: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"{place}: {problem}; {remedy}")
        self.place = place
        self.problem = problem
        self.remedy = remedy


class FaultNotFired(UsageError):
    """A state fault found nothing to strike: no such market, account or order on this venue."""

    def __init__(self, verb: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"{verb}: {problem}; {remedy}")
        self.verb = verb
        self.problem = problem
        self.remedy = remedy


def nearest(word: str, names: Iterable[str]) -> str:
    """What somebody who wrote `word` may have meant, as the remedy of an error."""
    known = sorted(names)
    close = get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
