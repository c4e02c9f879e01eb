"""The WebSocket API of spot: the endpoints of REST by other names, and user data on the same wire.

A request is JSON with `id`, `method` and `params`; each method is an endpoint of REST, so that
both say the same. Subscriptions to user data belong to the connection and end with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlencode

import msgspec

from ....actors.matching.refusals import Refused
from ....runtime import Millis
from ..access.errors import ApiError, missing
from ..access.keys import ApiKey
from ..access.limits import interval
from ..access.signing import check_payload
from ..access.timing import check_time
from ..dialect.params import Params
from ..dialect.routes import SIGNED, Call, RestApi, check_names, error_body
from ..hub import Hub
from ..wire.messages import Request, Session
from .asked import METHODS, Asked, read_asked, texts_of
from .user import Subscription, UserStreams

CONNECT_WEIGHT: Final = 2
MOST_SUBSCRIPTIONS: Final = 1_000
MOST_EVER: Final = 65_535
OK: Final = 200
GUARDS: Final = SIGNED | {"apiKey", "returnRateLimits"}
THROTTLED: Final = frozenset((418, 429))


class WsApi:
    """What all connections to the WebSocket API share."""

    def __init__(self, rest: RestApi, hub: Hub, users: UserStreams) -> None:
        self.rest = rest
        self.hub = hub
        self.users = users
        self.open: dict[WsClient, None] = {}

    def connect(self, request: Request, session: Session) -> WsClient:
        """Take a connection; connecting has a weight. Raises ApiError."""
        now = self.rest.gate.now()
        self.rest.gate.weights.spend(request.address, CONNECT_WEIGHT, now)
        client = WsClient(self, session, request)
        self.open[client] = None
        return client

    def announce(self, event: Mapping[str, object]) -> None:
        """Tell every client, whatever it is subscribed to."""
        text = msgspec.json.encode({"event": event}).decode()
        for client in tuple(self.open):
            client.session.send(text)

    def close_all(self, code: int, reason: str) -> None:
        """Close every connection."""
        for client in tuple(self.open):
            client.session.close(code, reason)


class WsClient:
    """One connection: a `SocketHandler`."""

    def __init__(self, api: WsApi, session: Session, request: Request) -> None:
        self.session = session
        self._api = api
        self._heart = api.hub.heart(session)
        self._address = request.address
        self._shows_limits = "returnRateLimits=false" not in request.query
        self._subscriptions: dict[int, Subscription] = {}
        self._next = 0
        self._logon: Subscription | None = None  # the one of the session's own key
        self._key: ApiKey | None = None
        self._authorised_at: Millis | None = None
        self._own: dict[str, Callable[[Params, Asked], object]] = {
            "session.logon": self._log_on,
            "session.status": self._status,
            "session.logout": self._log_out,
            "session.subscriptions": self._list,
            "userDataStream.subscribe": self._subscribe,
            "userDataStream.subscribe.signature": self._subscribe_signed,
            "userDataStream.unsubscribe": self._unsubscribe,
        }

    def text(self, message: str) -> None:
        asked = read_asked(message)
        if asked is None:
            self._send(None, ApiError(-1135, "Invalid JSON Request"), None)
            return
        call: Call | None = None
        try:
            params = Params(texts_of(asked.params))
            call = self._call(params)
            result = self._answer(asked, call)
        except Refused as refused:
            self._send(asked, self._api.rest.refusal(refused), call)
        except ApiError as error:
            self._send(asked, error, call)
        else:
            self._send(asked, result, call)

    def pinged(self) -> None:
        """The wire answers it."""

    def ponged(self, _payload: bytes) -> None:
        self._heart.ponged()

    def closed(self) -> None:
        self._heart.stop()
        for subscription in self._subscriptions.values():
            self._api.users.unsubscribe(subscription)
        self._subscriptions.clear()
        self._api.open.pop(self, None)

    # -- requests

    def _call(self, params: Params) -> Call:
        gate = self._api.rest.gate
        return Call(params=params, now=gate.now(), told=gate.told(), address=self._address)

    def _answer(self, asked: Asked, call: Call) -> object:
        method = asked.method.removeprefix("v3/")
        gate = self._api.rest.gate
        own = self._own.get(method)
        if own is not None:
            gate.weights.spend(self._address, CONNECT_WEIGHT, call.now)
            return own(call.params, asked)
        verb, name = METHODS.get(method, ("", ""))
        route = self._api.rest.route(verb, f"/api/v3/{name}")
        if route is None:
            raise ApiError(-1020, "This operation is not supported.")
        self._api.rest.weigh(route, call)
        if route.security != "NONE":
            key = self._key
            if key is None or "apiKey" in call.params:
                key = self._signed_key(asked, call.params)
            else:
                self._check_time(call.params)
            self._api.rest.authorise(route, key, call)
        check_names(route, call.params, GUARDS)
        return self._api.rest.perform(route, call)

    def _signed_key(self, asked: Asked, params: Params) -> ApiKey:
        """The key that a request is signed with; raises ApiError."""
        api_key = params.need("apiKey")
        key = self._api.rest.gate.keys.find(api_key, self._address)
        self._check_time(params)
        signature = params.text("signature")
        if signature is None:
            raise missing("signature")
        named = sorted((name, text) for name, text in texts_of(asked.params).items())
        pairs = [pair for pair in named if pair[0] != "signature"]
        payload = "&".join(f"{name}={text}" for name, text in pairs)
        encoded = urlencode(pairs)
        try:
            check_payload(key, payload.encode(), signature.encode())
        except ApiError:
            if encoded == payload:
                raise
            check_payload(key, encoded.encode(), signature.encode())
        return key

    def _check_time(self, params: Params) -> None:
        moment = self._api.rest.gate.judged_at()
        check_time(params.text("timestamp"), params.text("recvWindow"), moment)

    # -- the session's own methods

    def _log_on(self, params: Params, asked: Asked) -> dict[str, object]:
        key = self._signed_key(asked, params)
        if key.kind != "ed25519":
            raise ApiError(-4056, "HMAC_SHA256 API key is not supported.")
        self._key = key
        self._authorised_at = self._api.rest.gate.told()
        return self._status(params, asked)

    def _status(self, _params: Params, _asked: Asked) -> dict[str, object]:
        return {
            "apiKey": None if self._key is None else self._key.key,
            "authorizedSince": self._authorised_at,
            "connectedSince": self.session.opened_at,
            "returnRateLimits": self._shows_limits,
            "serverTime": self._api.rest.gate.told(),
            "userDataStream": bool(self._subscriptions),
        }

    def _log_out(self, params: Params, asked: Asked) -> dict[str, object]:
        self._key = None
        self._authorised_at = None
        if self._logon is not None:
            self._end(self._logon)
            self._logon = None
        return self._status(params, asked)

    def _list(self, _params: Params, _asked: Asked) -> list[dict[str, object]]:
        return [{"subscriptionId": number} for number in self._subscriptions]

    def _subscribe(self, _params: Params, _asked: Asked) -> dict[str, object]:
        if self._key is None:
            raise ApiError(-2015, "Invalid API-key, IP, or permissions for action.", status=401)
        result, self._logon = self._begin(self._key)
        return result

    def _subscribe_signed(self, params: Params, asked: Asked) -> dict[str, object]:
        result, _ = self._begin(self._signed_key(asked, params))
        return result

    def _begin(self, key: ApiKey) -> tuple[dict[str, object], Subscription]:
        if any(each.account == key.account for each in self._subscriptions.values()):
            raise ApiError(-2035, "User Data Stream subscription already active.")
        if self._next >= MOST_EVER or len(self._subscriptions) >= MOST_SUBSCRIPTIONS:
            raise ApiError(-2042, "Maximum subscription ID reached for this connection.")
        subscription = Subscription(self.session, self._next, key.account)
        self._next += 1
        self._subscriptions[subscription.number] = subscription
        self._api.users.subscribe(subscription)
        return {"subscriptionId": subscription.number}, subscription

    def _unsubscribe(self, params: Params, _asked: Asked) -> dict[str, object]:
        number = params.whole("subscriptionId")
        if number is None:
            chosen = list(self._subscriptions.values())
        else:
            chosen = [each for each in self._subscriptions.values() if each.number == number]
        if not chosen:
            raise ApiError(-2036, "User Data Stream subscription not active.")
        for subscription in chosen:
            self._end(subscription)
        return {}

    def _end(self, subscription: Subscription) -> None:
        if self._subscriptions.pop(subscription.number, None) is not None:
            self._api.users.end(subscription)

    # -- answers

    def _send(self, asked: Asked | None, result: object, call: Call | None) -> None:
        body: dict[str, object] = {"id": None if asked is None else asked.id}
        if isinstance(result, ApiError):
            error = error_body(result)
            if result.status in THROTTLED:
                error["data"] = self._wait(result)
            body |= {"status": result.status, "error": error}
        else:
            body |= {"status": OK, "result": result}
        if self._shows(asked):
            body["rateLimits"] = self._limits(call)
        self.session.send(msgspec.json.encode(body).decode())

    def _shows(self, asked: Asked | None) -> bool:
        wanted = None if asked is None else asked.params.get("returnRateLimits")
        return wanted if isinstance(wanted, bool) else self._shows_limits

    def _limits(self, call: Call | None) -> list[dict[str, object]]:
        gate = self._api.rest.gate
        now = gate.now()
        shown: list[dict[str, object]] = []
        if call is not None and call.headers:  # of a new order
            shown = [
                {
                    "rateLimitType": "ORDERS",
                    **interval(span),
                    "limit": most,
                    "count": gate.orders.count(call.account, span, now),
                }
                for span, most in gate.orders.windows
            ]
        shown.append(
            {
                "rateLimitType": "REQUEST_WEIGHT",
                "interval": "MINUTE",
                "intervalNum": 1,
                "limit": gate.weights.limit,
                "count": gate.weights.used(self._address, now),
            }
        )
        return shown

    def _wait(self, error: ApiError) -> dict[str, object]:
        seconds = next((value for name, value in error.headers if name == "Retry-After"), "0")
        told = self._api.rest.gate.told()
        return {"serverTime": told, "retryAfter": told + int(seconds) * 1000}
