"""What can be wrong with a scenario; each names the place in its file.

BadScenario            (a UsageError) the file cannot be run as it stands; nothing was started
├─ NoSuchScenario      no file and no script of the library has this name
├─ ScenarioUnreadable  the operating system does not hand the file out
└─ BadFault            it asks for a fault that is not there, or that has nothing to strike
ArtefactUnusable       (a UsageError) a file that no failed run has written, or of another version
ScenarioFailure        it ran, and did not come to what it should
├─ ExpectationFailed   something that it expects did not hold
└─ ActorInjured        (raised in an actor, on purpose) the crash that a scenario asked for
   └─ MemorySpent      (also a MemoryError) the same, as where the host has no memory left
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ..runtime.errors import BenthicError, UsageError


class BadScenario(UsageError):
    """A scenario that cannot be run as it is written. place: file and line."""

    def __init__(self, place: str, problem: str, *, remedy: str) -> None:
        super().__init__(f"{place}: {problem}; {remedy}")
        self.place = place
        self.problem = problem
        self.remedy = remedy


class NoSuchScenario(BadScenario):
    """No file and no script of the library has this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1)
        remedy = f"did you mean {close[0]}?" if close else "see benthic scenario list"
        super().__init__(
            name or "''", "there is no such file, and no such script in the library", remedy=remedy
        )


class ScenarioUnreadable(BadScenario):
    """The file of a scenario is there and cannot be read."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(place, f"cannot be read ({reason})", remedy="name a .py or a .toml file")


class BadFault(BadScenario):
    """A fault that is not there, is written wrongly, or finds nothing to strike."""


class ArtefactUnusable(UsageError):
    """A file that cannot be replayed or shown."""

    def __init__(self, file: str, problem: str) -> None:
        super().__init__(f"{file}: {problem}; give a file that a failed `scenario run` has written")
        self.file = file


class ScenarioFailure(BenthicError):
    """A run that did not come to what it should."""


class ExpectationFailed(ScenarioFailure):
    """Something that a scenario expects did not hold. place: where it says so."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(f"{place}: {words}")
        self.place = place
        self.words = words


class ActorInjured(ScenarioFailure):
    """What an actor raises where a scenario crashes it (H1)."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path} was crashed at {message}, as the scenario says")
        self.path = path
        self.message = message


class MemorySpent(ActorInjured, MemoryError):
    """What an actor raises where a scenario takes its memory away (K9)."""
