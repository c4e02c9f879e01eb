"""A signed client of a spot venue in the same process, and a WebSocket that keeps what it hears."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from benthic.actors.matching.engine import MatchingEngine
from benthic.runtime import Millis
from benthic.scenarios.venue.access.limits import Limits
from benthic.scenarios.venue.access.signing import sign
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.fate import Fate
from benthic.scenarios.venue.wire.messages import Request, Response, SocketHandler

FUNDS = {"spot": {"USDT": "1000000", "BTC": "20", "ETH": "300"}}
QUIET = (
    MarketPlan(pair="BTC/USDT", kind="quiet"),
    MarketPlan(pair="ETH/USDT", kind="quiet"),
)
LIVELY = (MarketPlan(pair="BTC/USDT"), MarketPlan(pair="ETH/USDT"))


def a_venue(markets: tuple[MarketPlan, ...] = QUIET, *, limits: Limits | None = None) -> Venue:
    """A venue with two rich accounts, `ann` and `bob`, that has begun."""
    venue = Venue(
        VenueConfig(
            markets=markets,
            accounts=(
                AccountPlan(name="ann", deposits=FUNDS),
                AccountPlan(name="bob", deposits=FUNDS),
            ),
            seed=7,
            spot_limits=limits or Limits(weight=0, orders=()),
        )
    )
    venue.start()
    return venue


class Trader:
    """Signs and sends for one account; what it gets is decoded."""

    def __init__(self, venue: Venue, name: str = "ann", address: str = "10.0.0.1") -> None:
        self.venue = venue
        self.address = address
        self.account = venue.account(name)
        self.key = venue.api_key(name)
        self.last: Response | None = None

    @property
    def engine(self) -> MatchingEngine:
        return self.venue.engines["spot"]

    def raw(
        self, method: str, path: str, query: str = "", body: bytes = b"", **headers: str
    ) -> tuple[int, Any]:
        """Send as it stands; status and decoded body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method, path, query, named, body, self.address)
        self.last = self.venue.request(request)
        return self.last.status, json.loads(self.last.body)

    def public(self, path: str, **params: object) -> Any:
        """Ask without a key; the answer of a success."""
        status, body = self.raw("GET", f"/api/v3/{path}", urlencode(params))
        assert status == 200, body
        return body

    def refused(self, path: str, **params: object) -> tuple[int, int, str]:
        """Ask without a key; status, code and words of the refusal."""
        status, body = self.raw("GET", f"/api/v3/{path}", urlencode(params))
        return status, body["code"], body["msg"]

    def signed(self, method: str, path: str, **params: object) -> tuple[int, Any]:
        """Ask with a signature."""
        params.setdefault("timestamp", self.venue.clock.now())
        query = urlencode(params)
        signature = sign(self.key.secret.reveal(), query.encode())
        full = path if path.startswith("/") else f"/api/v3/{path}"
        return self.raw(method, full, f"{query}&signature={signature}", x_mbx_apikey=self.key.key)

    def ask(self, method: str, path: str, **params: object) -> Any:
        """Ask with a signature; the answer of a success."""
        status, body = self.signed(method, path, **params)
        assert status == 200, body
        return body

    def fails(self, method: str, path: str, **params: object) -> tuple[int, int, str]:
        """Ask with a signature; status, code and words of the refusal."""
        status, body = self.signed(method, path, **params)
        return status, body["code"], body["msg"]

    def limit(self, side: str, quantity: str, price: str, **params: object) -> Any:
        """Place a limit order in BTCUSDT."""
        return self.ask(
            "POST", "order", symbol="BTCUSDT", side=side, type="LIMIT", timeInForce="GTC",
            quantity=quantity, price=price, **params,
        )  # fmt: skip

    def header(self, name: str) -> str | None:
        """Of the last answer."""
        assert self.last is not None
        return next((value for key, value in self.last.headers if key == name), None)


class Ear:
    """A `Session` that keeps what is sent to it."""

    def __init__(self, venue: Venue, number: int = 1, address: str = "10.0.0.1") -> None:
        self._venue = venue
        self.id = number
        self.address = address
        self.opened_at: Millis = venue.now
        self.is_open = True
        self.heard: list[Any] = []
        self.pings: list[bytes] = []
        self.closing: tuple[int, str] | None = None

    def send(self, text: str, fate: Fate | None = None) -> None:
        assert fate is None
        self.heard.append(json.loads(text))

    def ping(self, payload: bytes = b"") -> None:
        self.pings.append(payload)

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.closing = (code, reason)
        self.is_open = False

    def strike(self, fate: Fate) -> None:
        raise AssertionError(fate)

    def take(self) -> list[Any]:
        """What came since the last time."""
        heard, self.heard = self.heard, []
        return heard


def listen(
    venue: Venue, path: str, query: str = "", *, number: int = 1
) -> tuple[Ear, SocketHandler]:
    """Open a WebSocket in the same process."""
    ear = Ear(venue, number)
    handler = venue.socket(Request("GET", path, query, {}, b"", ear.address), ear)
    assert not isinstance(handler, Response), handler
    return ear, handler
