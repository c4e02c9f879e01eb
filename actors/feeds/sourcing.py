"""Whether a topic comes by its stream or by polls: a rule that is told what happened.

Streams are quick and cheap, polls are sure: a poll that is answered proves itself, a stream that
is silent may be broken or its market quiet (M4). So polls go on until the stream has spoken, begin
again as soon as it is down, silent or away, and end only once it is trusted: one that breaks again
and again is trusted later each time. No way is left before the other has delivered.

Pure: nothing here knows a connector or a clock. Times are `elapsed`, which never jumps.
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
FAILURES: Final = 3  # polls without an answer in a row, after which they are no way any more

StreamState = Literal[
    "none",  # there is none
    "off",  # it is not watched
    "asked",  # it is watched, and has not spoken
    "live",
    "down",  # it is watched, and broken
]
PollState = Literal["none", "off", "on"]
Command = Literal[
    "watch",
    "unwatch",
    "renew",  # unwatch, and watch at once
    "poll",  # begin, or do it now instead of later
    "rest",  # poll no more
]


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
        ends = self.live_since + self.hold if self.stream == "live" and self.polls == "on" else None
        silent = self.silent_after
        times = [
            each for each in (ends, None if silent is None else silent + 1) if each is not None
        ]
        return Millis(min(times)) if times else None


Told = tuple[Sourcing, tuple[Command, ...]]


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
    return _preferred(state, preference)


def told(state: Sourcing, event: Event, *, elapsed: Millis) -> Told:
    """The topic after an event, and what is to be done about it."""
    after, commands = _taken(state, event, elapsed)
    after, more = _decided(after, elapsed)
    way = after.way
    if way != state.way:
        switched = way != "none" and after.last not in {"none", way}
        after = attrs.evolve(
            after,
            since=elapsed,
            last=after.last if way == "none" else way,
            switches=after.switches + switched,
        )
    return after, (*commands, *more)


def _taken(state: Sourcing, event: Event, elapsed: Millis) -> Told:
    match event:
        case Begun() | LineMoved() | Passed() | NotPolled():
            return _commanded(state, event, elapsed)
        case Preferred():
            return _preferred(state, event.preference), ()
        case Spoke():
            return _spoke(state, elapsed), ()
        case Lost():
            return _lost(state, f"the stream is down: {event.reason}", elapsed), ()
        case Answered():
            return _answered(state, event), ()
        case Unanswered():
            return _unanswered(state, event), ()


def _commanded(
    state: Sourcing, event: Begun | LineMoved | Passed | NotPolled, elapsed: Millis
) -> Told:
    match event:
        case Begun():
            return _begun(state, event.line, elapsed)
        case LineMoved():
            return _line_moved(state, event.line, elapsed)
        case Passed():
            return _silence(state, elapsed)
        case NotPolled():
            return _not_polled(state, event.reason)


def _preferred(state: Sourcing, preference: Preference) -> Sourcing:
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


def _begun(state: Sourcing, line: Line, elapsed: Millis) -> Told:
    state = attrs.evolve(state, line=line)
    if state.stream == "none":
        return state, ()
    begun = attrs.evolve(state, stream="asked", pulse=state.pulse.begun(elapsed))
    # One that is not wanted may have been watched by an earlier incarnation: it is let be once
    # polls have delivered, as any other.
    return begun, ("watch",) if state.wants_stream else ()


def _line_moved(state: Sourcing, line: Line, elapsed: Millis) -> Told:
    before = state.line
    state = attrs.evolve(state, line=line)
    if line.state in {"away", "opening", "shut"}:
        return _lost(state, f"the line is {line.state}: {line.reason}", elapsed), ()
    if line.state == "barred":
        return state, ()
    if before.state == "up" and line.count <= before.count:  # another incarnation, which is new
        state = _lost(state, "the connector has started anew", elapsed)
    commands: tuple[Command, ...] = ("poll",) if state.polls == "on" else ()
    if not (state.is_watched and state.wants_stream):
        return state, commands
    if state.stream != "live":
        state = attrs.evolve(state, stream="asked", pulse=state.pulse.begun(elapsed), tries=0)
    return state, ("watch", *commands)


def _spoke(state: Sourcing, elapsed: Millis) -> Sourcing:
    if not state.is_watched:
        return state  # what was under way when it was let be
    pulse = state.pulse.heard(elapsed)
    if state.stream == "live":
        return attrs.evolve(state, pulse=pulse)
    return attrs.evolve(
        state,
        stream="live",
        pulse=pulse,
        live_since=elapsed,
        tries=0,
        is_doubted=False,
    )


def _lost(state: Sourcing, reason: str, elapsed: Millis) -> Sourcing:
    """The stream is no way any more; how often that happens is remembered."""
    if not state.is_watched:
        return state
    if state.stream != "live":
        return attrs.evolve(state, trouble=reason)
    was_calm = elapsed - state.live_since >= CALM
    flaps = min((0 if was_calm else state.flaps) + 1, DOUBLINGS)
    return attrs.evolve(state, stream="down", flaps=flaps, trouble=reason)


def _answered(state: Sourcing, event: Answered) -> Sourcing:
    if state.polls != "on":
        return state  # it was under way when polls were let be
    state = attrs.evolve(state, answered=True, failures=0)
    if not state.is_doubted:
        return state
    if event.is_new:
        return attrs.evolve(state, is_doubted=False, forgiven=0)
    return attrs.evolve(
        state,
        is_doubted=False,
        forgiven=min(state.forgiven + 1, DOUBLINGS),
        quiet=state.quiet + 1,
        flaps=max(state.flaps - 1, 0),
    )


def _unanswered(state: Sourcing, event: Unanswered) -> Sourcing:
    failures = state.failures + 1
    answered = state.answered and failures < FAILURES
    return attrs.evolve(state, failures=failures, answered=answered, failure=event.reason)


def _not_polled(state: Sourcing, reason: str) -> Told:
    preference: Preference = "auto" if state.preference == "poll" else state.preference
    commands: tuple[Command, ...] = ("rest",) if state.polls == "on" else ()
    return attrs.evolve(
        state, polls="none", answered=False, preference=preference, failure=reason
    ), commands


def _silence(state: Sourcing, elapsed: Millis) -> Told:
    """Look whether the stream has been silent for too long, and take it up anew where it has."""
    due = state.silent_after
    if due is None or elapsed <= due:
        return state, ()
    counts = state.stream != "down"
    reason = f"the stream has said nothing for {elapsed - state.pulse.since} ms"
    lost = _lost(state, reason, elapsed)
    can_tell = lost.polls != "none" and lost.preference != "stream"
    renewed = attrs.evolve(
        lost,
        stream="asked",
        silences=lost.silences + counts,
        silent_at=elapsed,
        tries=min(lost.tries + 1, DOUBLINGS),
        forgiven=lost.forgiven if can_tell else min(lost.forgiven + 1, DOUBLINGS),
        is_doubted=can_tell,
        pulse=lost.pulse.begun(elapsed),
    )
    return renewed, ("renew", "poll") if lost.polls == "on" else ("renew",)


def _decided(state: Sourcing, elapsed: Millis) -> Told:
    """Begin and end each way as the state has it."""
    commands = list[Command]()
    if state.wants_stream and state.stream == "off":
        commands.append("watch")
        state = attrs.evolve(state, stream="asked", pulse=state.pulse.begun(elapsed))
    polls = _wanted_polls(state, elapsed)
    if polls != state.polls:
        commands.append("poll" if polls == "on" else "rest")
        state = attrs.evolve(state, polls=polls, answered=False, failures=0)
    if state.is_watched and not state.wants_stream and state.answered:
        commands.append("unwatch")
        state = attrs.evolve(state, stream="off", is_doubted=False)
    return state, tuple(commands)


def _wanted_polls(state: Sourcing, elapsed: Millis) -> PollState:
    """Whether polls go on, begin or end now."""
    if state.polls == "none" or state.preference == "poll":
        return "none" if state.polls == "none" else "on"
    is_live = state.stream == "live"
    if state.preference == "stream":
        return "off" if is_live else state.polls
    is_trusted = (
        is_live
        and elapsed >= state.live_since + state.hold
        and state.line.state not in {"away", "opening"}
    )
    return "off" if is_trusted else "on"
