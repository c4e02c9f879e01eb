"""The rule of sources against a plain model of what is covered (M4, M6)."""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.messages import Line
from benthic.actors.feeds.cadence import irregular
from benthic.actors.feeds.pace import Pace
from benthic.actors.feeds.source_messages import Preference
from benthic.actors.feeds.source_rule import FAILURES, Command, told
from benthic.actors.feeds.sourcing import (
    LONGEST_HOLD,
    LONGEST_SILENCE,
    Answered,
    Begun,
    Event,
    LineMoved,
    Lost,
    NotPolled,
    Passed,
    Preferred,
    Sourcing,
    Spoke,
    Unanswered,
    sourcing,
)
from benthic.runtime import Millis

CADENCE = irregular(floor=Millis(10_000), ceiling=Millis(60_000))
UP = Line("up", Millis(0), count=1)
preferences = st.sampled_from(("auto", "stream", "poll"))
lines = st.builds(
    Line,
    st.sampled_from(("up", "away", "opening", "barred")),
    st.just(Millis(0)),
    count=st.integers(1, 3),
)
events = st.one_of(
    st.builds(Preferred, preferences),
    st.builds(LineMoved, lines),
    st.builds(Spoke, st.booleans()),
    st.just(Lost("reset")),
    st.builds(Answered, st.booleans()),
    st.just(Unanswered("no answer")),
    st.just(Passed()),
)
steps = st.lists(st.tuples(st.integers(0, 40_000), events), min_size=15, max_size=80)
RELIABLE = (Preferred, Spoke, Answered)
"""Nothing of this takes a way from anybody."""


@attrs.define
class Plain:
    """What a feed gets, from the commands alone and by the plainest reckoning."""

    is_watched: bool = False
    has_spoken: bool = False
    is_polled: bool = False
    is_answered: bool = False
    failures: int = 0

    def happened(self, event: Event) -> None:
        if isinstance(event, Spoke):
            self.has_spoken = self.is_watched
        elif isinstance(event, Lost):
            self.has_spoken = False
        elif isinstance(event, Answered):
            self.is_answered, self.failures = self.is_polled, 0
        elif isinstance(event, Unanswered):
            self.failures += 1
            self.is_answered &= self.failures < FAILURES

    def obeyed(self, commands: tuple[Command, ...]) -> None:
        for command in commands:
            assert self.is_watched or command not in {"unwatch", "renew"}
            assert self.is_polled or command != "rest"
            if command == "watch":
                self.is_watched = True
            elif command == "unwatch":
                self.is_watched = self.has_spoken = False
            elif command == "renew":
                self.has_spoken = False
            elif command == "poll":
                if not self.is_polled:
                    self.is_polled, self.is_answered, self.failures = True, False, 0
            else:
                self.is_polled = self.is_answered = False

    @property
    def is_covered(self) -> bool:
        return self.has_spoken or self.is_answered


def begun(preference: Preference = "auto", **more: bool) -> tuple[Sourcing, tuple[Command, ...]]:
    offers = {"has_stream": True, "has_polls": True, **more}
    state = sourcing(cadence=CADENCE, preference=preference, **offers)
    return told(state, Begun(UP), elapsed=Millis(0))


def is_cut(before: Sourcing, event: Event) -> bool:
    """Whether a line says that what was heard by it is over."""
    if not isinstance(event, LineMoved):
        return False
    line = event.line
    again = line.state == "up" and before.line.state == "up" and line.count <= before.line.count
    return again or line.state in {"away", "opening"}


