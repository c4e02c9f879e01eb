"""The spot exchange put together: its endpoints, its streams, and who hears of what happens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from ....actors.matching.values import Event
from ..access.errors import ApiError
from ..access.limits import OrderLimit, WeightLimit
from ..access.listen_keys import ListenKeys
from ..dialect.errors import spot_refusal
from ..dialect.routes import Gate, RestApi, Route, failure
from ..exchange import Setting
from ..offer import Offer, of_user
from ..wire.messages import Request, Response, Session, SocketHandler
from .account import Accounts
from .desk import SpotDesk
from .info import Info
from .listing import ListDesk
from .public import Public
from .streams import MarketStreams, names
from .trading import Trading
from .user import EVENTS, UserStreams
from .wallet import Wallet
from .wsapi import WsApi

WS_API: Final = "/ws-api/v3"
WALLET_WEIGHT: Final = 12_000  # of the wallet's endpoints, a minute and address


class SpotExchange:
    """Spot, over REST (/api/v3 and /sapi/v1) and WebSockets (/ws, /stream, /ws-api/v3)."""

    def __init__(self, setting: Setting) -> None:
        self.hub = setting.hub
        self._agenda = setting.agenda
        self._told = setting.told
        self.weights = WeightLimit(setting.limits.weight)
        self.orders = OrderLimit(setting.limits.orders)
        self.listen_keys = ListenKeys(setting.chance)
        self.desk = SpotDesk(
            setting.engine,
            setting.feeds,
            now=lambda: setting.agenda.now,
            settle=setting.settle,
            chance=setting.chance,
        )
        self.users = UserStreams(
            self.desk, self.hub, self.listen_keys, self.orders, setting.clients
        )
        self.hub.source = MarketStreams(self.desk, self.hub)
        accounts = Accounts(
            self.desk, setting.entry, self.orders, self.listen_keys, self.users.watch_keys
        )
        self.rest = RestApi(self._routes(accounts), self._gate(setting, self.weights), spot_refusal)
        has_limit = setting.limits.weight > 0
        self.wallet = RestApi(
            Wallet(self.desk, accounts, setting.entry).routes(),
            self._gate(
                setting, WeightLimit(WALLET_WEIGHT if has_limit else 0), "X-SAPI-USED-IP-WEIGHT"
            ),
            spot_refusal,
        )
        self.ws_api = WsApi(self.rest, self.hub, self.users)

    def offer(self) -> Offer:
        """See `Exchange.offer`."""
        symbols = list(self.desk.engine.markets)
        return Offer(
            endpoints=(*self.rest.endpoints, *self.wallet.endpoints),
            sockets=("/ws", "/stream", WS_API),
            heard=(*names(symbols), *of_user(EVENTS, symbols)),
        )

    def request(self, request: Request) -> Response:
        api = self.wallet if request.path.startswith("/sapi/") else self.rest
        return api.request(request)

    def socket(
        self, request: Request, session: Session, path: str
    ) -> SocketHandler | Response | None:
        refusal = self.hub.admit(request.address)
        if refusal is not None:
            return refusal
        if path == WS_API:
            try:
                return self.ws_api.connect(request, session)
            except ApiError as error:
                return failure(error)
        return self.hub.open(request, session, path)

    def take(self, events: Iterable[Event]) -> None:
        self.users.take(events)

    def expire_listen_keys(self) -> None:
        """End every listen key and every subscription to user data."""
        self.listen_keys.expire_all(self._agenda.now)
        self.users.expire_keys()
        self.users.end_all()

    def announce_shutdown(self) -> None:
        """Tell every WebSocket that the venue goes down."""
        event: dict[str, object] = {"e": "serverShutdown", "E": self._told()}
        self.hub.announce("!serverShutdown", msgspec.json.encode(event).decode())
        self.ws_api.announce(event)

    def close_sockets(self, code: int, reason: str) -> None:
        """Close every WebSocket."""
        self.hub.close_all(code, reason)
        self.ws_api.close_all(code, reason)

    def _routes(self, accounts: Accounts) -> list[Route]:
        lists = ListDesk(self.desk)
        parts = (
            Public(self.desk),
            Info(self.desk, self.weights, self.orders),
            Trading(self.desk, lists, self.orders),
            lists,
            accounts,
        )
        return [route for part in parts for route in part.routes()]

    def _gate(
        self, setting: Setting, weights: WeightLimit, header: str = "X-MBX-USED-WEIGHT"
    ) -> Gate:
        return Gate(
            keys=setting.keys,
            weights=weights,
            orders=self.orders,
            now=lambda: setting.agenda.now,
            told=setting.told,
            holds_timestamps=setting.holds_timestamps,
            weight_header=header,
        )
