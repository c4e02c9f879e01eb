"""How one topic comes to a feed, as a value; and what can happen to it.

What happens next is decided in `source_rule`. Times are `elapsed`, which never jumps.
"""

from __future__ import annotations

from typing import Final, Literal

import attrs

from ...runtime import Millis
from ..exchange.messages import Line
from .cadence import Cadence, Pulse, silent_after
from .source_messages import Preference, Way

HOLD: Final = 5_000  # ms that polls go on beside a stream that broke once, and then spoke
LONGEST_HOLD: Final = 300_000  # ms
CALM: Final = 600_000  # ms after which nothing of before is held against a stream
LONGEST_SILENCE: Final = 1_800_000  # ms, however often a silence was forgiven
DOUBLINGS: Final = 16

StreamState = Literal[
    "none",  # there is none
    "off",  # it is not watched
    "asked",  # it is watched, and has not spoken
    "live",
    "down",  # it is watched, and broken
]
PollState = Literal["none", "off", "on"]


@attrs.frozen
class Begun:
    """The source has started, and the line is so."""

    line: Line


@attrs.frozen
class Preferred:
    """Somebody wants the topic from one way, or from whichever is healthy."""

    preference: Preference


@attrs.frozen
class LineMoved:
    """The line is not as it was."""

    line: Line


@attrs.frozen
class Spoke:
    """The stream has said something."""

    is_new: bool = False  # that was not known before


@attrs.frozen
class Lost:
    """The stream is down."""

    reason: str


@attrs.frozen
class Answered:
    """A poll has an answer."""

    is_new: bool  # it told what the stream had not


@attrs.frozen
class Unanswered:
    """A poll has none."""

    reason: str


@attrs.frozen
class NotPolled:
    """The venue does not answer such a poll at all."""

    reason: str


@attrs.frozen
class Passed:
    """Time went by."""


Event = Begun | Preferred | LineMoved | Spoke | Lost | Answered | Unanswered | NotPolled | Passed


@attrs.frozen
class Sourcing:
    """How one topic comes. `sourcing` makes one; `told` gives the next.

    cadence: what is expected of its stream; None: it may be silent for ever.
    """

    cadence: Cadence | None
    stream: StreamState
    polls: PollState
    preference: Preference = "auto"
    pulse: Pulse = Pulse(Millis(0))
    live_since: Millis = Millis(0)
    answered: bool = False  # polls bring what they are for
    failures: int = 0  # polls without an answer, in a row
    line: Line = Line("opening", Millis(0))
    flaps: int = 0  # times that it broke, and was not calm in between
    silences: int = 0
    quiet: int = 0  # silences that a poll showed to be those of the market
    forgiven: int = 0  # of these, those that make us more patient now
    tries: int = 0  # times that it was taken up anew and has not spoken
    silent_at: Millis = Millis(0)  # the last of the silences
    is_doubted: bool = False  # a poll is to tell whether the market was quiet
    since: Millis = Millis(0)  # of the way
    last: Way = "none"  # the last that delivered
    switches: int = 0
    refusal: str = ""  # why the last preference is not followed
    trouble: str = "the stream has not spoken"  # why it is no way
    failure: str = "no poll is answered yet"  # why they are no way

    @property
    def way(self) -> Way:
        """What the topic comes by. Polls have the word while there are any that are answered."""
        if self.polls == "on" and self.answered:
            return "poll"
        return "stream" if self.stream == "live" else "none"

    @property
    def reason(self) -> str:
        """Why it comes that way, for people."""
        way = self.way
        if way == "stream":
            why = "the stream speaks"
        elif way == "none":
            why = self.trouble if self.polls == "off" else f"{self.trouble}; {self.failure}"
        elif self.preference == "poll":
            why = "polls were asked for"
        elif self.stream == "live":
            why = f"polls go on for {self.hold} ms beside a stream that has broken"
        else:
            why = self.trouble
        return f"{self.refusal}; {why}" if self.refusal else why

    @property
    def is_watched(self) -> bool:
        """Whether the connector was asked for the stream."""
        return self.stream in {"asked", "live", "down"}

    @property
    def wants_stream(self) -> bool:
        """Whether the stream is to be watched."""
        return self.stream != "none" and (self.preference != "poll" or self.polls == "none")

    @property
    def hold(self) -> Millis:
        """How long polls go on beside a stream that has spoken again."""
        if self.flaps == 0:
            return Millis(0)
        return Millis(min(HOLD * 2 ** (self.flaps - 1), LONGEST_HOLD))

    @property
    def trusted_at(self) -> Millis | None:
        """When the stream may be relied upon alone; None: not as things are."""
        if self.stream != "live" or self.preference != "auto":
            return None
        if self.line.state in {"away", "opening"}:
            return None
        return Millis(self.live_since + self.hold)

    @property
    def silent_after(self) -> Millis | None:
        """When its silence becomes a fault; None: never, as things are."""
        if self.cadence is None or not self.is_watched or not self.wants_stream:
            return None
        if self.line.state != "up":
            return None
        span = silent_after(self.pulse, self.cadence) - self.pulse.since
        forgiven = self.forgiven if self.pulse.since - self.silent_at < CALM else 0
        doublings = min(forgiven + self.tries, DOUBLINGS)
        return Millis(self.pulse.since + min(span * 2**doublings, max(span, LONGEST_SILENCE)))

    @property
    def next_at(self) -> Millis | None:
        """When it must be told that time has passed; None: it waits for something else."""
        ends = self.trusted_at if self.polls == "on" else None
        silent = self.silent_after
        times = [
            each for each in (ends, None if silent is None else silent + 1) if each is not None
        ]
        return Millis(min(times)) if times else None


def sourcing(
    *, cadence: Cadence | None, has_stream: bool, has_polls: bool, preference: Preference = "auto"
) -> Sourcing:
    """A topic of which nothing has come."""
    state = Sourcing(
        cadence,
        "off" if has_stream else "none",
        "off" if has_polls else "none",
        trouble="the stream has not spoken" if has_stream else "there is no stream",
        failure="no poll is answered yet" if has_polls else "there are no polls",
    )
    return preferred(state, preference)


def preferred(state: Sourcing, preference: Preference) -> Sourcing:
    """The topic where somebody wants it from one way, which may not be there."""
    refusal = _refusal(state, preference)
    if refusal is not None:
        return attrs.evolve(state, refusal=refusal)
    return attrs.evolve(state, preference=preference, refusal="")


def _refusal(state: Sourcing, preference: Preference) -> str | None:
    """Why a preference cannot be followed."""
    if preference == "stream" and state.stream == "none":
        return "a stream was asked for, and the venue offers none"
    if preference == "poll" and state.polls == "none":
        return "polls were asked for, and the venue answers none"
    return None
