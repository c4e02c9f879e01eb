"""Which poll of a source goes next, when, and what one that has come back says of the next.

Sends nothing itself. Of all topics of a source few are asked at a time, so that a venue that is
slow is not asked more; and none while it takes no request (R9).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from random import Random
from typing import Final

from ...runtime import Millis
from .channel import Channel, Poll

IN_FLIGHT: Final = 3  # polls of one source at a time
SLOW: Final = 1_000  # ms; an answer that took longer has waited for the rate budget


class PollRound:
    """The turns of the polls of one source."""

    def __init__(self, channels: Collection[Channel], chance: Random) -> None:
        self._channels = channels
        self._chance = chance
        self._under_way = 0
        self._barred_until = Millis(0)  # `elapsed`
        self.is_shut = False  # nothing is asked at all
        self.pressure = 0.0  # share of the rate budget that is used

    def waiting(self) -> Iterator[tuple[Channel, Poll]]:
        """All that are to be asked some time."""
        for channel in self._channels:
            for poll in channel.due_polls():
                yield channel, poll

    def next(self, elapsed: Millis) -> tuple[Channel, Poll] | None:
        """The one to ask now, if any; it counts as under way."""
        if self.is_shut or self._barred_until > elapsed or self._under_way >= IN_FLIGHT:
            return None
        found = min(self.waiting(), key=lambda each: each[1].due, default=None)
        if found is None or found[1].due > elapsed:
            return None
        found[1].is_under_way = True
        found[1].count += 1
        self._under_way += 1
        return found

    def next_at(self) -> Millis | None:
        """When there is one; None: not before one that is under way has come back."""
        if self.is_shut or self._under_way >= IN_FLIGHT:
            return None
        dues = [max(poll.due, self._barred_until) for _, poll in self.waiting()]
        return Millis(min(dues)) if dues else None

    def answered(self, poll: Poll, took: int) -> None:
        """It has come back with an answer."""
        self._end(poll)
        poll.pace = poll.pace.slow() if took > SLOW else poll.pace.quick()

    def idled(self, poll: Poll) -> None:
        """What it brought was known, and that is as it should be."""
        poll.pace = poll.pace.slow()

    def failed(self, poll: Poll) -> None:
        """It has come back with none."""
        self._end(poll)
        poll.failed += 1
        poll.pace = poll.pace.refused()

    def plan(self, channel: Channel, poll: Poll, *, now: Millis, elapsed: Millis) -> None:
        """Set when it is asked again."""
        wait = channel.wait(poll, now=now, pressure=self.pressure, chance=self._chance)
        poll.due = Millis(elapsed + wait)

    def bar(self, until: Millis) -> None:
        """Ask nothing before a time; what is due then is spread."""
        self._barred_until = max(self._barred_until, until)
        for _, poll in self.waiting():
            spread = self._chance.uniform(0, poll.pace.every / 2)
            poll.due = Millis(max(poll.due, self._barred_until + int(spread)))

    def refresh(self) -> None:
        """What failed did not fail for want of budget: every pause is as at the start."""
        for channel in self._channels:
            for poll in channel.polls:
                poll.pace = poll.pace.fresh()

    def _end(self, poll: Poll) -> None:
        poll.is_under_way = False
        self._under_way -= 1
