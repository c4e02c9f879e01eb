"""Fault plans as files: what they say, and what is refused before anything starts."""

import re
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.scenarios.venue.faults.errors import BadPlan
from benthic.scenarios.venue.faults.plan import all_verbs, verb_name, verbs_of
from benthic.scenarios.venue.faults.push_verbs import Gap
from benthic.scenarios.venue.faults.request_verbs import DelayAnswer, Status
from benthic.scenarios.venue.faults.span import span
from benthic.scenarios.venue.faults.state_verbs import ClockStep, EngineRestart
from benthic.scenarios.venue.faults.toml import plan_of, read_plan, rule_of

GOOD = """
seed = 7

[[rule]]
fault = "A3"
name = "busy"
when = { method = "post", path = "/api/v3/order", symbol = "BTCUSDT", nth = 2 }
verb = "status"
status = 503

[[rule]]
when = { stream = "*@depth*", every = 100, probability = 0.5, since = "1m", until = "2h" }
verb = "gap"
messages = 3

[[rule]]
when = { at = "10m", again = "1h" }
verb = "engine_restart"
share = 0.5
"""

BAD = (
    ("sede = 7", "plan: sede: unknown key; did you mean seed?"),
    ("seed = -1", "plan: seed: -1 is no seed; write 0 to 2^64 - 1"),
    ("seed = ", "plan: is not TOML"),
    ("rule = 1", "plan: rule: is no list of tables; begin rules with [[rule]]"),
    (
        '[[rule]]\nverb = "excute_then_drop_response"',
        "there is no verb 'excute_then_drop_response'; did you mean execute_then_drop_response?",
    ),
    ("[[rule]]\nwhen = { path = '/x' }", "rule 1: verb: no verb; there are adl, ban"),
    ('[[rule]]\nverb = "drop"', "rule 1: when: drop would never strike; say a path"),
    (
        '[[rule]]\nverb = "drop"\nwhen = { path = "/x" }',
        "rule 1: when: drop does not strike a request; say a stream or an event in its when",
    ),
    (
        '[[rule]]\nverb = "drop_request"\nwhen = { stream = "x" }',
        "rule 1: when: drop_request does not strike a push; say a path or a method in its when",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { at = "1s" }',
        "rule 1: when: drop needs something to strike, and there is only a moment",
    ),
    (
        '[[rule]]\nverb = "halt"\nwhen = { at = "1s" }',
        "rule 1: symbol is missing; give symbol",
    ),
    (
        '[[rule]]\nverb = "halt"\nsymbol = "X"\nwhen = { at = "1 s" }',
        'rule 1: when: at: \'1 s\' is no time: write 1500, "1500ms", "3s"',
    ),
    (
        '[[rule]]\nverb = "delay"\ntme = 3\nwhen = { path = "/x" }',
        "rule 1: tme: unknown key; did you mean time?",
    ),
    (
        '[[rule]]\nverb = "delay"\ntime = "-3s"\nwhen = { path = "/x" }',
        "rule 1: time: -3000 is too little; write more",
    ),
    (
        '[[rule]]\nverb = "gap"\nmessages = 0\nwhen = { stream = "x" }',
        "rule 1: messages: 0 is too little",
    ),
    (
        '[[rule]]\nverb = "burst"\ncount = 99999999\nwhen = { stream = "x" }',
        "rule 1: count: 99999999 is too much; write at most 1000000",
    ),
    (
        '[[rule]]\nverb = "status"\nstatus = 99\nwhen = { path = "/x" }',
        "rule 1: status: 99 is no status of an answer; write 200 to 599",
    ),
    (
        '[[rule]]\nverb = "frame"\nhex = "8g"\nwhen = { stream = "x" }',
        "rule 1: hex: is not hexadecimal; write two digits a byte",
    ),
    (
        '[[rule]]\nverb = "delay"\ntime = 1\npoint = "around"\nwhen = { path = "/x" }',
        "rule 1: point: Invalid enum value 'around'",
    ),
    (
        '[[rule]]\nverb = "halt"\nsymbol = 3\nwhen = { at = 0 }',
        "rule 1: symbol: Expected `str`, got `int`",
    ),
    (
        '[[rule]]\nverb = "deposit"\nasset = "BTC"\namount = nan\nwhen = { at = 0 }',
        "rule 1: amount: NaN is no amount; write a finite number",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", path = "/x" }',
        "rule 1: when: names both a request and a push; make two rules of it",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", at = 3 }',
        "rule 1: when.at: stands beside a path or a stream; write since and until",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", nth = 1, every = 2 }',
        "rule 1: when: counts in more than one way; keep nth, first or every",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", nth = -1 }',
        "rule 1: when.nth: is negative",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", probability = 1.5 }',
        "rule 1: when.probability: is no probability; write 0.0 to 1.0",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", probability = nan }',
        "rule 1: when.probability: is no probability",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { strem = "x" }',
        "rule 1: when: strem: unknown key; did you mean stream?",
    ),
    ('[[rule]]\nverb = "drop"\nwhen = 3', "rule 1: when: 3 is no table"),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x" }\nfault = "Z1"',
        "rule 1: fault: 'Z1' is no fault code",
    ),
)


