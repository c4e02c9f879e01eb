"""The WebSocket API: the same answers as REST, and user data on the same connection."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benthic.scenarios.venue.access.limits import Limits
from benthic.scenarios.venue.access.signing import sign
from benthic.scenarios.venue.wire.messages import Request, Response

from .trader import LIVELY, Ear, Trader, a_venue, listen

ORDER = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "0.1",
    "price": "50000",
}  # fmt: skip


class Caller:
    """Speaks to the WebSocket API for one account."""

    def __init__(self, trader: Trader, *, number: int = 1) -> None:
        self.trader = trader
        self.ear, self.handler = listen(trader.venue, "/ws-api/v3", number=number)
        self.events: list[Any] = []

    def call(self, method: str, **params: object) -> Any:
        self.handler.text(json.dumps({"id": "q", "method": method, "params": params}))
        *before, answer = self.ear.take()
        self.events += before
        assert answer["id"] == "q"
        return answer

    def signed(self, method: str, **params: object) -> Any:
        key = self.trader.key
        params = {"apiKey": key.key, "timestamp": self.trader.venue.clock.now(), **params}
        texts = {name: json.dumps(each).strip('"') for name, each in params.items()}
        payload = "&".join(f"{name}={texts[name]}" for name in sorted(texts))
        return self.call(method, **params, signature=sign(key.secret.reveal(), payload.encode()))


def a_caller(markets: Any = None) -> Caller:
    return Caller(Trader(a_venue(markets) if markets else a_venue()))


@pytest.mark.parametrize(
    ("method", "path", "params"),
    [
        ("time", "time", {}),
        ("ping", "ping", {}),
        ("exchangeInfo", "exchangeInfo", {"symbols": ["BTCUSDT"]}),
        ("depth", "depth", {"symbol": "BTCUSDT", "limit": 5}),
        ("klines", "klines", {"symbol": "BTCUSDT", "interval": "1m", "limit": 3}),
        ("trades.recent", "trades", {"symbol": "BTCUSDT"}),
        ("ticker.24hr", "ticker/24hr", {"symbol": "BTCUSDT"}),
        ("ticker.price", "ticker/price", {"symbol": "BTCUSDT"}),
        ("ticker.book", "ticker/bookTicker", {"symbol": "BTCUSDT"}),
        ("avgPrice", "avgPrice", {"symbol": "BTCUSDT"}),
    ],
)
def test_market_data_is_that_of_rest(method: str, path: str, params: dict[str, Any]) -> None:
    caller = a_caller(LIVELY)
    answer = caller.call(f"v3/{method}", **params)
    told = {
        name: json.dumps(value) if isinstance(value, list) else value
        for name, value in params.items()
    }

    assert answer["status"] == 200
    assert answer["result"] == caller.trader.public(path, **told)
    assert answer["rateLimits"][-1]["rateLimitType"] == "REQUEST_WEIGHT"


def test_orders_are_placed_looked_up_and_cancelled() -> None:
    caller = a_caller()
    placed = caller.signed("order.place", **ORDER)["result"]
    found = caller.signed("order.status", symbol="BTCUSDT", orderId=placed["orderId"])["result"]
    assert (placed["status"], found["price"]) == ("NEW", "50000.00000000")
    assert caller.signed("openOrders.status", symbol="BTCUSDT")["result"] == [found]
    assert caller.trader.ask("GET", "openOrders") == [found]
    gone = caller.signed("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"])["result"]
    assert gone["status"] == "CANCELED"
    again = caller.signed("order.cancel", symbol="BTCUSDT", orderId=placed["orderId"])

    assert (again["status"], again["error"]) == (400, {"code": -2011, "msg": "Unknown order sent."})
    balances = {
        each["asset"]: each["free"]
        for each in caller.signed("account.status")["result"]["balances"]
    }
    assert balances["USDT"] == "1000000.00000000"


def test_user_data_is_wrapped_with_its_subscription() -> None:
    caller = a_caller()
    assert caller.signed("userDataStream.subscribe.signature")["result"] == {"subscriptionId": 0}
    again = caller.signed("userDataStream.subscribe.signature")
    assert again["error"]["code"] == -2035
    caller.signed("order.place", **ORDER)
    assert [each["event"]["e"] for each in caller.events] == [
        "executionReport", "outboundAccountPosition",
    ]  # fmt: skip
    assert {each["subscriptionId"] for each in caller.events} == {0}
    assert caller.call("session.subscriptions")["result"] == [{"subscriptionId": 0}]
    assert caller.call("session.status")["result"]["userDataStream"] is True
    caller.events.clear()
    assert caller.call("userDataStream.unsubscribe", subscriptionId=0)["result"] == {}
    assert [each["event"]["e"] for each in caller.events] == ["eventStreamTerminated"]
    assert caller.call("userDataStream.unsubscribe")["error"]["code"] == -2036
    caller.events.clear()
    caller.signed("order.place", **ORDER)

    assert caller.events == []


def test_one_connection_may_listen_for_several_accounts() -> None:
    venue = a_venue()
    ann, bob = Trader(venue, "ann"), Trader(venue, "bob")
    caller = Caller(ann)
    caller.signed("userDataStream.subscribe.signature")
    caller.trader = bob
    assert caller.signed("userDataStream.subscribe.signature")["result"] == {"subscriptionId": 1}
    bob.limit("BUY", "0.1", "50000")

    assert {each["subscriptionId"] for each in caller.ear.take()} == {1}
    caller.handler.closed()
    bob.limit("BUY", "0.1", "50000")
    assert caller.ear.take() == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", -1135),
        ("[]", -1135),
        ('"order.place"', -1135),
        ('{"id":{},"method":"ping"}', -1135),
        ('{"id":1,"method":"fly"}', -1020),
        ('{"id":1,"method":"order.place","params":{}}', -1102),
        ('{"id":1,"method":"userDataStream.subscribe"}', -2015),
        ('{"id":1,"method":"depth","params":{"symbol":"NOPE"}}', -1121),
        ('{"id":1,"method":"ping","params":{"a":[1,{"b":null}]}}', -1101),
    ],
)
def test_nonsense_is_answered_on_the_open_connection(text: str, code: int) -> None:
    caller = a_caller()
    caller.handler.text(text)
    (answer,) = caller.ear.take()

    assert answer["error"]["code"] == code
    assert answer["status"] in {400, 401}
    assert caller.call("ping")["result"] == {}


def test_signatures_keys_and_times_are_checked() -> None:
    caller = a_caller()
    now, key = caller.trader.venue.clock.now(), caller.trader.key.key
    assert (
        caller.call("account.status", apiKey=key, timestamp=now, signature="00")["error"]["code"]
        == -1022
    )
    assert caller.call("account.status", apiKey="q" * 64, timestamp=now)["error"]["code"] == -2015
    assert caller.call("account.status", apiKey=key, timestamp=now)["error"]["code"] == -1102
    assert caller.signed("account.status", timestamp=now - 6_000)["error"]["code"] == -1021
    hmac = caller.signed("session.logon")

    assert hmac["error"]["code"] == -4056


def test_a_session_that_logged_on_needs_no_signatures() -> None:
    """Only Ed25519 keys can log on."""
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    forms = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    import base64

    from benthic.scenarios.venue.access.keys import ApiKey, Secret

    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    pem = private.public_key().public_bytes(
        forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
    )
    caller = a_caller()
    venue = caller.trader.venue
    venue.keys.add(
        ApiKey(
            key="E" * 64, secret=Secret(pem.decode()), account=caller.trader.account, kind="ed25519"
        )
    )
    now = venue.clock.now()
    payload = f"apiKey={'E' * 64}&timestamp={now}".encode()
    signature = base64.b64encode(private.sign(payload)).decode()
    logged = caller.call("session.logon", apiKey="E" * 64, timestamp=now, signature=signature)
    assert logged["result"]["apiKey"] == "E" * 64
    assert caller.call("userDataStream.subscribe")["result"] == {"subscriptionId": 0}
    placed = caller.call("order.place", **ORDER, timestamp=now)
    assert placed["result"]["status"] == "NEW"
    out = caller.call("session.logout")["result"]

    assert (out["apiKey"], out["userDataStream"]) == (None, False)
    assert caller.call("order.place", **ORDER, timestamp=now)["error"]["code"] == -1102


def test_limits_are_told_shared_with_rest_and_can_be_left_out() -> None:
    venue = a_venue(limits=Limits(weight=50, orders=((10_000, 1),)))
    caller = Caller(Trader(venue))
    answer = caller.signed("order.place", **ORDER)
    assert [each["count"] for each in answer["rateLimits"]] == [1, 3]  # 2 for connecting
    refused = caller.signed("order.place", **ORDER)
    assert (refused["status"], refused["error"]["code"]) == (429, -1015)
    assert refused["error"]["data"]["retryAfter"] == venue.clock.now() + 10_000
    assert "rateLimits" not in caller.call("time", returnRateLimits=False)
    assert "rateLimits" not in caller.signed("account.status", returnRateLimits=False)
    caller.trader.public("ping")
    assert caller.trader.header("X-MBX-USED-WEIGHT-1M") == "26"
    answers = [caller.call("ping") for _ in range(25)]
    last = answers[-1]
    assert (last["status"], last["error"]["code"]) == (429, -1003)
    ear = Ear(venue, 9)
    handler = venue.socket(Request("GET", "/ws-api/v3", "", {}, b"", ear.address), ear)
    assert isinstance(handler, Response)
    assert handler.status == 429
