"""What a request is, what answers it, and who carries both; values and protocols, no I/O.

The protocol is small so that a transport can be swapped: HTTP over h11, which is the default, a
library's, or one of a simulation. A transport says by the type of its error whether anything was
sent, see `errors`.
"""

from __future__ import annotations

import ssl
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

import attrs
import trio

from .errors import DialFailed

PORTS = (("http", 80), ("ws", 80), ("https", 443), ("wss", 443), ("socks5", 1080))
SECURE = frozenset({"https", "wss"})


@attrs.frozen
class Road:
    """The way to a server: how its certificate is checked, and what stands between.

    tls: used where the URL is https or wss. proxy: "http://…", "https://…", "socks5://…" or
    "socks5h://…" (the proxy looks the name up), with user and password where it wants them.
    """

    tls: ssl.SSLContext | None = attrs.field(default=None, repr=False)
    proxy: str | None = attrs.field(default=None, repr=False)  # holds a password


@attrs.frozen(kw_only=True)
class Request:
    """One HTTP request, ready to be sent."""

    method: str
    url: str = attrs.field(repr=False)  # of signed requests: with key and signature
    headers: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    road: Road = Road()
    timeout: float = 10.0  # s, for the whole of it


@attrs.frozen(kw_only=True)
class Answer:
    """What a server said, whatever the status."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]  # as they were written
    body: bytes = attrs.field(repr=False)


class Transport(Protocol):
    """Carries requests; used by many tasks at a time."""

    async def send(self, request: Request) -> Answer:
        """The answer. Raises NothingSent or OutcomeUnknown; cancelled, nothing is known."""
        ...

    async def aclose(self) -> None:
        """Close what is open; requests under way end as OutcomeUnknown."""
        ...


class Dialer(Protocol):
    """Opens a stream to a server."""

    async def open(self, url: SplitResult, road: Road) -> trio.abc.Stream:
        """A stream on which HTTP can be spoken at once, TLS and proxies included.

        Raises DialFailed.
        """
        ...


def split(url: str) -> SplitResult:
    """A URL in its parts. Raises DialFailed where it names no server."""
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and port_of(parts) > 0
    except ValueError as error:
        raise DialFailed(url.partition("?")[0], f"is no URL: {error}") from error
    if not known:
        raise DialFailed(url.partition("?")[0], "is no URL of a server; check `urls`")
    return parts


def port_of(url: SplitResult) -> int:
    """The port that a URL means; 0 for a scheme that is not known."""
    return url.port or dict(PORTS).get(url.scheme, 0)


def authority(url: SplitResult) -> str:
    """What stands in the header Host."""
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else f"{url.hostname}"
    is_usual = url.port is None or url.port == dict(PORTS).get(url.scheme)
    return host if is_usual else f"{host}:{url.port}"


def target(url: SplitResult) -> str:
    """What stands in the first line of a request: path and query, byte for byte."""
    path = url.path or "/"
    return f"{path}?{url.query}" if url.query else path


def place(url: SplitResult) -> str:
    """Where it goes, for people: no path and no query."""
    return f"{url.scheme}://{authority(url)}"
