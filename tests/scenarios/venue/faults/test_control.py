"""The control port: who is let in, what can be ordered, and what it answers to nonsense."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime.errors import UsageError
from benthic.scenarios.venue.faults.control import ControlDoor
from benthic.scenarios.venue.faults.plan import FaultPlan
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.wire.messages import Request, Response

from .bare import BareSite, planned
from .struck import SYMBOL, a_venue

TOKEN = "t" * 40
LET_IN = {"host": "127.0.0.1:4711", "authorization": f"Bearer {TOKEN}"}


def a_door(site: BareSite | None = None) -> ControlDoor:
    return ControlDoor(planned(site or BareSite()), TOKEN)


def a_real_door() -> ControlDoor:
    """Of a venue with a market, whose endpoints are known."""
    return ControlDoor(put_in_force(FaultPlan(), a_venue()), TOKEN)


def asked(
    door: ControlDoor, method: str, path: str, body: object = None, query: str = ""
) -> tuple[int, Any]:
    content = b"" if body is None else json.dumps(body).encode()
    answer = door.request(Request(method, path, query, LET_IN, content))
    return answer.status, json.loads(answer.body)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "[::1]:80"}, 200),
        ({"host": "LOCALHOST:80"}, 200),
        ({"host": "evil.example"}, 421),
        ({"host": "127.0.0.1.evil.example"}, 421),
        ({"host": "127.0.0.1@evil.example"}, 421),
        ({"host": ""}, 421),
        ({"host": "127.0.0.2"}, 421),
        ({"origin": "http://127.0.0.1:4711"}, 403),
        ({"origin": "null"}, 403),
        ({"authorization": ""}, 401),
        ({"authorization": TOKEN}, 401),
        ({"authorization": f"bearer {TOKEN}"}, 401),
        ({"authorization": f"Bearer {TOKEN[:-1]}"}, 401),
        ({"authorization": f"Bearer {TOKEN}t"}, 401),
        ({"authorization": f"Bearer {TOKEN[:-1]}é"}, 401),
        ({"authorization": "Basic dDp0"}, 401),
    ],
)
def test_only_the_loopback_host_with_the_token_is_let_in(
    changes: dict[str, str], status: int
) -> None:
    answer = a_door().request(Request("GET", "/state", "", {**LET_IN, **changes}))

    assert answer.status == status
    assert TOKEN.encode() not in answer.body


@pytest.mark.parametrize("left_out", ["host", "authorization"])
def test_a_header_that_is_missing_lets_nobody_in(left_out: str) -> None:
    headers = {name: value for name, value in LET_IN.items() if name != left_out}

    assert a_door().request(Request("GET", "/rules", "", headers)).status in {401, 421}


@pytest.mark.parametrize("token", ["", "short", "é" * 40])
def test_a_weak_token_opens_no_port(token: str) -> None:
    with pytest.raises(UsageError, match="32 ASCII characters"):
        ControlDoor(planned(BareSite()), token)


def test_rules_are_added_listed_and_removed() -> None:
    door = a_real_door()
    rule = {"verb": "delay", "time": "3s", "when": {"path": "/api/v3/order"}, "fault": "A5"}

    status, made = asked(door, "POST", "/rules", rule)
    assert (status, made["number"], made["title"]) == (201, 1, "A5 delay")
    assert asked(door, "GET", "/rules")[1] == [made]
    assert asked(door, "DELETE", "/rules/1") == (200, {"removed": True})
    assert asked(door, "DELETE", "/rules/1") == (404, {"removed": False})
    assert asked(door, "GET", "/rules") == (200, [])


def test_a_verb_strikes_at_once_and_is_on_record() -> None:
    site = BareSite()
    door = a_door(site)

    status, fired = asked(door, "POST", "/fire", {"verb": "disconnect", "code": 1001})
    assert (status, fired["verb"], fired["cause"]) == (200, "disconnect", "the control port")
    assert site.told == ["close 1001 24 hours", "settle"]
    record = {"total": 1, "fired": [fired]}
    assert asked(door, "GET", "/fired") == (200, record)
    assert asked(door, "GET", "/fired", query="after=1") == (200, {"total": 1, "fired": []})


def test_a_verb_that_finds_nothing_to_strike_says_so() -> None:
    order = {"verb": "venue_cancel", "symbol": SYMBOL}
    status, fired = asked(a_real_door(), "POST", "/fire", order)

    assert status == 409
    assert fired["problem"].startswith("venue_cancel: account 1 has no such order in BTCUSDT")


def test_all_that_is_wrong_with_an_order_is_told_at_once() -> None:
    order = {"verb": "manual_order", "symbol": "BTCUSD", "side": "up", "amount": "1", "account": 9}
    status, answer = asked(a_real_door(), "POST", "/fire", order)
    assert status == 400
    assert [flaw["place"] for flaw in answer["errors"]] == ["fire: side"]

    status, answer = asked(a_real_door(), "POST", "/fire", {**order, "side": "buy"})
    assert status == 400
    assert answer["errors"] == [
        {
            "place": "fire: account",
            "problem": "there is no account 9",
            "remedy": "there are 1, 2",
        },
        {
            "place": "fire: symbol",
            "problem": "there is no market 'BTCUSD'",
            "remedy": "did you mean BTCUSDT?",
        },
    ]
    assert answer["error"].count("\n") == 1

    rule = {"verb": "drop", "when": {"stream": "ethusdt@trade", "probability": 7}}
    status, answer = asked(a_real_door(), "POST", "/rules", rule)
    assert status == 400
    assert [flaw["place"] for flaw in answer["errors"]] == [
        "rule: when.probability",
        "rule: when.stream",
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", "/rules", {"verb": "drp"}, "no verb 'drp'"),
        ("POST", "/rules", {"verb": "drop", "when": {}}, "would never strike"),
        ("POST", "/rules", [], "is no JSON object"),
        ("POST", "/fire", {"verb": "drop"}, "only a moment"),
        ("POST", "/fire", {"verb": "halt"}, "symbol is missing"),
        ("POST", "/fire", {"verb": "halt", "symbol": "X", "when": {}}, "it strikes now"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_remedy(
    method: str, path: str, body: object, words: str
) -> None:
    status, answer = asked(a_door(), method, path, body)

    assert status == 400
    assert words in answer["error"]


def test_there_is_nothing_else() -> None:
    door = a_door()

    for method, path in (("GET", "/"), ("PUT", "/rules"), ("DELETE", "/rules/x"), ("GET", "/fire")):
        assert asked(door, method, path)[0] == 404
    assert asked(door, "GET", "/fired", query="after=x")[0] == 400


def test_a_body_of_another_type_or_size_is_refused() -> None:
    door = a_door()
    wrong = {**LET_IN, "content-type": "text/plain"}

    assert door.request(Request("POST", "/fire", "", wrong, b"{}")).status == 400
    assert door.request(Request("POST", "/fire", "", LET_IN, b" " * 70_000)).status == 413


@given(st.binary(max_size=200), st.sampled_from(["/rules", "/fire"]))
def test_no_body_breaks_the_port(body: bytes, path: str) -> None:
    answer = a_door().request(Request("POST", path, "", LET_IN, body))

    assert isinstance(answer, Response)
    assert answer.status == 400


def test_a_withdrawal_that_is_refused_says_what_there_is_in_decimals() -> None:
    door = a_real_door()

    status, told = asked(
        door,
        "POST",
        "/fire",
        {"verb": "withdraw", "account": 1, "asset": "USDT", "amount": "99999999.5"},
    )

    assert status == 409
    assert told["problem"].startswith("INSUFFICIENT_BALANCE: needs 99999999.5 USDT, ")


def test_a_restart_with_nothing_to_lose_says_so() -> None:
    door = a_real_door()

    status, told = asked(door, "POST", "/fire", {"verb": "engine_restart"})
    assert status == 409
    assert "no order was open to be lost" in told["problem"]

    status, told = asked(door, "POST", "/fire", {"verb": "engine_restart", "down": "5s"})
    assert (status, told["problem"]) == (200, "")


def test_a_message_to_inject_is_a_text_or_an_object() -> None:
    door = a_real_door()
    rule = {"verb": "inject", "when": {"stream": "*@trade"}}

    for message in ("not json", {"e": "news", "x": [1]}):
        status, _ = asked(door, "POST", "/rules", {**rule, "message": message})
        assert status == 201
    status, told = asked(door, "POST", "/rules", {**rule, "message": 7})
    assert status == 400
    assert "message" in told["error"]
