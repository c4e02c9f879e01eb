"""What passes between bots and one exchange, seen from its end of the wire, and held to manners.

It is the fault plan that the wire asks: it notes everything and hands the question on to the plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import parse_qs

import msgspec

from ...runtime import Millis
from ..venue.wire.fate import Fate
from ..venue.wire.messages import Request, Response, Session
from ..venue.wire.strikes import Faults, Push, RequestFate, ResponseFate
from .timeline import Timeline

ORDER: Final = "/api/v3/order"
LOOKS: Final = ("/api/v3/openOrders", "/api/v3/myTrades", "/api/v3/account")
"""What shows how an account stands, read as a whole."""
OK: Final = 200
BAD: Final = 400
WAITING: Final = frozenset({418, 429})
TOO_LATE: Final = b'"code":-1021'


class Sent(msgspec.Struct):
    """An order as it was sent, and how it was answered."""

    at: Millis
    bot: str  # the address that it came from
    client_id: str
    amount: str
    price: str
    number: int  # of the request
    status: int = 0  # of the answer; 0: none yet
    was_too_late: bool = False  # the exchange did not look at it for its time stamp


class Bar(msgspec.Struct, frozen=True):
    """A time in which an address was told to ask nothing."""

    bot: str
    begin: Millis
    end: Millis


Hear = Callable[[Sent], None]


class Wiretap:
    """Notes what passes, and asks `faults`. hear: told of each order as it arrives."""

    def __init__(
        self, faults: Faults, now: Callable[[], Millis], timeline: Timeline, hear: Hear
    ) -> None:
        self.requests = 0
        self.pushes = 0
        self.orders: list[Sent] = []
        self.cancels: dict[str, Millis] = {}  # when it was asked for last, by either id
        self.accepted: dict[str, int] = {}  # how often an order was taken, by client id
        self.last_accepted = ""  # the client id of the order that was taken last
        self.sent: dict[str, int] = {}  # how often it was sent, too late ones aside
        self.into_bars: list[str] = []  # requests inside a Retry-After, a sentence each
        self.looks = Counter[tuple[str, str]]()  # how often a bot was answered to each of LOOKS
        self._bars: list[Bar] = []
        self._faults = faults
        self._now = now
        self._timeline = timeline
        self._hear = hear
        self._waiting: dict[int, Sent] = {}  # by number of the request

    def on_open(self, address: str) -> Fate | None:
        return self._faults.on_open(address)

    def on_request(self, request: Request) -> RequestFate | None:
        self.requests += 1
        self._look(request)
        fate = self._faults.on_request(request)
        if fate is not None and fate.answer is not None:
            self._answered(request, fate.answer)
        return fate

    def on_response(self, request: Request, response: Response) -> ResponseFate | None:
        waiting = self._waiting.get(request.number)
        if waiting is not None and response.status == OK:
            self.last_accepted = waiting.client_id
            self.accepted[waiting.client_id] = self.accepted.get(waiting.client_id, 0) + 1
        if request.path in LOOKS and response.status == OK:
            self.looks[request.address, request.path] += 1
        struck = self._faults.on_response(request, response)
        self._answered(request, response if struck is None else struck.answer or response)
        return struck

    def on_push(
        self, session: Session, stream: str, kind: str, symbol: str, text: str
    ) -> Sequence[Push] | None:
        self.pushes += 1
        return self._faults.on_push(session, stream, kind, symbol, text)

    def _look(self, request: Request) -> None:
        now, bot = self._now(), request.address
        if self._bars:
            self._bars = [bar for bar in self._bars if bar.end > now]
            self.into_bars.extend(
                f"{bot} asked {request.method} {request.path} at {now}, barred until {bar.end}"
                for bar in self._bars
                if bar.bot == bot and bar.begin < now
            )
        if request.path != ORDER:
            return
        told = parse_qs(f"{request.query}&{request.body.decode('utf-8', 'replace')}")
        if request.method == "POST":
            sent = Sent(
                at=now,
                bot=bot,
                client_id=_first(told, "newClientOrderId"),
                amount=_first(told, "quantity"),
                price=_first(told, "price"),
                number=request.number,
            )
            self.orders.append(sent)
            self.sent[sent.client_id] = self.sent.get(sent.client_id, 0) + 1
            self._waiting[request.number] = sent
            words = f"{_first(told, 'side')} {sent.amount} at {sent.price or 'market'}"
            self._timeline.note("message", bot, f"sends order {sent.client_id}: {words}")
            self._hear(sent)
        elif request.method == "DELETE":
            name = _first(told, "origClientOrderId") or _first(told, "orderId")
            self.cancels[name] = now
            self._timeline.note("message", bot, f"asks to cancel {name}")
        else:
            name = _first(told, "origClientOrderId") or _first(told, "orderId")
            self._timeline.note("message", bot, f"asks for {name}")

    def _answered(self, request: Request, response: Response) -> None:
        status = response.status
        sent = self._waiting.pop(request.number, None)
        if sent is not None:
            sent.status = status
            sent.was_too_late = TOO_LATE in response.body
            if sent.was_too_late:
                self.sent[sent.client_id] -= 1
        if status in WAITING:
            now = self._now()
            self._bars.extend(
                Bar(request.address, now, Millis(now + int(value) * 1_000))
                for name, value in response.headers
                if name.lower() == "retry-after" and value.isdecimal()
            )
        if request.path == ORDER or status >= BAD:
            words = f"{request.method} {request.path} is answered {status}"
            if status >= BAD:
                words += f" {response.body[:120].decode('utf-8', 'replace')}"
            self._timeline.note("message", request.address, words)


def _first(told: dict[str, list[str]], name: str) -> str:
    return told.get(name, [""])[0]
