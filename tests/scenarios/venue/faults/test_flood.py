"""A flood that one client asked for, or got, holds nobody else up, and loses nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.scenarios.venue.agenda import Agenda
from benthic.scenarios.venue.faults.flood import BYTES, MOST_OWED, SLICE, Flood
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.rules import rule_of
from benthic.scenarios.venue.wire.fate import Fate
from benthic.scenarios.venue.wire.strikes import Push

from .bare import BareSite, planned

STREAM = "btcusdt@trade"


class Client:
    """An open WebSocket that keeps when it was sent what."""

    def __init__(self, agenda: Agenda, number: int = 1) -> None:
        self.id = number
        self.address = "memory"
        self.opened_at = Millis(0)
        self.is_open = True
        self.got: list[tuple[int, str]] = []
        self.struck: list[Fate] = []
        self._agenda = agenda

    def send(self, text: str, fate: Fate | None = None) -> None:
        raw = None if fate is None else fate.raw
        self.got.append((self._agenda.now, text if raw is None else raw.decode("latin-1")))

    def ping(self, payload: bytes = b"") -> None:
        self.got.append((self._agenda.now, f"ping {payload!r}"))

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.is_open = (code, reason) == (0, "")

    def strike(self, fate: Fate) -> None:
        self.struck.append(fate)


def pass_on(flood: Flood, client: Client, *pushes: Push) -> None:
    for push in flood.passes(client, pushes):
        for _ in range(push.times):
            client.send(push.text, push.fate)


floods = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 700), st.integers(0, 5), st.sampled_from([1, 9])),
    max_size=12,
)


@given(floods)
def test_each_client_gets_all_in_order_and_no_moment_sends_much(
    poured: list[tuple[int, int, int, int]],
) -> None:
    agenda = Agenda(Millis(0))
    flood = Flood(agenda)
    clients = {number: Client(agenda, number) for number in (1, 2, 3)}
    expected: dict[int, list[str]] = {number: [] for number in clients}
    for name, (number, times, wait, large) in enumerate(poured):
        text = f"{name}," * large * 40
        agenda.run_to(agenda.now + wait)
        pass_on(flood, clients[number], Push(text, times=times))
        expected[number] += [text] * times
    agenda.run_to(agenda.now + 1_000)

    assert not flood
    for number, client in clients.items():
        assert [text for _, text in client.got] == expected[number]
    sizes: Counter[int] = Counter()
    counts: Counter[int] = Counter()
    for client in clients.values():
        for at, text in client.got:
            sizes[at] += len(text)
            counts[at] += 1
    arrivals = 1 + len(poured)  # what is little goes out at once, beside the slice of its moment
    assert all(count <= SLICE * arrivals for count in counts.values())
    assert all(size <= (BYTES + 2_000) * arrivals for size in sizes.values())


@pytest.mark.parametrize(
    "verb",
    [
        {"verb": "pings", "count": 1_000_000},
        {"verb": "burst", "count": 1_000_000},
        {"verb": "huge", "size": 4_000_000},
        {"verb": "duplicate", "times": 1_000},
    ],
    ids=lambda verb: str(verb["verb"]),
)
def test_the_largest_flood_of_a_plan_comes_in_slices(verb: dict[str, Any]) -> None:
    site = BareSite()
    rules = (rule_of({**verb, "when": {"stream": STREAM}}),)
    faults = planned(site, FaultPlan(rules=rules))
    clients = [Client(site.agenda, number) for number in range(20)]
    for client in clients:
        assert faults.on_push(client, STREAM, "trade", "BTCUSDT", '{"e":"trade"}') == ()
    site.agenda.run_to(site.agenda.now + 200)

    moments = Counter(at for client in clients for at, _ in client.got)
    sizes: Counter[int] = Counter()
    for client in clients:
        for at, text in client.got:
            sizes[at] += len(text)
    assert moments
    assert max(moments.values()) <= SLICE
    assert max(sizes.values()) <= BYTES + 4_100_000
    assert all(client.got for client in clients)


def test_rules_that_multiply_each_other_stay_bounded() -> None:
    site = BareSite()
    verbs = [{"verb": "duplicate", "times": 1_000}] * 40 + [{"verb": "burst", "count": 10**6}] * 9
    rules = tuple(rule_of({**verb, "when": {"stream": STREAM}}) for verb in verbs)
    faults = planned(site, FaultPlan(rules=rules))
    client = Client(site.agenda)

    assert faults.on_push(client, STREAM, "trade", "BTCUSDT", "{}") == ()
    site.agenda.run_to(site.agenda.now + 20)
    assert 0 < len(client.got) <= 11 * SLICE


def test_who_is_owed_too_much_or_is_gone_or_muted_gets_no_more() -> None:
    agenda = Agenda(Millis(0))
    flood = Flood(agenda)
    client, gone = Client(agenda, 1), Client(agenda, 2)
    pass_on(flood, client, *[Push("x", times=2)] * (MOST_OWED + 1))
    pass_on(flood, gone, Push("x", times=1_000))
    gone.close()
    agenda.run_to(100)

    assert client.struck
    assert (client.got, gone.got) == ([], [])
    assert not flood

    site = BareSite()
    rules = (
        rule_of({"verb": "burst", "count": 10_000, "when": {"stream": STREAM, "nth": 1}}),
        rule_of({"verb": "mute", "when": {"stream": STREAM, "nth": 2}}),
    )
    faults = planned(site, FaultPlan(rules=rules))
    muted = Client(site.agenda)
    for _ in range(3):
        assert not faults.on_push(muted, STREAM, "trade", "BTCUSDT", "{}")
    site.agenda.run_to(site.agenda.now + 1_000)
    assert muted.got == []
