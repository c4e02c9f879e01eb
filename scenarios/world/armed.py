"""The faults of one run by number: what was asked for, what is left out, and what has fired.

Every fault of a script, of a plan and of the swarm is numbered in the order in which it is asked
for, which a seed repeats. A run that leaves some of them out is how a failure is made smaller.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from ...runtime import Millis
from ..venue.faults.payload import is_object
from .places import Place
from .timeline import Timeline


class Armed(msgspec.Struct, frozen=True):
    """A fault that was asked for."""

    number: int  # from 1
    fault: str  # its code in the catalogue
    words: str
    place: str
    is_muted: bool = False  # it was left out


class Struck(msgspec.Struct, frozen=True):
    """A fault of a host or a process that has fired; those of a venue are in its own record."""

    at: Millis
    fault: str
    words: str


class FaultList:
    """The faults of one run. muted: numbers of those that are left out."""

    def __init__(self, timeline: Timeline, muted: Collection[int]) -> None:
        self.armed: list[Armed] = []
        self.struck: list[Struck] = []
        self._timeline = timeline
        self._muted = frozenset(muted)

    def arm(self, fault: str, words: str, place: Place) -> bool:
        """Number a fault; False where it is to be left out."""
        number = len(self.armed) + 1
        is_muted = number in self._muted
        self.armed.append(Armed(number, fault, words, str(place), is_muted))
        return not is_muted

    def fire(self, at: Millis, fault: str, words: str) -> None:
        """A fault of a host or a process strikes now."""
        self.struck.append(Struck(at, fault, words))
        self._timeline.note("fault", fault or "-", words)


def said(verb: str, parameters: dict[str, Any]) -> str:
    """A fault in words, as a plan would write it.

    >>> said("delay", {"time": "2s", "when": {"method": "POST"}})
    'delay time=2s when(method=POST)'
    """
    words = [verb]
    for name, value in parameters.items():
        if is_object(value):
            inner = " ".join(f"{key}={each}" for key, each in value.items())
            words.append(f"{name}({inner})")
        else:
            words.append(f"{name}={value}")
    return " ".join(words)
