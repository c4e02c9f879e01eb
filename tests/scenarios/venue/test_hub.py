"""The hub: subscriptions, its words for bad requests, pings, the close after a day."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import Millis
from benthic.scenarios.venue.hub import DAY
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.fate import Fate
from benthic.scenarios.venue.wire.messages import Request, Response
from benthic.scenarios.venue.wire.strikes import NoFaults, Push

from .spot.trader import Ear, a_venue, listen


@cache
def one_venue() -> Venue:
    """One for all examples of a property."""
    return a_venue()


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ('{"method":"SUBSCRIBE","params":["a@trade"],"id":1}', {"result": None, "id": 1}),
        ('{"method":"SUBSCRIBE","params":["a@trade"],"id":"ab1"}', {"result": None, "id": "ab1"}),
        ('{"method":"SUBSCRIBE","params":["a@trade"],"id":null}', {"result": None, "id": None}),
        ('{"method":"LIST_SUBSCRIPTIONS","id":3}', {"result": [], "id": 3}),
        ('{"method":"GET_PROPERTY","params":["combined"],"id":2}', {"result": False, "id": 2}),
        ('{"method":"SET_PROPERTY","params":["combined",true],"id":5}', {"result": None, "id": 5}),
        ("{nonsense", {"code": 3, "msg": "Invalid JSON: expected value at line 1 column 2"}),
        ('{"id":1}',
         {"code": 2, "msg": "Invalid request: missing field `method` at line 1 column 8"}),
        ('{"method":"SUBSCRIBE","params":["a"]}',
         {"code": 2, "msg": "Invalid request: request ID must be an unsigned integer"}),
        ('{"method":"SUBSCRIBE","params":["a"],"id":1.5}',
         {"code": 2, "msg": "Invalid request: request ID must be an unsigned integer"}),
        ('{"method":"SET_PROPERTY","params":["colour",true],"id":5}',
         {"code": 0, "msg": "Unknown property", "id": 5}),
        ('{"method":"SET_PROPERTY","params":["combined",1],"id":5}',
         {"code": 1, "msg": "Invalid value type: expected Boolean", "id": 5}),
        ('{"method":"SET_PROPERTY","params":[],"id":5}',
         {"code": 2, "msg": "Invalid request: property name must be a string", "id": 5}),
        ('{"method":"GET_PROPERTY","params":["combined",true],"id":5}',
         {"code": 2, "msg": "Invalid request: too many parameters", "id": 5}),
        ('{"method":"LIST_SUBSCRIPTIONS","params":["a"],"id":3}',
         {"code": 2, "msg": "Invalid request: too many parameters", "id": 3}),
    ],
)  # fmt: skip
def test_requests_are_answered_in_the_venues_words(message: str, answer: Any) -> None:
    ear, handler = listen(a_venue(), "/ws")
    handler.text(message)

    assert ear.take() == [answer]


def test_an_unknown_method_is_told_which_there_are() -> None:
    ear, handler = listen(a_venue(), "/ws")
    handler.text('{"method":"SUBCRIBE","params":["a"],"id":1}')
    (answer,) = ear.take()

    assert answer["code"] == 2
    assert answer["msg"].startswith(
        "Invalid request: unknown variant `SUBCRIBE`, expected one of `SUBSCRIBE`"
    )


@given(
    st.text(max_size=60)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)
)
def test_whatever_a_client_says_is_answered(message: str) -> None:
    ear, handler = listen(one_venue(), "/ws")
    handler.text(message)

    assert len(ear.take()) == 1
    assert ear.is_open


def test_a_connection_listens_to_so_many_streams_and_no_more() -> None:
    ear, handler = listen(a_venue(), "/ws")
    names = [f"s{number}@trade" for number in range(1_025)]
    handler.text(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
    handler.text(json.dumps({"method": "SUBSCRIBE", "params": names[:1_024], "id": 2}))
    refused, taken = ear.take()

    assert refused["code"] == 2
    assert taken == {"result": None, "id": 2}


def test_who_says_too_much_in_a_second_is_cut_off() -> None:
    venue = a_venue()
    ear, handler = listen(venue, "/ws")
    for _ in range(5):
        handler.text('{"method":"LIST_SUBSCRIPTIONS","id":3}')
    assert ear.is_open
    venue.run_to(Millis(venue.now + 1_000))
    for _ in range(5):
        handler.pinged()
    assert ear.is_open
    handler.text('{"method":"LIST_SUBSCRIPTIONS","id":3}')

    assert ear.closing == (1008, "Too many requests")


def test_pings_come_every_twenty_seconds_and_want_their_pongs() -> None:
    venue = a_venue()
    ear, handler = listen(venue, "/ws")
    for _ in range(6):
        venue.run_to(Millis(venue.now + 20_000))
        handler.ponged(ear.pings[-1])
    assert len(ear.pings) == 6
    assert ear.is_open
    venue.run_to(Millis(venue.now + 80_001))

    assert ear.closing == (1008, "Pong timeout")


def test_no_connection_outlives_a_day() -> None:
    venue = a_venue()
    ear, handler = listen(venue, "/ws")
    while venue.now - ear.opened_at < DAY - 20_000:
        venue.run_to(Millis(venue.now + 20_000))
        handler.ponged(b"")
    assert ear.is_open
    venue.run_to(Millis(ear.opened_at + DAY))

    assert ear.closing is not None
    assert ear.closing[0] == 1001


def test_an_address_may_connect_three_hundred_times_in_five_minutes() -> None:
    venue = a_venue()
    for number in range(300):
        listen(venue, "/ws", number=number)
    ear = Ear(venue)
    refused = venue.socket(Request("GET", "/ws", "", {}, b"", ear.address), ear)
    assert isinstance(refused, Response)
    assert (refused.status, refused.headers) == (429, (("Retry-After", "300"),))
    other = Ear(venue, address="10.0.0.7")
    assert not isinstance(
        venue.socket(Request("GET", "/ws", "", {}, b"", other.address), other), Response
    )
    venue.run_to(Millis(venue.now + 300_000))

    listen(venue, "/ws")


class Doubling(NoFaults):
    """Sends each push twice, and drops those of one kind."""

    def on_push(self, session: Any, stream: str, kind: str, symbol: str, text: str) -> list[Push]:
        assert (session.id, stream, symbol) == (1, "btcusdt@x", "BTCUSDT")
        return [] if kind == "lost" else [Push(text), Push('"again"', fate=None)]


def test_faults_decide_what_becomes_of_a_push() -> None:
    venue = a_venue()
    venue.use_faults(Doubling())
    ear, _ = listen(venue, "/ws/btcusdt@x")
    hub = venue.hubs["spot"]
    hub.push("btcusdt@x", "lost", "BTCUSDT", '"gone"')
    hub.push("btcusdt@x", "kept", "BTCUSDT", '"here"')

    assert ear.take() == ["here", "again"]
    assert Fate() == Fate()


def test_a_shutdown_is_announced_before_everybody_is_cut_off() -> None:
    venue = a_venue()
    raw, _ = listen(venue, "/ws")
    named, _ = listen(venue, "/stream", number=2)
    api, _ = listen(venue, "/ws-api/v3", number=3)
    venue.announce_shutdown()
    event = {"e": "serverShutdown", "E": venue.now}

    assert raw.take() == [event]
    assert named.take() == [{"stream": "!serverShutdown", "data": event}]
    assert api.take() == [{"event": event}]
    venue.close_sockets(1012, "restart")
    assert {each.closing for each in (raw, named, api)} == {(1012, "restart")}
