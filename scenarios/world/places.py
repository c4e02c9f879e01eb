"""Where in a script something is said: the frame of whoever called in from outside."""

from __future__ import annotations

import inspect
import linecache
from types import FrameType
from typing import Any, Final

import attrs

from ..errors import BadScenario

_INSIDE: Final = __name__.rpartition(".")[0]
_SCENARIOS: Final = _INSIDE.rpartition(".")[0]
_OURS: Final = (_INSIDE, *(f"{_SCENARIOS}.{each}" for each in ("process", "running", "testing")))

_BELOW: Final = ("outcome", "trio")  # what runs a task of ours: nobody's script called it


@attrs.frozen
class Place:
    """A line of a script."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.file else "a plan or the swarm"

    def wrong(self, problem: str, *, remedy: str) -> BadScenario:
        """The error for what is written there."""
        return BadScenario(str(self), problem, remedy=remedy)


NOWHERE: Final = Place("", 0, "")


def caller() -> Place:
    """The line outside of this package from which it was called."""
    frame: FrameType | None = inspect.currentframe()
    while frame is not None and _is_ours(_module_of(frame)):
        frame = frame.f_back
    is_nobody = frame is None or _module_of(frame).partition(".")[0] in _BELOW
    return NOWHERE if frame is None or is_nobody else place_of(frame)


def place_of(frame: FrameType) -> Place:
    """The line at which a frame is."""
    file, line = frame.f_code.co_filename, frame.f_lineno
    return Place(file, line, linecache.getline(file, line).strip())


def waiting_in(coroutine: Any, file: str) -> Place:
    """The innermost line of `file` at which a coroutine waits."""
    found = NOWHERE
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None)
        if frame is not None and frame.f_code.co_filename == file:
            found = place_of(frame)
        coroutine = getattr(coroutine, "cr_await", None)
    return found


def _module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_ours(module: str) -> bool:
    return any(module == each or module.startswith(f"{each}.") for each in _OURS)
