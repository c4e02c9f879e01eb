"""How long a request travels to the simulated venue, and its answer back."""

from __future__ import annotations

import msgspec

from ...runtime import Millis, UsageError


class Latency(msgspec.Struct, frozen=True):
    """The two ways, in ms of the actors' clock."""

    request: Millis = Millis(0)  # until the venue acts on it
    answer: Millis = Millis(0)  # from there until the asker hears of it

    def __post_init__(self) -> None:
        if self.request < 0 or self.answer < 0:
            raise UsageError(f"{self}: nothing arrives before it was sent; use 0 ms or more")

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.request or self.answer)
