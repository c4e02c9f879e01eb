"""What stands between a client and the venue: refused connections, bans, an engine that is down.

It says no for a time and knows nothing of rules or verbs; times are those of the agenda.
"""

from __future__ import annotations

from typing import Final

from ....runtime.clock import Millis
from ..wire.fate import Ending, Fate
from ..wire.messages import Request, Response
from ..wire.strikes import RequestFate
from .answers import HTML, JSON
from .payload import closed

RESET: Final = Fate(lost=True, ending=Ending.RESET)
BANNED: Final = 418


class Doors:
    """Who is kept out, and until when."""

    def __init__(self) -> None:
        self._refused_until = 0
        self._refusal = 0  # the status of refused handshakes; 0: connections are reset
        self._down_until = 0
        self._banned: dict[str, tuple[int, int]] = {}  # by address: until when, with which status

    def refuse(self, until: Millis, status: int) -> None:
        """Let nobody connect; with a status, let nobody open a WebSocket."""
        self._refused_until = until
        self._refusal = status

    def shut(self, until: Millis) -> None:
        """Answer every request that the service is not there."""
        self._down_until = until

    def ban(self, address: str, until: Millis, status: int) -> None:
        """Let an address, or for "" everybody, wait."""
        self._banned[address] = (until, status)

    def at_open(self, now: Millis) -> Fate | None:
        """What becomes of a connection that was just accepted."""
        return RESET if now < self._refused_until and not self._refusal else None

    def at_request(self, request: Request, now: Millis) -> RequestFate | None:
        """What becomes of a request; None: it may pass."""
        for address in (request.address, ""):
            until, status = self._banned.get(address, (0, 0))
            if now < until:
                return RequestFate(answer=_banned(until, status, now))
        if now < self._down_until:
            return RequestFate(answer=_down())
        if now < self._refused_until and self._refusal and is_handshake(request):
            return RequestFate(answer=_busy(self._refusal, self._refused_until, now))
        return None

    def state(self, now: Millis) -> dict[str, object]:
        """What is shut, and for how long, as the control port shows it."""
        return {
            "refused_for": max(self._refused_until - now, 0),
            "down_for": max(self._down_until - now, 0),
            "banned": {
                address: until - now for address, (until, _) in self._banned.items() if until > now
            },
        }


def is_handshake(request: Request) -> bool:
    """Whether the request asks for a WebSocket."""
    return "websocket" in request.headers.get("upgrade", "").lower()


def _banned(until: int, status: int, now: int) -> Response:
    wait = ("Retry-After", str(-(-(until - now) // 1_000)))
    says = "Way too many requests; IP banned" if status == BANNED else "Too many requests; wait"
    body = {"code": -1003, "msg": f"{says} until {until}."}
    return Response(status, closed(body).encode(), (JSON, wait))


def _down() -> Response:
    return Response(503, closed({"code": -1008, "msg": "Service Unavailable."}).encode(), (JSON,))


def _busy(status: int, until: int, now: int) -> Response:
    wait = ("Retry-After", str(-(-(until - now) // 1_000)))
    return Response(status, b"<html><body><h2>Refused</h2></body></html>", (HTML, wait))
