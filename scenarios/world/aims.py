"""Whom the deeds of a script are meant for: told in the end, where nobody of that name ever was.

A path may be named before its actor is there. One that was not there by the end is a slip: the deed
has struck nobody, and what the script then finds in order says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any, Final

import attrs

from ...runtime.mailbox import SystemMessage
from ...runtime.messages import Ask, Tell
from ...runtime.reports import ChildFailed, RestartDue
from ..errors import BadFault
from .amounts import check_one_of
from .life import Life
from .places import Place, caller

NEAREST: Final = 3  # paths that somebody may have meant


@attrs.frozen
class Aim:
    """A deed that is meant for an actor. words: the deed."""

    path: str
    words: str
    place: Place


class Aims:
    """Those of one bot. lives: of its process."""

    def __init__(self, lives: Sequence[Life]) -> None:
        self._lives = lives
        self._open: list[Aim] = []  # that have not met anybody yet

    def take(self, actor: str, path: str, deed: str) -> str:
        """A deed is meant for the actor at this path; the path.

        A part that has a name of its own, such as "desk", may not be there yet, and is no slip.
        """
        if actor.startswith("/") and path not in self._there():
            self._open.append(Aim(path, f"{deed} {actor}", caller()))
        return path

    def missed(self) -> Iterator[tuple[Aim, BadFault]]:
        """Each that has met nobody by now, and what to say of it."""
        there = self._there() if self._open else set[str]()
        for aim in self._open:
            if aim.path not in there:
                problem = f"{aim.words!r} has struck nobody: no actor was ever there"
                yield aim, BadFault(str(aim.place), problem, remedy=_nearest(aim.path, there))

    def _there(self) -> set[str]:
        """The paths of all actors that are there, or have been busy of late."""
        seen = {path for life in self._lives for path in life.turns.seen()}
        return seen | {node.path for life in self._lives for node in life.system.tree().walk()}


def check_message(name: str) -> None:
    """Raise BadFault where no type of message has this name; empty: any will do."""
    if name:
        check_one_of("message", name, message_names())


def message_names() -> set[str]:
    """The types of message that there are, those of a script included."""
    kinds = (kind for top in (Ask, Tell, SystemMessage) for kind in _below(top))
    return {kind.__name__ for kind in (*kinds, ChildFailed, RestartDue)}


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _nearest(path: str, there: set[str]) -> str:
    close = get_close_matches(path, sorted(there), n=NEAREST, cutoff=0.0)
    return f"did you mean {' or '.join(close)}?" if close else "start the bot first"
