"""Nonsense of each kind: what it makes of a message, and that it raises on none."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.scenarios.venue.faults.garbage import behind, crossed, padded, spiked, spoil
from benthic.scenarios.venue.faults.request_verbs import Garbage, Nonsense

TRADE = (
    '{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.00100000","q":"100.00000000",'
    '"T":1672515782136,"m":true,"M":true}'
)
DIFF = '{"e":"depthUpdate","U":157,"u":160,"b":[["10.50","2.00"]],"a":[["10.70","0.00"]]}'

CASES = (
    ("nan", '"p":"NaN","q":"NaN"'),
    ("bare_nan", '"p":NaN,"q":NaN'),
    ("infinity", '"p":"Infinity"'),
    ("negative", '"p":"-0.00100000"'),
    ("negative_zero", '"p":"-0.00000000"'),
    ("zero", '"p":"0.00000000"'),
    ("huge", '"p":"1e308"'),
    ("exponent", '"p":"0.1e-2"'),
    ("wrong_type", '"t":"12345"'),
    ("unknown_event", '"e":"somethingNew"'),
    ("unknown_field", '"somethingNew":{'),
    ("wrong_symbol", '"s":"XYZABC"'),
    ("lower_symbol", '"s":"bnbbtc"'),
    ("microseconds", '"E":1672515782136000'),
    ("seconds", '"E":1672515782,'),
    ("future", '"E":1672519382136'),
    ("past", '"E":1672512182136'),
    ("big_ids", '"t":9007199254753337'),
)


@pytest.mark.parametrize(("kind", "said"), CASES, ids=[kind for kind, _ in CASES])
def test_each_kind_spoils_a_message_in_its_way(kind: Nonsense, said: str) -> None:
    assert said in spoil(TRADE, Garbage(kind=kind))
    assert said in spoil(f'{{"stream":"x","data":{TRADE}}}', Garbage(kind=kind))


def test_a_field_can_be_singled_out() -> None:
    spoiled = spoil(TRADE, Garbage(kind="nan", field="p"))

    assert json.loads(spoiled) == {**json.loads(TRADE), "p": "NaN"}


def test_a_foreign_order_has_ids_that_nobody_here_gave_out() -> None:
    spoiled = spoil('{"i":3,"c":"mine","C":""}', Garbage(kind="foreign_order"))

    assert json.loads(spoiled) == {"i": 900_000_003, "c": "foreign-mine", "C": ""}


def test_what_is_no_json_is_none() -> None:
    with pytest.raises(json.JSONDecodeError):
        json.loads(spoil(TRADE, Garbage(kind="not_json")))
    with pytest.raises(RecursionError):
        json.loads(spoil(TRADE, Garbage(kind="deep")))


def test_a_missing_field_is_the_last_one() -> None:
    assert list(json.loads(spoil(TRADE, Garbage(kind="missing_field"))))[-1] == "m"


def test_a_spike_keeps_the_digits() -> None:
    assert json.loads(spiked(TRADE, 10, 1))["p"] == "0.01000000"
    assert json.loads(spiked(TRADE, 1, 10))["p"] == "0.00010000"


def test_a_crossed_book_has_a_bid_above_its_asks() -> None:
    assert json.loads(crossed(DIFF))["b"][0] == ["21.40", "2.00"]


def test_a_padded_message_is_so_much_longer() -> None:
    assert len(padded(TRADE, 5_000)) > len(TRADE) + 5_000


def test_a_stale_snapshot_is_behind() -> None:
    assert json.loads(behind('{"lastUpdateId":160}', 100))["lastUpdateId"] == 60


@given(text=st.text() | st.just(TRADE) | st.just(DIFF), kind=st.sampled_from(get_args(Nonsense)))
def test_no_message_breaks_a_kind(text: str, kind: Nonsense) -> None:
    assert isinstance(spoil(text, Garbage(kind=kind)), str)
    assert isinstance(crossed(text) + spiked(text, 3, 1) + padded(text, 3) + behind(text, 3), str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["1.5", "-0"]),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(st.sampled_from(["b", "a", "s", "p", "e", "data", "i"]), inner)
        ),
    ),
    st.sampled_from(get_args(Nonsense)),
)
def test_no_json_breaks_a_kind(content: object, kind: Nonsense) -> None:
    text = json.dumps(content)

    spoil(text, Garbage(kind=kind))
    assert crossed(text)
    assert spiked(text, 3, 1)