@given(st.sampled_from(("auto", "stream")), steps)
def test_no_way_is_left_before_the_other_has_delivered(
    preference: Preference, history: list[tuple[int, Event]]
) -> None:
    state, commands = begun(preference)
    plain, elapsed = Plain(), Millis(0)
    plain.obeyed(commands)
    for wait, event in history:
        elapsed = Millis(elapsed + wait)
        was_covered, before = plain.is_covered, state
        state, commands = told(state, event, elapsed=elapsed)
        plain.happened(event)
        if is_cut(before, event):
            plain.has_spoken = False
        plain.obeyed(commands)
        assert (state.way != "none") == plain.is_covered
        assert state.is_watched == plain.is_watched
        assert (state.polls == "on") == plain.is_polled
        if isinstance(event, RELIABLE) or (isinstance(event, Passed) and "renew" not in commands):
            assert plain.is_covered or not was_covered
        if state.preference == "auto" and state.stream != "live":
            assert state.polls == "on"


@given(preferences, steps)
def test_the_rule_never_asks_to_be_told_of_a_time_that_has_passed(
    preference: Preference, history: list[tuple[int, Event]]
) -> None:
    state, _ = begun(preference)
    elapsed = Millis(0)
    for wait, event in history:
        elapsed = Millis(elapsed + wait)
        state, _ = told(state, event, elapsed=elapsed)
        if state.next_at is not None and state.next_at <= elapsed:
            state, _ = told(state, Passed(), elapsed=elapsed)
        assert state.next_at is None or state.next_at > elapsed


