"""What once ended a venue, or struck the wrong market of it; each case was found by hand."""

from __future__ import annotations

import json

import pytest

from benthic.runtime import Millis
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.faults.errors import BadPlan
from benthic.scenarios.venue.faults.state import put_in_force
from benthic.scenarios.venue.faults.toml import plan_of
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.messages import Request, Response

from ..spot.trader import Ear, Trader, a_venue, listen
from .struck import SYMBOL
from .struck import a_venue as a_struck_venue


@pytest.mark.parametrize("path", ["/stream", "/usdm/stream"])
def test_a_handshake_for_too_many_streams_is_refused_and_the_venue_goes_on(path: str) -> None:
    venue = a_venue()
    names = "/".join(f"s{number}@trade" for number in range(1_025))
    request = Request("GET", path, f"streams={names}", {}, b"", "10.0.0.1")
    answer = venue.socket(request, Ear(venue))

    assert isinstance(answer, Response)
    assert answer.status in {400, 404}
    assert venue.request(Request("GET", "/api/v3/ping", "", {}, b"", "10.0.0.1")).status == 200


@pytest.mark.parametrize("verb", ["close", "disconnect", "server_shutdown"])
@pytest.mark.parametrize("code", [-1, 0, 999, 1005, 1006, 99_999])
def test_a_code_that_cannot_close_a_socket_is_refused_at_the_start(verb: str, code: int) -> None:
    when = '{ stream = "*" }' if verb == "close" else '{ at = "1s" }'
    with pytest.raises(BadPlan, match="cannot be sent"):
        plan_of(f'[[rule]]\nverb = "{verb}"\ncode = {code}\nwhen = {when}\n')


def test_rates_of_one_and_shares_above_it_are_refused() -> None:
    with pytest.raises(BadPlan, match="no rate"):
        plan_of('[[rule]]\nverb = "set_fees"\nmaker = "5"\ntaker = "5"\nwhen = { at = "1s" }\n')
    with pytest.raises(BadPlan, match="is no share"):
        plan_of('[[rule]]\nverb = "engine_restart"\nshare = "3"\nwhen = { at = "1s" }\n')


PLAN = """
[[rule]]
verb = "set_mark"
symbol = "BTCUSDT"
mark = "50000"
when = { at = "1s" }

[[rule]]
verb = "halt"
symbol = "usdm:BTCUSDT"
when = { at = "2s" }
"""


def test_one_symbol_of_two_families_is_told_apart() -> None:
    venue = Venue(
        VenueConfig(
            markets=(
                MarketPlan(pair="BTC/USDT", kind="quiet"),
                MarketPlan(pair="BTC/USDT", family="linear", kind="quiet"),
            ),
            accounts=(AccountPlan(name="ann", deposits={"spot": {"USDT": "1"}}),),
        )
    )
    faults = put_in_force(plan_of(PLAN), venue)
    venue.start()
    venue.run_to(Millis(venue.now + 3_000))

    assert [fired.problem for fired in faults.log.entries()] == ["", ""]
    assert venue.engines["linear"].markets["BTCUSDT"].state == "halted"
    assert venue.engines["spot"].markets["BTCUSDT"].state == "trading"


DEEP = "[" * 30_000 + "]" * 30_000


@pytest.mark.parametrize("path", ["/ws", "/usdm/ws", "/coinm/stream", "/ws-api/v3"])
@pytest.mark.parametrize(
    "message",
    [DEEP, DEEP[:30_000], f'{{"id":1,"method":"SUBSCRIBE","params":{DEEP}}}', f'{{"a":{DEEP}}}'],
    ids=["lists", "unclosed", "params", "key"],
)
def test_lists_in_lists_in_lists_are_answered_and_the_venue_goes_on(
    path: str, message: str
) -> None:
    venue = a_venue_of_all()
    ear, handler = listen(venue, path)
    handler.text(message)

    (answer,) = ear.take()
    assert "Invalid JSON" in str(answer) or answer["status"] == 400
    handler.text('{"id":1,"method":"LIST_SUBSCRIPTIONS"}')
    assert ear.take()


def test_a_batch_of_lists_in_lists_is_refused() -> None:
    trader = Trader(a_venue_of_all())
    for orders in (DEEP, f'[{{"symbol":{DEEP}}}]'):
        answer = trader.signed("POST", "/fapi/v1/batchOrders", batchOrders=orders)
        assert answer[1]["code"] == -1130


def a_venue_of_all() -> Venue:
    markets = (
        MarketPlan(pair="BTC/USDT", kind="quiet"),
        MarketPlan(pair="BTC/USDT", family="linear", kind="quiet"),
        MarketPlan(pair="BTC/USD", family="inverse", kind="quiet"),
    )
    return Venue(VenueConfig(markets=markets, accounts=(AccountPlan(name="ann"),), has_past=False))


def test_one_stream_many_times_is_one_stream() -> None:
    venue = a_venue()
    names = "/".join(["btcusdt@trade"] * 2_000)
    ear, handler = listen(venue, f"/ws/{names}")
    handler.text('{"id":1,"method":"LIST_SUBSCRIPTIONS"}')

    assert ear.take() == [{"result": ["btcusdt@trade"], "id": 1}]


@pytest.mark.parametrize(
    "verb",
    [
        'verb = "deposit"\nasset = "BTC"\namount = 1',
        'verb = "manual_order"\nsymbol = "BTCUSDT"\nside = "buy"\namount = "0.001"',
    ],
)
def test_what_a_fault_makes_the_venue_say_calls_no_other_fault(verb: str) -> None:
    """Else a rule that answers each event with another one keeps the venue in one moment."""
    venue = a_struck_venue()
    plan = f'[[rule]]\n{verb}\nwhen = {{ event = "*" }}\n'
    faults = put_in_force(plan_of(plan), venue)
    key = venue.request(
        Request("POST", "/api/v3/userDataStream", "", {"x-mbx-apikey": venue.api_key("bot").key})
    )
    name = json.loads(key.body)["listenKey"]
    ears = listen_struck(venue, f"/ws/{SYMBOL.lower()}@trade/{name}")
    venue.engines["spot"].clearing.deposit(1, "USDT", 10**20, venue.now)
    venue.settle()
    venue.run_to(Millis(venue.now + 1_000))

    assert 0 < faults.log.total < 10
    assert ears.heard


def listen_struck(venue: Venue, path: str) -> Ear:
    ear = Ear(venue)
    assert not isinstance(venue.socket(Request("GET", path), ear), Response)
    return ear
