"""What a fault plan tells the wire and the hub: which fate strikes whom. It decides nothing itself.

`Faults` is asked once for each connection, request, response and push, in the order in which
they happen; what it answers is carried out by `Connection`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from .fate import Fate
from .messages import Request, Response, Session


class RequestFate(msgspec.Struct, frozen=True, kw_only=True):
    """Of a request, before the exchange sees it.

    lost: the exchange never sees it, and nothing is answered.
    answer: what is answered in its place; the exchange never sees it.
    """

    delay: int = 0  # ms before it arrives
    lost: bool = False
    answer: Response | None = None
    fate: Fate | None = None  # of `answer`; of the connection where the request is lost


class ResponseFate(msgspec.Struct, frozen=True, kw_only=True):
    """Of a response, once the exchange has done what it was asked."""

    answer: Response | None = None  # what is answered in its place
    fate: Fate | None = None  # of the one or the other


class Push(msgspec.Struct, frozen=True):
    """One message that goes out in place of the one that was to be sent, so many times."""

    text: str
    fate: Fate | None = None
    times: int = 1


class Faults(Protocol):
    """A plan of faults, as the wire and the hub ask it. None: nothing strikes here."""

    def on_open(self, address: str, /) -> Fate | None:
        """Of a connection that was just accepted, before any byte."""
        ...

    def on_request(self, request: Request, /) -> RequestFate | None:
        """Of a request, WebSocket handshakes included."""
        ...

    def on_response(self, request: Request, response: Response, /) -> ResponseFate | None:
        """Of a response; that of an accepted handshake has status 101, and is not replaced."""
        ...

    def on_push(
        self, session: Session, stream: str, kind: str, symbol: str, text: str, /
    ) -> Sequence[Push] | None:
        """What goes out in place of `text`, in this order; an empty sequence drops it."""
        ...


class NoFaults:
    """The plan in which nothing goes wrong."""

    def on_open(self, _address: str, /) -> Fate | None:
        return None

    def on_request(self, _request: Request, /) -> RequestFate | None:
        return None

    def on_response(self, _request: Request, _response: Response, /) -> ResponseFate | None:
        return None

    def on_push(
        self, _session: Session, _stream: str, _kind: str, _symbol: str, _text: str
    ) -> Sequence[Push] | None:
        return None