@given(steps)
def test_whatever_happened_a_stream_that_speaks_steadily_is_trusted_in_the_end(
    history: list[tuple[int, Event]],
) -> None:
    state, _ = begun()
    elapsed = Millis(0)
    healing: list[tuple[int, Event]] = [(0, LineMoved(UP)), (0, Preferred("auto"))]
    talk: list[tuple[int, Event]] = [(5_000, Spoke())] * (LONGEST_HOLD // 5_000 + 1)
    for wait, event in (*history, *healing, *talk, (0, Passed())):
        elapsed = Millis(elapsed + wait)
        state, _ = told(state, event, elapsed=elapsed)
    assert (state.way, state.polls) == ("stream", "off")


@given(steps)
def test_whatever_happened_a_silent_stream_is_taken_up_again_within_a_bound(
    history: list[tuple[int, Event]],
) -> None:
    state, _ = begun()
    elapsed = Millis(0)
    for wait, event in (*history, (0, Preferred("auto")), (0, LineMoved(UP))):
        elapsed = Millis(elapsed + wait)
        state, _ = told(state, event, elapsed=elapsed)
    due = state.silent_after
    assert due is not None
    assert due - elapsed <= LONGEST_SILENCE
    state, commands = told(state, Passed(), elapsed=Millis(max(due, elapsed) + 1))
    assert commands[0] == "renew"
    assert state.polls == "on"


@given(st.integers(1, 12))
def test_each_silence_of_the_market_itself_is_forgiven_more_until_all_was_calm(times: int) -> None:
    state, _ = begun()
    elapsed = Millis(0)
    for _ in range(times):
        state, _ = told(state, Spoke(), elapsed=elapsed)
        assert state.silent_after is not None
        elapsed = Millis(state.silent_after + 1)
        state, _ = told(state, Passed(), elapsed=elapsed)
        state, _ = told(state, Answered(is_new=False), elapsed=elapsed)
    assert (state.silences, state.quiet, state.flaps) == (times, times, 0)
    state, _ = told(state, Spoke(), elapsed=elapsed)
    assert state.silent_after is not None
    span = state.silent_after - elapsed
    assert span >= min(10_000 * 2 ** (times - 1), LONGEST_SILENCE)

    for _ in range(200):  # calm, for a quarter of an hour
        elapsed = Millis(elapsed + 5_000)
        state, _ = told(state, Spoke(), elapsed=elapsed)
    assert state.silent_after is not None
    assert state.silent_after - elapsed <= 60_000


def test_a_stream_that_repeats_itself_when_it_is_taken_up_leaves_the_poll_to_judge() -> None:
    state, _ = begun()
    state, _ = told(state, Spoke(is_new=True), elapsed=Millis(0))
    silent, _ = told(state, Passed(), elapsed=Millis(60_001))
    state, _ = told(silent, Spoke(is_new=False), elapsed=Millis(60_050))  # its snapshot
    state, _ = told(state, Answered(is_new=False), elapsed=Millis(60_100))
    assert (state.quiet, state.way) == (1, "stream")

    state, _ = told(silent, Spoke(is_new=True), elapsed=Millis(60_050))  # was it late, or news?
    state, _ = told(state, Answered(is_new=False), elapsed=Millis(60_100))
    assert (state.quiet, state.way) == (0, "poll")


def test_polls_are_no_way_any_more_after_a_few_without_an_answer() -> None:
    state, _ = begun(has_stream=False)
    state, _ = told(state, Answered(is_new=True), elapsed=Millis(0))
    ways = list[str]()
    for number in range(FAILURES):
        state, _ = told(state, Unanswered("no answer"), elapsed=Millis(number))
        ways.append(state.way)
    assert ways == ["poll"] * (FAILURES - 1) + ["none"]
    assert state.reason == "there is no stream; no answer"
    state, _ = told(state, Answered(is_new=True), elapsed=Millis(9))
    assert (state.way, state.switches) == ("poll", 0)  # it came back the way that it went


def test_a_poll_that_brings_what_the_stream_did_not_forgives_nothing() -> None:
    state, _ = begun()
    state, _ = told(state, Spoke(), elapsed=Millis(0))
    state, _ = told(state, Passed(), elapsed=Millis(60_001))
    state, _ = told(state, Answered(is_new=True), elapsed=Millis(60_100))
    assert (state.silences, state.quiet, state.forgiven, state.flaps) == (1, 0, 0, 1)
    assert state.way == "poll"


def test_where_nobody_answers_polls_the_stream_is_all_there_is() -> None:
    state, _ = begun("poll")
    state, commands = told(state, NotPolled("no such data"), elapsed=Millis(1))
    assert commands == ("rest",)
    state, _ = told(state, Spoke(), elapsed=Millis(2))
    assert (state.way, state.preference) == ("stream", "auto")


def test_a_stream_of_an_earlier_life_is_let_be_once_polls_have_delivered() -> None:
    state, commands = begun("poll")
    assert commands == ("poll",)
    state, commands = told(state, Answered(is_new=True), elapsed=Millis(1))
    assert commands == ("unwatch",)
    assert state.way == "poll"


def test_a_line_that_comes_and_goes_is_not_held_against_a_stream_that_speaks_on() -> None:
    state, _ = begun()
    state, _ = told(state, Spoke(), elapsed=Millis(10))
    for count in range(1, 20):
        at = Millis(count * 3_000)
        away = Line("away", at, "the account's stream is down", None, count)
        state, _ = told(state, LineMoved(away), elapsed=at)
        assert state.polls == "on"  # it is not relied upon alone
        state, _ = told(state, Spoke(), elapsed=Millis(at + 500))
        state, _ = told(state, LineMoved(Line("up", at, count=count + 1)), elapsed=Millis(at + 900))
        state, _ = told(state, Spoke(), elapsed=Millis(at + 1_000))

    assert (state.stream, state.polls, state.hold) == ("live", "off", 0)


@given(st.lists(st.sampled_from(("refused", "slow", "quick")), max_size=100), st.floats(0, 1))
def test_a_pause_stays_within_its_bounds_and_recovers(answers: list[str], used: float) -> None:
    pace = Pace(Millis(2_000), Millis(30_000))
    for answer in answers:
        before = pace.every
        pace = getattr(pace, answer)()
        assert pace.base <= pace.every <= pace.longest
        assert pace.every >= before if answer != "quick" else pace.every <= before
        assert pace.every <= pace.pause(used) <= pace.longest
    for _ in range(13):  # 30 s * 0.8 ** 13 < 2 s
        pace = pace.quick()
    assert pace.every == pace.base
