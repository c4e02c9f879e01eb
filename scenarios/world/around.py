"""The world, as far as a bot in it needs it."""

from __future__ import annotations

from typing import Any, Protocol

from .armed import FaultList
from .mover import Mover
from .timeline import Timeline


class Around(Protocol):
    """What a bot tells and asks."""

    is_settled: bool
    mover: Mover
    faults: FaultList
    timeline: Timeline

    def committed(self, bot: Any, /) -> None:
        """A commit of the bot's is durable."""
        ...

    def stuck(self, bot: Any, /) -> None:
        """The bot takes turns without end, and time does not move."""
        ...
