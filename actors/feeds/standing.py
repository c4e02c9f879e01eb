"""What a gate has been told of one feed's topics, so that it is told changes and little more."""

from __future__ import annotations

from typing import Final

import attrs

from ...runtime import Millis
from ..exchange.gate.messages import TopicHeld, TopicLost
from ..exchange.gate.requirements import Requirement

REFRESH: Final = 1_000  # ms between two words that a topic is still held


@attrs.define
class _Told:
    held_at: Millis | None = None  # None: it was told that the topic is lost
    why: str = ""


class Standing:
    """Held or lost, topic by topic. Times are `elapsed`."""

    def __init__(self) -> None:
        self._told: dict[Requirement, _Told] = {}

    def held(self, requirement: Requirement, *, at: Millis) -> TopicHeld | None:
        """What to tell of a topic that is known at that time; None: it was told just now."""
        told = self._told.setdefault(requirement, _Told())
        if told.held_at is not None and at - told.held_at < REFRESH:
            return None
        told.held_at, told.why = at, ""
        return TopicHeld(requirement, at)

    def lost(self, requirement: Requirement, *, at: Millis, why: str) -> TopicLost | None:
        """What to tell of a topic that is not known; None: it was told already."""
        told = self._told.setdefault(requirement, _Told())
        if told.held_at is None and told.why:
            return None
        told.held_at, told.why = None, why
        return TopicLost(requirement, at, why)
