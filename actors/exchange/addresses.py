"""Where an exchange of ccxt's is asked, moved to another host: paths stay, hosts do not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import urlsplit

from ..ccxt_trio.loading import PRO, REST, exchange_class, names

_SOCKETS: Final = frozenset({"ws", "wss"})
_RAW: Final = "/ws"  # of Binance: what follows names a stream, and ccxt lets any number follow
_MARK: Final = "/stream"
"""ccxt tells Binance's spot streams from those of contracts by this word in the URL alone."""

_APART: Final[Mapping[str, str]] = MappingProxyType(
    {"fstream.binance.com": "/usdm", "dstream.binance.com": "/coinm"}
)
"""Hosts whose paths another host of the venue has too: moved to one, they are told apart by these,
as a simulated exchange tells them.
"""


def moved_urls(venue: str, *, rest: str | None, ws: str | None) -> Mapping[str, Any]:
    """The part of ccxt's `urls` of a venue that leads to other hosts.

    rest, ws: what stands before the path, such as "http://127.0.0.1:8000"; None: as it is. Streams
    of Binance's contracts are then below `/usdm` and `/coinm`, since spot has the same paths.
    """
    package = PRO if venue in names(PRO) else REST
    kind: Any = exchange_class(package, venue)
    described = kind.__new__(kind).describe()["urls"]
    return {"api": _moved(described.get("api", {}), rest, ws)}


def _moved(urls: Any, rest: str | None, ws: str | None) -> Any:
    if isinstance(urls, Mapping):
        return {key: _moved(value, rest, ws) for key, value in urls.items()}
    if not isinstance(urls, str) or "://" not in urls:
        return urls
    parts = urlsplit(urls)
    base = ws if parts.scheme in _SOCKETS else rest
    if base is None:
        return urls
    path = parts.path
    if _MARK in urls and _MARK not in base + path and path.endswith(_RAW):
        path += _MARK
    apart = _APART.get(parts.hostname or "", "")
    if apart and not base.endswith(apart):
        path = apart + path
    return base + path + (f"?{parts.query}" if parts.query else "")
