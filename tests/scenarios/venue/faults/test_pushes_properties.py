"""What becomes of pushed messages: nothing is lost, doubled or moved unless a verb says so."""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.scenarios.venue.faults.plan import FaultPlan, Rule, When
from benthic.scenarios.venue.faults.push_verbs import (
    Duplicate,
    Gap,
    PushVerb,
    Redeliver,
    Reorder,
)
from benthic.scenarios.venue.faults.request_verbs import DelayAnswer, Mute
from benthic.scenarios.venue.faults.span import Span
from benthic.scenarios.venue.wire.fate import Fate

from .bare import BareSite, planned

STREAM = "btcusdt@trade"


class Client:
    """An open WebSocket that keeps what it is sent."""

    def __init__(self) -> None:
        self.id = 1
        self.address = "memory"
        self.opened_at = Millis(0)
        self.is_open = True
        self.got: list[str] = []

    def send(self, text: str, fate: Fate | None = None) -> None:
        if fate is None or not fate.lost:
            self.got.append(text)

    def ping(self, payload: bytes = b"") -> None:
        self.got.append(f"ping {payload!r}")

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.got.append(f"close {code} {reason}")

    def strike(self, fate: Fate) -> None:
        self.got.append(f"strike {fate}")


def pushed(
    verb: PushVerb,
    texts: list[str],
    *,
    seed: int = 0,
    stream: str = STREAM,
    when: When = When(stream=STREAM),
) -> list[str]:
    """What a client gets of these messages, an hour later at the latest."""
    site = BareSite()
    rule = Rule(when=when, verb=verb)
    faults = planned(site, FaultPlan(rules=(rule,), seed=seed))
    client = Client()
    for text in texts:
        site.agenda.run_to(site.agenda.now + 10)
        pushes = faults.on_push(client, stream, "trade", "BTCUSDT", text)
        if pushes is None:
            client.send(text)
        for push in pushes or ():
            for _ in range(push.times):
                client.send(push.text, push.fate)
    site.agenda.run_to(site.agenda.now + 3_600_000)
    return client.got


texts = st.lists(st.text(max_size=3), max_size=30)


@given(texts)
def test_other_streams_are_left_alone(messages: list[str]) -> None:
    assert pushed(Gap(messages=3), messages, stream="ethusdt@trade") == messages


@given(texts, st.integers(2, 7), st.sampled_from(["last_first", "shuffled"]), st.integers(0, 99))
def test_another_order_loses_and_doubles_nothing(
    messages: list[str], window: int, order: str, seed: int
) -> None:
    verb = Reorder(window=window, order="shuffled" if order == "shuffled" else "last_first")
    got = pushed(verb, messages, seed=seed)

    assert Counter(got) == Counter(messages)
    assert got == pushed(verb, messages, seed=seed)
    if order == "last_first":
        whole = len(messages) // window * window
        blocks = [messages[start : start + window] for start in range(0, whole, window)]
        expected = [text for block in blocks for text in reversed(block)]
        assert got == expected + messages[whole:]


@given(st.integers(2, 6), st.integers(1, 10))
def test_a_rule_that_strikes_once_holds_back_those_after_it(window: int, nth: int) -> None:
    messages = [str(number) for number in range(30)]
    got = pushed(Reorder(window=window), messages, when=When(stream=STREAM, nth=nth))

    first, end = nth - 1, nth - 1 + window
    assert got == [*messages[:first], *reversed(messages[first:end]), *messages[end:]]


@given(st.integers(2, 5), st.sampled_from([When(every=4), When(probability=0.3)]), st.integers(0))
def test_a_rule_that_strikes_at_times_loses_nothing_and_fills_its_window(
    window: int, when: When, seed: int
) -> None:
    messages = [str(number) for number in range(60)]
    when = msgspec.structs.replace(when, stream=STREAM)
    got = pushed(Reorder(window=window), messages, seed=seed, when=when)

    assert sorted(got, key=int) == messages
    moved = [abs(at - int(text)) for at, text in enumerate(got)]
    assert 0 < max(moved) < window


@given(texts, st.integers(1, 4))
def test_a_duplicate_adds_copies_and_nothing_else(messages: list[str], times: int) -> None:
    got = pushed(Duplicate(times=times), messages)

    assert got == [text for text in messages for _ in range(times + 1)]


@given(texts)
def test_a_delay_loses_nothing(messages: list[str]) -> None:
    assert pushed(DelayAnswer(time=Span(50)), messages) == messages


@given(texts)
def test_a_muted_connection_gets_nothing(messages: list[str]) -> None:
    assert pushed(Mute(), messages) == []


@given(st.lists(st.integers(), unique=True, max_size=20), st.integers(1, 5))
def test_what_is_sent_again_was_sent_before(numbers: list[int], count: int) -> None:
    messages = [str(number) for number in numbers]
    got = pushed(Redeliver(count=count), messages)

    expected = [
        text
        for at, message in enumerate(messages)
        for text in (*messages[max(at - count, 0) : at], message)
    ]
    assert got == expected
