"""A signed client of a futures venue in the same process, and a WebSocket that keeps its mail."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any, Literal
from urllib.parse import urlencode

from benthic.actors.matching.engine import MatchingEngine
from benthic.actors.matching.futures import FuturesClearing
from benthic.actors.matching.markets import ATOM
from benthic.runtime import Millis
from benthic.scenarios.venue.access.limits import Limits
from benthic.scenarios.venue.access.signing import sign
from benthic.scenarios.venue.accounts import AccountPlan
from benthic.scenarios.venue.config import MarketPlan, VenueConfig
from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.fate import Fate
from benthic.scenarios.venue.wire.messages import Request, Response, SocketHandler

Futures = Literal["linear", "inverse"]
PREFIXES = {"linear": "/fapi", "inverse": "/dapi"}
SOCKETS = {"linear": "/usdm", "inverse": "/coinm"}
SYMBOLS = {"linear": "BTCUSDT", "inverse": "BTCUSD_PERP"}
FUNDS = {
    "spot": {"USDT": "1000000"},
    "linear": {"USDT": "1000000"},
    "inverse": {"BTC": "100", "ETH": "1000"},
}
PAIRS = (("BTC/USDT", "linear"), ("ETH/USDT", "linear"), ("BTC/USD", "inverse"))
QUIET = tuple(MarketPlan(pair=pair, family=of, kind="quiet") for pair, of in PAIRS)  # type: ignore[arg-type]  # families
LIVELY = tuple(MarketPlan(pair=pair, family=of) for pair, of in PAIRS)  # type: ignore[arg-type]  # families


def a_venue(markets: tuple[MarketPlan, ...] = QUIET, *, marked: str = "50000") -> Venue:
    """A venue with two rich accounts, `ann` and `bob`, that has begun.

    marked: the mark price of bitcoin where nobody else sets one.
    """
    venue = Venue(
        VenueConfig(
            markets=markets,
            accounts=(
                AccountPlan(name="ann", deposits=FUNDS),
                AccountPlan(name="bob", deposits=FUNDS),
            ),
            seed=7,
            futures_limits=Limits(weight=0, orders=()),
        )
    )
    venue.start()
    if markets is QUIET:
        for family in PREFIXES:
            mark(venue, family, marked)  # type: ignore[arg-type]  # of the two
    return venue


def mark(venue: Venue, family: Futures, price: str) -> None:
    """The mark and index price of bitcoin are this from now on."""
    engine, symbol = venue.engines[family], SYMBOLS[family]
    quanta = int(Fraction(price) * 10 ** engine.markets[symbol].price_digits)
    engine.set_mark(symbol, quanta, quanta, venue.now)
    venue.settle()


class Trader:
    """Signs and sends for one account; what it gets is decoded."""

    def __init__(self, venue: Venue, family: Futures = "linear", name: str = "ann") -> None:
        self.venue = venue
        self.family: Futures = family
        self.symbol = SYMBOLS[family]
        self.account = venue.account(name)
        self.key = venue.api_key(name)

    @property
    def engine(self) -> MatchingEngine:
        return self.venue.engines[self.family]

    @property
    def clearing(self) -> FuturesClearing:
        clearing = self.engine.clearing
        assert isinstance(clearing, FuturesClearing)
        return clearing

    def raw(
        self, method: str, path: str, query: str = "", body: bytes = b"", **headers: str
    ) -> tuple[int, Any]:
        """Send as it stands; status and decoded body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.venue.request(Request(method, path, query, named, body, "10.0.0.1"))
        return answer.status, json.loads(answer.body)

    def path(self, name: str) -> str:
        """`v2/account`, or `order` of v1, as a path."""
        version, _, rest = name.partition("/")
        if version in {"v1", "v2", "v3"}:
            return f"{PREFIXES[self.family]}/{version}/{rest}"
        return f"{PREFIXES[self.family]}/v1/{name}"

    def public(self, name: str, **params: object) -> Any:
        """Ask without a key; the answer of a success."""
        status, body = self.raw("GET", self.path(name), urlencode(params))
        assert status == 200, body
        return body

    def signed(self, method: str, name: str, **params: object) -> tuple[int, Any]:
        """Ask with a signature."""
        params.setdefault("timestamp", self.venue.clock.now())
        query = urlencode(params)
        signature = sign(self.key.secret.reveal(), query.encode())
        signed = f"{query}&signature={signature}"
        return self.raw(method, self.path(name), signed, x_mbx_apikey=self.key.key)

    def ask(self, method: str, name: str, **params: object) -> Any:
        """Ask with a signature; the answer of a success."""
        status, body = self.signed(method, name, **params)
        assert status == 200, body
        return body

    def fails(self, method: str, name: str, **params: object) -> tuple[int, str]:
        """Ask with a signature; code and words of the refusal."""
        status, body = self.signed(method, name, **params)
        assert status == 400, body
        return body["code"], body["msg"]

    def limit(self, side: str, quantity: str, price: str, **params: object) -> Any:
        """Place a limit order."""
        params = {"timeInForce": "GTC", "newOrderRespType": "RESULT"} | params
        return self.ask(
            "POST", "order", symbol=self.symbol, side=side, type="LIMIT",
            quantity=quantity, price=price, **params,
        )  # fmt: skip

    def market(self, side: str, quantity: str, **params: object) -> Any:
        """Place a market order."""
        return self.ask(
            "POST", "order", symbol=self.symbol, side=side, type="MARKET", quantity=quantity,
            newOrderRespType="RESULT", **params,
        )  # fmt: skip

    def stop(self, side: str, quantity: str, trigger: str, **params: object) -> Any:
        """Place a conditional market order as an algo order."""
        return self.ask(
            "POST", "algoOrder", symbol=self.symbol, side=side, type="STOP_MARKET",
            algoType="CONDITIONAL", quantity=quantity, triggerPrice=trigger, **params,
        )  # fmt: skip

    def wallet(self, asset: str) -> Fraction:
        """What the oracle says that the account has."""
        return Fraction(self.clearing.free(self.account, asset), ATOM)

    def listen(self) -> Ear:
        """Open the account's user data stream."""
        status, body = self.raw("POST", self.path("listenKey"), x_mbx_apikey=self.key.key)
        assert status == 200, body
        return listen(self.venue, f"{SOCKETS[self.family]}/ws/{body['listenKey']}")


class Ear:
    """A `Session` that keeps what is sent to it."""

    def __init__(self, venue: Venue) -> None:
        self.id = 1
        self.address = "10.0.0.1"
        self.opened_at: Millis = venue.now
        self.is_open = True
        self.heard: list[Any] = []
        self.handler: SocketHandler | None = None

    def send(self, text: str, fate: Fate | None = None) -> None:
        assert fate is None
        self.heard.append(json.loads(text))

    def ping(self, payload: bytes = b"") -> None:
        assert isinstance(payload, bytes)

    def close(self, code: int = 1000, reason: str = "") -> None:
        assert isinstance(code, int), reason
        self.is_open = False

    def strike(self, fate: Fate) -> None:
        raise AssertionError(fate)

    def take(self) -> list[Any]:
        """What came since the last time."""
        heard, self.heard = self.heard, []
        return heard

    def of(self, kind: str) -> list[Any]:
        """What came of one kind of event."""
        return [each for each in self.heard if each["e"] == kind]


def listen(venue: Venue, path: str, query: str = "") -> Ear:
    """Open a WebSocket in the same process."""
    ear = Ear(venue)
    handler = venue.socket(Request("GET", path, query, {}, b"", ear.address), ear)
    assert not isinstance(handler, Response), handler
    ear.handler = handler
    return ear
