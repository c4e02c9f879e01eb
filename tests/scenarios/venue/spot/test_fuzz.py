"""No request stops the venue: every endpoint answers whatever its parameters hold."""

from __future__ import annotations

import json
from functools import cache
from urllib.parse import urlencode

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.scenarios.venue.access.signing import sign
from benthic.scenarios.venue.dialect.routes import SIGNING, Route
from benthic.scenarios.venue.spot.exchange import SpotExchange
from benthic.scenarios.venue.wire.messages import Request

from .trader import LIVELY, Trader, a_venue, listen

LONG = 2**63 - 1
WORTHS = st.sampled_from(
    (
        "BTCUSDT", "ETHUSDT", "NOPE", "", "0", "1", "-1", "0.01", "50000", "1e9", "NaN", "true",
        "x" * 300, str(LONG), str(LONG + 1), "9" * 20, "0." + "0" * 19 + "1", "1m", "1M", "1d",
        '["BTCUSDT"]', "[]",
        "[1]", "{}", "BUY", "SELL", "LIMIT", "MARKET", "STOP_LOSS", "LIMIT_MAKER", "GTC", "FOK",
        "STOP_LOSS_LIMIT", "TAKE_PROFIT", "STOP_ON_FAILURE", "ALLOW_FAILURE", "FULL", "ACK", "MINI",
        "EXPIRE_BOTH", "1767225600000", "\x00", "ü", "%", "49000", "51000",
    )
) | st.text(max_size=10)  # fmt: skip
USUAL = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.01",
    "price": "50000", "interval": "1m", "cancelReplaceMode": "ALLOW_FAILURE", "cancelOrderId": "1",
    "orderId": "1", "aboveType": "LIMIT_MAKER", "belowType": "STOP_LOSS", "abovePrice": "70000",
    "belowStopPrice": "40000", "stopPrice": "40000", "workingType": "LIMIT", "workingSide": "BUY",
    "workingPrice": "50000", "workingQuantity": "0.01", "workingTimeInForce": "GTC",
    "pendingType": "MARKET", "pendingSide": "SELL", "pendingQuantity": "0.01", "newQty": "0.005",
}  # fmt: skip


@cache
def the_venue() -> Trader:
    """One venue for all examples: what one of them breaks the next one meets."""
    venue = a_venue(LIVELY)
    venue.run_to(venue.now + 60_000)  # type: ignore[arg-type]  # an int of ms
    return Trader(venue)


def routes() -> list[Route]:
    exchange = the_venue().venue.exchanges["spot"]
    assert isinstance(exchange, SpotExchange)
    tables = (exchange.rest._routes, exchange.wallet._routes)
    return [route for table in tables for methods in table.values() for route in methods.values()]


def request(trader: Trader, route: Route, params: dict[str, str]) -> Request:
    """As a client sends it: signed where that is wanted."""
    query = urlencode(params)
    if route.security in SIGNING:
        query = urlencode(params | {"timestamp": str(trader.venue.clock.now())})
        query += f"&signature={sign(trader.key.secret.reveal(), query.encode())}"
    headers = {} if route.security == "NONE" else {"x-mbx-apikey": trader.key.key}
    return Request(route.method, route.path, query, headers, b"", "10.0.0.1")


@settings(max_examples=1_500)
@given(st.data())
def test_every_endpoint_answers_whatever_it_is_sent(data: st.DataObject) -> None:
    trader = the_venue()
    route = data.draw(st.sampled_from(routes()))
    takes = route.takes if route.takes is not None else ("symbol",)
    params = {name: USUAL[name] for name in takes if name in USUAL and data.draw(st.booleans())}
    strange = data.draw(st.lists(st.sampled_from(takes), max_size=3)) if takes else []
    params |= {name: data.draw(WORTHS) for name in strange}
    answer = trader.venue.request(request(trader, route, params))
    body = json.loads(answer.body)

    assert answer.status in {200, 400, 409}, body
    assert answer.status == 200 or body["code"] < 0


def test_the_fuzzed_venue_still_adds_up() -> None:
    the_venue().engine.clearing.check()


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
METHODS = st.sampled_from(
    (
        "ping",
        "order.place",
        "klines",
        "depth",
        "userDataStream.unsubscribe",
        "session.logon",
        "x",
        "",
    )
)


@settings(max_examples=200)
@given(
    st.text(max_size=40)
    | JSONS.map(json.dumps)
    | st.tuples(METHODS, JSONS, JSONS).map(
        lambda parts: json.dumps({"method": parts[0], "id": parts[1], "params": parts[2]})
    )
)
def test_the_websocket_api_answers_whatever_it_is_told(message: str) -> None:
    ear, handler = listen(the_venue().venue, "/ws-api/v3")
    handler.text(message)

    assert len(ear.take()) == 1
    assert ear.is_open
