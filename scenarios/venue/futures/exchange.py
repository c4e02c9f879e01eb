"""A futures exchange put together: its endpoints, its streams, and who hears of what happens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ....actors.matching.futures import FuturesClearing
from ....actors.matching.values import Event
from ....runtime import UsageError
from ..access.limits import OrderLimit, WeightLimit
from ..dialect.routes import Gate, RestApi, Route
from ..exchange import Setting
from ..offer import Offer, of_user
from ..wire.messages import Request, Response, Session, SocketHandler
from .account import Accounts
from .algos import Algos
from .desk import FuturesDesk
from .info import Info
from .product import COIN_M, USD_M, Product
from .public import Public
from .queries import Queries
from .refusals import futures_refusal
from .settings import Settings
from .streams import MarketStreams, names
from .trading import Trading
from .user import EVENTS, UserStreams

ROOMS: Final = ("/public", "/market", "/private")  # that newer clients put before /ws and /stream


class FuturesExchange:
    """USD-M or COIN-M futures, over REST and over WebSockets (/ws, /stream)."""

    def __init__(self, product: Product, setting: Setting) -> None:
        clearing = setting.engine.clearing
        if not isinstance(clearing, FuturesClearing):
            raise UsageError(f"{product.name} needs an engine with a FuturesClearing")
        self.hub = setting.hub
        self._told = setting.told
        self.weights = WeightLimit(setting.limits.weight)
        self.orders = OrderLimit(setting.limits.orders)
        self.desk = FuturesDesk(
            product,
            setting.engine,
            clearing,
            setting.feeds,
            agenda=setting.agenda,
            settle=setting.settle,
            chance=setting.chance,
        )
        self.users = UserStreams(self.desk, self.hub, self.orders)
        self.hub.source = MarketStreams(self.desk, self.hub)
        self.rest = RestApi(self._routes(setting), self._gate(setting), futures_refusal)

    def offer(self) -> Offer:
        """See `Exchange.offer`."""
        markets = self.desk.engine.markets
        rooms = ("", *ROOMS)
        return Offer(
            endpoints=self.rest.endpoints,
            sockets=tuple(f"{room}{path}" for room in rooms for path in ("/ws", "/stream")),
            heard=(*names(markets.values(), self.desk.product), *of_user(EVENTS, markets)),
        )

    def request(self, request: Request) -> Response:
        """Answer an HTTP request of this product's paths."""
        return self.rest.request(request)

    def socket(
        self, request: Request, session: Session, path: str
    ) -> SocketHandler | Response | None:
        """Take a WebSocket at a path without the product's prefix; None: there is no such path."""
        refusal = self.hub.admit(request.address)
        if refusal is not None:
            return refusal
        for room in ROOMS:
            path = path.removeprefix(room) if path.startswith(f"{room}/") else path
        listener = self.hub.open(request, session, path)
        key = _listen_key(request.query)
        if listener is not None and key:
            self.hub.subscribe(listener, [key], None)
        return listener

    def take(self, events: Iterable[Event]) -> None:
        """Tell the accounts what happened."""
        batch = list(events)
        self.desk.take(batch)
        self.users.take(batch)

    def expire_listen_keys(self) -> None:
        """End every listen key."""
        self.desk.listen_keys.expire_all(self.desk.agenda.now)
        self.users.expire_keys()

    def announce_shutdown(self) -> None:
        """Tell every WebSocket that the venue goes down."""
        event: dict[str, object] = {"e": "serverShutdown", "E": self._told()}
        self.hub.announce("!serverShutdown", msgspec.json.encode(event).decode())

    def close_sockets(self, code: int, reason: str) -> None:
        """Close every WebSocket."""
        self.hub.close_all(code, reason)

    def _routes(self, setting: Setting) -> list[Route]:
        desk, users = self.desk, self.users
        parts = (
            Public(desk),
            Info(desk, self.weights, self.orders),
            Trading(desk),
            Algos(desk),
            Queries(desk, self.orders),
            Accounts(desk, setting.entry),
            Settings(desk, users.config_changed, users.watch_keys),
        )
        return [route for part in parts for route in part.routes()]

    def _gate(self, setting: Setting) -> Gate:
        return Gate(
            keys=setting.keys,
            weights=self.weights,
            orders=self.orders,
            now=lambda: setting.agenda.now,
            told=setting.told,
            holds_timestamps=setting.holds_timestamps,
            permission="futures",
        )


def usd_m(setting: Setting) -> FuturesExchange:
    """The exchange of linear contracts."""
    return FuturesExchange(USD_M, setting)


def coin_m(setting: Setting) -> FuturesExchange:
    """The exchange of inverse contracts."""
    return FuturesExchange(COIN_M, setting)


def _listen_key(query: str) -> str:
    """The key that newer clients put into the query; empty where there is none."""
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name == "listenKey":
            return value
    return ""
