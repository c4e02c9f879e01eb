"""What passes between the wire and the exchange behind it: requests, responses, sessions.

Values and protocols only. The wire calls a `Door` for each request, in the order of their
arrival, and never two at a time; nothing here waits.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from ....runtime.clock import Millis
from .fate import Fate


class Request(msgspec.Struct, frozen=True):
    """An HTTP request, whole."""

    method: str  # as sent: "GET"
    path: str  # as sent, percent-encoding and all: "/api/v3/order"
    query: str = ""  # raw, without "?": a signature covers these very characters
    headers: dict[str, str] = {}  # names in lower case; repeated ones joined by ", "
    body: bytes = b""
    address: str = "memory"  # of the client, without its port: rates are counted by it
    number: int = 0  # of all requests of this exchange, from 1, by arrival


class Response(msgspec.Struct, frozen=True):
    """Its answer. The wire adds `content-length`, and `connection` where it closes."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Session(Protocol):
    """One open WebSocket, as the exchange sees it. All calls return at once; none raises."""

    @property
    def id(self) -> int:
        """Its number among all connections of the exchange."""
        ...

    @property
    def address(self) -> str:
        """Of the client, without its port."""
        ...

    @property
    def opened_at(self) -> Millis:
        """When its handshake was answered."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether a `send` can still reach the client."""
        ...

    def send(self, text: str, fate: Fate | None = None) -> None:
        """A text message to the client; once closed, nothing. `fate` is what becomes of it."""
        ...

    def ping(self, payload: bytes = b"") -> None:
        """A ping; `SocketHandler.ponged` hears of the answer."""
        ...

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close with a close frame; `SocketHandler.closed` is called when the client has gone."""
        ...

    def strike(self, fate: Fate) -> None:
        """Let a fate befall the connection, with no message of its own."""
        ...


class SocketHandler(Protocol):
    """What the exchange does with what one WebSocket client says."""

    def text(self, message: str, /) -> None:
        """The client sent a text message."""
        ...

    def pinged(self) -> None:
        """The client sent a ping; the wire has answered it."""
        ...

    def ponged(self, payload: bytes, /) -> None:
        """The client answered a ping, or sent a pong unasked."""
        ...

    def closed(self) -> None:
        """The connection is gone, for whatever reason; called once, and nothing after it."""
        ...


class Door(Protocol):
    """The exchange as the wire sees it."""

    def request(self, request: Request, /) -> Response:
        """Answer an HTTP request."""
        ...

    def socket(self, request: Request, session: Session, /) -> SocketHandler | Response:
        """Take a WebSocket, or refuse its handshake. What is sent meanwhile follows the answer."""
        ...
