"""Whether a topic comes by its stream or by polls: a rule that is told what happened.

Streams are quick and cheap, polls are sure: a poll that is answered proves itself, a stream that
is silent may be broken or its market quiet (M4). So polls go on until the stream has spoken, begin
again as soon as it is down, silent or away, and end only once it is trusted: one that breaks again
and again is trusted later each time. No way is left before the other has delivered.

Pure: nothing here knows a connector or a clock.
"""

from __future__ import annotations

from typing import Final, Literal

import attrs

from ...runtime import Millis
from ..exchange.messages import Line
from .source_messages import Preference
from .sourcing import (
    CALM,
    DOUBLINGS,
    Answered,
    Begun,
    Event,
    LineMoved,
    Lost,
    NotPolled,
    Passed,
    PollState,
    Preferred,
    Sourcing,
    Spoke,
    Unanswered,
    preferred,
)

FAILURES: Final = 3  # polls without an answer in a row, after which they are no way any more

Command = Literal[
    "watch",
    "unwatch",
    "renew",  # unwatch, and watch at once
    "poll",  # begin, or do it now instead of later
    "rest",  # poll no more
]
Told = tuple[Sourcing, tuple[Command, ...]]


def told(state: Sourcing, event: Event, *, elapsed: Millis) -> Told:
    """The topic after an event, and what is to be done about it, in this order."""
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
            return preferred(state, event.preference), ()
        case Spoke():
            return _spoke(state, event, elapsed), ()
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
        return _unproved(state, f"the line is {line.state}: {line.reason}"), ()
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


def _spoke(state: Sourcing, event: Spoke, elapsed: Millis) -> Sourcing:
    if not state.is_watched:
        return state  # what was under way when it was let be
    if state.is_doubted and event.is_new:
        state = attrs.evolve(state, is_doubted=False)  # a poll cannot tell any more
    if state.stream == "live":
        return attrs.evolve(state, pulse=state.pulse.heard(elapsed))
    # How long it took to come up says nothing of how often it speaks.
    pulse = state.pulse.begun(elapsed)
    return attrs.evolve(state, stream="live", pulse=pulse, live_since=elapsed, tries=0)


def _unproved(state: Sourcing, reason: str) -> Sourcing:
    """The line is not up: the stream counts again once it speaks.

    That is not held against it. It may not have broken at all: a line is away as well where the
    account's stream alone does not come.
    """
    return attrs.evolve(state, stream="down", trouble=reason) if state.stream == "live" else state


def _lost(state: Sourcing, reason: str, elapsed: Millis) -> Sourcing:
    """The stream is no way any more; how often that happens is remembered."""
    if not state.is_watched:
        return state
    if state.stream != "live":
        return state if state.is_doubted else attrs.evolve(state, trouble=reason)
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
    if state.preference == "stream":
        return "off" if state.stream == "live" else state.polls
    trusted_at = state.trusted_at
    return "on" if trusted_at is None or elapsed < trusted_at else "off"
