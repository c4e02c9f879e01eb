"""Fault plans as files: what they say, and what is refused before anything starts."""

import re
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.scenarios.venue.faults.answers import merged
from benthic.scenarios.venue.faults.errors import BadPlan, PlanUnreadable
from benthic.scenarios.venue.faults.plan import all_verbs, verb_name, verbs_of
from benthic.scenarios.venue.faults.push_verbs import Gap
from benthic.scenarios.venue.faults.request_verbs import DelayAnswer, Merge, Status
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

WRITTEN = '\'1 s\' is no time: write 1500, "1500ms", "3s", "10m", "2h" or "1d"'

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
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", since = "2s", until = "1s" }',
        "rule 1: when.until: is over before it begins; write a later moment",
    ),
    (
        '[[rule]]\nverb = "halt"\nsymbol = "X"\nwhen = { at = "1s", nth = 2 }',
        "rule 1: when.nth: means nothing beside at",
    ),
    (
        '[[rule]]\nverb = "drop"\nwhen = { stream = "x", account = 1 }',
        "rule 1: when.account: a push bears no account",
    ),
    (
        '[[rule]]\nverb = "mute"\nwhen = { method = "PSOT" }',
        "rule 1: when.method: there is no 'PSOT'; did you mean POST?",
    ),
    (
        '[[rule]]\nverb = "mute"\nwhen = { path = "api/v3/order" }',
        'rule 1: when.path: does not begin with /; write "/api/v3/order"',
    ),
    (
        '[[rule]]\nverb = "headers"\nheaders = { "X Y" = "1" }\nwhen = { path = "/x" }',
        "rule 1: headers: 'X Y' names no header",
    ),
    *(
        (
            f'[[rule]]\nverb = {verb}\nwhen = {{ path = "/x" }}',
            "'a\\r\\nb: c' cannot stand in a header; write printable Latin-1 on one line",
        )
        for verb in (
            '"headers"\nheaders = { X = "a\\r\\nb: c" }',
            '"status"\nstatus = 503\nheaders = { X = "a\\r\\nb: c" }',
            '"redirect"\nlocation = "a\\r\\nb: c"',
            '"body"\nbody = ""\ncontent_type = "a\\r\\nb: c"',
        )
    ),
    (
        '[[rule]]\nverb = "dribble"\nevery = 0\nwhen = { path = "/x" }',
        "rule 1: every: 0 is too little; write at least 1 ms",
    ),
    (
        '[[rule]]\nverb = "huge"\nsize = 100000000\nwhen = { stream = "x" }',
        "rule 1: size: 100000000 is too much; write at most 4000000",
    ),
    (
        '[[rule]]\nverb = "redeliver"\ncount = 1001\nwhen = { stream = "x" }',
        "rule 1: count: 1001 is too much; write at most 1000",
    ),
    (
        '[[rule]]\nverb = "clock_drift"\nppm = 1000001\nwhen = { at = 0 }',
        "rule 1: ppm: 1000001 is too much; write -1000000 to 1000000",
    ),
    (
        '[[rule]]\nverb = "deposit"\nasset = "BTC"\namount = "1e400000"\nwhen = { at = 0 }',
        "rule 1: amount: 1E+400000 is no amount of any market",
    ),
    (
        '[[rule]]\nverb = "disconnect"\nreason = "' + "x" * 124 + '"\nwhen = { at = 0 }',
        "rule 1: reason: does not fit a close frame; write up to 123 bytes",
    ),
    (
        '[[rule]]\nverb = "body"\nbody = ""\nstatus = 0\nwhen = { path = "/x" }',
        "rule 1: status: 0 is no status of an answer; write 200 to 599",
    ),
    *(
        (f"[[rule]]\nverb = {verb}\nwhen = {{ at = 0 }}", "NaN is no amount; write a finite number")
        for verb in (
            '"engine_restart"\nshare = nan',
            '"set_fees"\nmaker = "0.1"\ntaker = nan',
            '"fill"\nsymbol = "X"\nshare = "NaN"',
        )
    ),
    (
        '[[rule]]\nverb = "fill"\nsymbol = "X"\nshare = 0\nwhen = { at = 0 }',
        "rule 1: share: 0 is no share; write more than 0, up to 1",
    ),
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


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * (8 * 2**20 + 1)])
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(content)

    with pytest.raises(BadPlan, match=re.escape(str(file))):
        read_plan(file)


def test_a_file_that_cannot_be_read_is_no_bad_plan(tmp_path: Path) -> None:
    for file in (tmp_path / "missing.toml", tmp_path):
        with pytest.raises(PlanUnreadable, match=re.escape(f"{file}: cannot be read")):
            read_plan(file)


def test_everything_that_is_wrong_is_told_at_once_in_the_order_of_the_file() -> None:
    broken = """
    seed = -1

    [[rule]]
    verb = "delay"
    tme = 3
    fault = "Z1"
    when = { path = "/x", nth = -1, since = "1 s" }

    [[rule]]
    verb = "halt"
    symbol = "BTCUSDT"
    when = { at = "1s" }

    [[rule]]
    verb = "burst"
    count = 0
    when = { stream = "x", probability = 2.0 }
    """
    with pytest.raises(BadPlan) as told:
        plan_of(broken)

    assert [(flaw.place, flaw.problem) for flaw in told.value.flaws] == [
        ("plan: seed", "-1 is no seed"),
        ("plan: rule 1: when: since", WRITTEN),
        ("plan: rule 1: tme", "unknown key"),
        ("plan: rule 1", "time is missing"),
        ("plan: rule 1: fault", "'Z1' is no fault code"),
        ("plan: rule 3: when.probability", "is no probability"),
        ("plan: rule 3: count", "0 is too little"),
    ]
    assert str(told.value).splitlines() == [str(flaw) for flaw in told.value.flaws]


def merging(fields: str) -> str:
    return f'[[rule]]\nverb = "merge"\nfields = {fields}\nwhen = {{ path = "/x" }}'


def test_what_is_merged_is_json_again() -> None:
    (rule,) = plan_of(merging("{ a = 1.5, b = [true, { c = -2 }] }")).rules

    assert isinstance(rule.verb, Merge)
    assert merged("{}", rule.verb) == '{"a":1.5,"b":[true,{"c":-2}]}'


@pytest.mark.parametrize("fields", ["{ price = 1979-05-27 }", "{ price = [nan] }"])
def test_what_json_cannot_say_is_not_merged(fields: str) -> None:
    with pytest.raises(BadPlan, match="cannot be said in JSON"):
        plan_of(merging(fields))


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