def test_a_plan_says_what_strikes_when() -> None:
    plan = plan_of(GOOD)

    busy, gap, restart = plan.rules
    assert plan.seed == 7
    assert busy.verb == Status(status=503)
    assert (busy.fault, busy.title, busy.when.method, busy.when.nth) == ("A3", "busy", "POST", 2)
    assert gap.verb == Gap(messages=3)
    assert (gap.when.every, gap.when.probability) == (100, 0.5)
    assert (gap.when.since, gap.when.until) == (60_000, 7_200_000)
    assert restart.verb == EngineRestart(share=Decimal("0.5"))
    assert (restart.when.at, restart.when.again) == (600_000, 3_600_000)


@pytest.mark.parametrize(("text", "words"), BAD, ids=range(len(BAD)))
def test_what_cannot_be_carried_out_is_refused_with_place_and_remedy(text: str, words: str) -> None:
    with pytest.raises(BadPlan, match=re.escape(words)):
        plan_of(text)


def test_an_error_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text('[[rule]]\nverb = "drp"', "utf-8")

    with pytest.raises(BadPlan, match=re.escape(f"{file}: rule 1: verb: there is no verb 'drp'")):
        read_plan(file)


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"#" * (8 * 2**20 + 1)])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "plan.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(BadPlan, match=re.escape(str(file))):
        read_plan(file)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(BadPlan):
        plan_of(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    st.sampled_from(sorted(all_verbs())),
)
def test_no_value_breaks_a_rule(value: object, verb: str) -> None:
    keys = {name for kind in all_verbs().values() for name in kind.__struct_fields__}
    table = {"verb": verb, "when": {"path": "/x"}, **dict.fromkeys(keys, value)}
    for when in (value, {"path": value}, {"at": value}, {"stream": "x", "nth": value}):
        for rule in (table, {"verb": verb, "when": when}, {"verb": value, "when": when}):
            with suppress(BadPlan):
                rule_of(rule)


def test_every_verb_has_one_name_and_strikes_somewhere() -> None:
    for name, verb in all_verbs().items():
        assert verb.__doc__
        assert name == str(verb.__struct_config__.tag)
        assert name in verbs_of("request") | verbs_of("push")
    assert set(verbs_of("moment")) <= set(verbs_of("request")) & set(verbs_of("push"))


def test_a_verb_knows_its_own_name() -> None:
    assert verb_name(DelayAnswer(time=span(3))) == "delay"


@pytest.mark.parametrize(
    ("written", "ms"),
    [(1500, 1500), ("1500ms", 1500), ("3s", 3_000), ("10m", 600_000), ("2h", 7_200_000)],
)
def test_times_are_numbers_of_ms_or_text_with_a_unit(written: object, ms: int) -> None:
    assert span(written) == ms


def test_only_a_step_of_the_clock_may_go_back() -> None:
    rule = rule_of({"verb": "clock_step", "by": "-1d", "when": {"at": 0}})

    assert rule.verb == ClockStep(by=span("-1d"))
