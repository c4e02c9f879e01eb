"""The record of every fault that fired: when, by which rule, why, and whom it struck.

It is bounded: the newest entries are kept, and how many there were in all is known.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import msgspec

from ....runtime.clock import Millis

KEPT: Final = 10_000


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """One fault that fired."""

    number: int  # of all that fired, from 1
    at: Millis  # by the agenda, which no clock fault moves
    rule: int  # its number among the rules; 0: ordered by hand
    title: str
    fault: str  # its code in the catalogue, or empty
    verb: str
    cause: str  # what was matched, and the how-manieth match it was
    target: str  # whom it struck: a request, a session, a market
    problem: str = ""  # why it came to nothing; empty: it did what it says


class FaultLog:
    """The newest faults that fired, oldest first."""

    def __init__(self, *, kept: int = KEPT) -> None:
        self.total = 0
        self._entries: deque[Fired] = deque(maxlen=kept)

    def __len__(self) -> int:
        return len(self._entries)

    def record(
        self, at: Millis, *, rule: int, title: str, fault: str, verb: str, cause: str, target: str
    ) -> Fired:
        """Write down that a fault fired."""
        self.total += 1
        entry = Fired(
            number=self.total,
            at=at,
            rule=rule,
            title=title,
            fault=fault,
            verb=verb,
            cause=cause,
            target=target,
        )
        self._entries.append(entry)
        return entry

    def came_to_nothing(self, entry: Fired, problem: str) -> Fired:
        """Add why a fault that fired had nothing to strike."""
        known = msgspec.structs.replace(entry, problem=problem)
        entries = self._entries
        for index in range(len(entries) - 1, -1, -1):  # it is among the newest, if there
            if entries[index] is entry:
                entries[index] = known
                break
        return known

    def entries(self, *, after: int = 0, limit: int = KEPT) -> list[Fired]:
        """Up to `limit` of the entries numbered above `after`, oldest first."""
        if not self._entries or self._entries[-1].number <= after:
            return []
        return [each for each in self._entries if each.number > after][:limit]
