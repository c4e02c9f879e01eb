"""From an HTTP request to a handler and back: the table of routes and what guards it.

Each product family has one `RestApi`. It counts the request's weight, checks key, time and
signature, and calls the handler that the table names; a handler gets a `Call` and gives what the
answer's JSON says. It raises `ApiError`, or lets the engine's `Refused` through, to say no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, TypeAlias

import msgspec

from ....actors.matching.refusals import Refused
from ....actors.matching.values import AccountId
from ....runtime import Millis
from ..access.errors import ApiError, rejected_key
from ..access.keys import ApiKey, KeyRing, Permission
from ..access.limits import OrderLimit, WeightLimit
from ..access.signing import check_signature
from ..access.timing import check_time
from ..wire.messages import Request, Response
from .params import Params, read_params

# NONE: anybody. KEY: a known key, unsigned (listen keys, old trades). Others: signed by a key
# that may read (USER_DATA) or trade (TRADE).
Security = Literal["NONE", "KEY", "USER_DATA", "TRADE"]

JSON: Final = ("Content-Type", "application/json;charset=UTF-8")
HTML: Final = ("Content-Type", "text/html")
OK: Final = 200
NOT_FOUND: Final = 404
WRONG_METHOD: Final = 405
SIGNED: Final = frozenset(("timestamp", "recvWindow", "signature"))
UNSIGNED: Final[frozenset[str]] = frozenset()
SIGNING: Final = frozenset(("USER_DATA", "TRADE"))


class Call(msgspec.Struct, kw_only=True):
    """One request as its handler sees it."""

    params: Params
    now: Millis  # when what it does happens
    told: Millis  # what the venue says that it is
    account: AccountId = 0  # 0 where the route asks for no key
    key: ApiKey | None = None
    address: str = ""
    headers: list[tuple[str, str]] = []  # what the answer carries besides


Handler: TypeAlias = Callable[[Call], object]
Counted: TypeAlias = int | Callable[[Params], int]


class Route(msgspec.Struct, frozen=True):
    """One endpoint.

    weight: of a request, or how to tell it from the parameters.
    takes: the parameters that it reads; others are an error. None: others are ignored.
    orders: new orders that a request makes, for the limit of orders.
    """

    method: str
    path: str
    handler: Handler
    weight: Counted = 1
    security: Security = "NONE"
    takes: tuple[str, ...] | None = None
    orders: Counted = 0


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """What guards the endpoints of one product family.

    now: the time by which things happen. told: what the venue believes and says that it is.
    holds_timestamps: whether they are held against the time that is told.
    permission: what a key needs to trade here.
    weight_header: the name that the used weight is told under.
    """

    keys: KeyRing
    weights: WeightLimit
    orders: OrderLimit
    now: Callable[[], Millis]
    told: Callable[[], Millis]
    holds_timestamps: bool = True
    permission: Permission = "trade"
    weight_header: str = "X-MBX-USED-WEIGHT"

    def judged_at(self) -> Millis | None:
        """What timestamps are held against; None: nothing."""
        return self.told() if self.holds_timestamps else None


class RestApi:
    """The endpoints of one product family under one set of limits.

    refusal: the code and words for what the engine refuses.
    """

    def __init__(
        self, routes: Iterable[Route], gate: Gate, refusal: Callable[[Refused], ApiError]
    ) -> None:
        self.gate = gate
        self.refusal = refusal
        self._routes: dict[str, dict[str, Route]] = {}
        for route in routes:
            self._routes.setdefault(route.path, {})[route.method] = route

    def route(self, method: str, path: str) -> Route | None:
        """The route of a method and path; None where there is none."""
        return self._routes.get(path, {}).get(method)

    @property
    def endpoints(self) -> tuple[tuple[str, str], ...]:
        """Method and path of each route."""
        return tuple((method, path) for path, methods in self._routes.items() for method in methods)

    def request(self, request: Request) -> Response:
        """Answer a request; nothing that a client can send makes this raise."""
        methods = self._routes.get(request.path)
        if methods is None:
            return html(NOT_FOUND, "404 Not found")
        route = methods.get(request.method)
        if route is None:
            return html(WRONG_METHOD, "405 Not allowed", (("Allow", ", ".join(methods)),))
        now = self.gate.now()
        headers: list[tuple[str, str]] = [JSON]
        try:
            try:
                return self._answer(route, request, now, headers)
            except Refused as refused:
                raise self.refusal(refused) from refused
        except ApiError as error:
            return failure(error, (*headers, *error.headers))

    def _answer(
        self, route: Route, request: Request, now: Millis, headers: list[tuple[str, str]]
    ) -> Response:
        params, flaw = _try_params(request)
        weights = self.gate.weights
        try:
            weights.spend(request.address, _weight(route, params), now)
        finally:  # whoever was refused for it wants to know it most
            used = str(weights.used(request.address, now))
            headers.append((self.gate.weight_header, used))
            headers.append((f"{self.gate.weight_header}-1M", used))
        if flaw is not None:
            raise flaw
        call = Call(
            params=params,
            now=now,
            told=self.gate.told(),
            address=request.address,
            headers=headers,
        )
        self._admit(route, request, call)
        check_names(route, params, SIGNED if route.security in SIGNING else UNSIGNED)
        body = self.perform(route, call)
        return Response(OK, msgspec.json.encode(body), tuple(headers))

    def weigh(self, route: Route, call: Call) -> int:
        """Count the weight of a call that did not come over HTTP."""
        return self.gate.weights.spend(call.address, _weight(route, call.params), call.now)

    def perform(self, route: Route, call: Call) -> object:
        """Call a handler; the orders that it makes count before they can trade."""
        orders = route.orders(call.params) if callable(route.orders) else route.orders
        if not orders:
            return route.handler(call)
        limit = self.gate.orders
        limit.check(call.account, orders, call.now)
        limit.add(call.account, orders, call.now)
        try:
            body = route.handler(call)
        except (ApiError, Refused):
            limit.add(call.account, -orders, call.now)
            raise
        call.headers.extend(limit.headers(call.account, call.now))
        return body

    def authorise(self, route: Route, key: ApiKey, call: Call) -> None:
        """Let a key in whose signature, if needed, was checked; else -2015."""
        if route.security == "TRADE":
            needed: Permission = self.gate.permission
        else:
            needed = "read"
        if needed not in key.permissions:
            raise rejected_key()
        call.key = key
        call.account = key.account

    def _admit(self, route: Route, request: Request, call: Call) -> None:
        if route.security == "NONE":
            return
        key = self.gate.keys.find(request.headers.get("x-mbx-apikey"), request.address)
        if route.security != "KEY":
            params = call.params
            check_time(params.text("timestamp"), params.text("recvWindow"), self.gate.judged_at())
            check_signature(key, request.query, request.body)
        self.authorise(route, key, call)


def failure(error: ApiError, headers: tuple[tuple[str, str], ...] = (JSON,)) -> Response:
    """An error as its answer."""
    return Response(error.status, msgspec.json.encode(error_body(error)), headers)


def error_body(error: ApiError) -> dict[str, object]:
    """An error as the JSON that tells it."""
    body: dict[str, object] = {"code": error.code, "msg": error.text}
    if error.data is not None:
        body["data"] = error.data
    return body


def html(status: int, text: str, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """What stands in front of the venue answers in HTML, not in JSON."""
    body = f"<html><body><h2>{text}</h2></body></html>"
    return Response(status, body.encode(), (HTML, *headers))


def _try_params(request: Request) -> tuple[Params, ApiError | None]:
    """The parameters, or what is wrong with them: their weight is counted all the same."""
    try:
        return read_params(request), None
    except ApiError as error:
        return Params({}), error


def _weight(route: Route, params: Params) -> int:
    if not callable(route.weight):
        return route.weight
    try:
        return route.weight(params)
    except ApiError:  # the handler says what is wrong
        return 1


def check_names(route: Route, params: Iterable[str], guards: frozenset[str]) -> None:
    """Raise where a request has parameters that its route does not read.

    guards: the names of what was read before the route was, such as the signature.
    """
    if route.takes is None:
        return
    names = list(params)
    known = sum(1 for name in names if name in route.takes or name in guards)
    if known == len(names):
        return
    if not route.takes:
        raise ApiError(-1101, f"Too many parameters; expected '0' and received '{len(names)}'.")
    raise ApiError(
        -1104,
        f"Not all sent parameters were read; read '{known}' parameter(s) "
        f"but was sent '{len(names)}'.",
    )
