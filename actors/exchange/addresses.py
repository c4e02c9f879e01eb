"""Where an exchange of ccxt's is asked, moved to another host: paths stay, hosts do not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..ccxt_trio.loading import PRO, REST, exchange_class, names

_SOCKETS = frozenset({"ws", "wss"})


def moved_urls(venue: str, *, rest: str | None, ws: str | None) -> Mapping[str, Any]:
    """The part of ccxt's `urls` of a venue that leads to other hosts.

    rest, ws: what stands before the path, such as "http://127.0.0.1:8000"; None: as it is.
    """
    package = PRO if venue in names(PRO) else REST
    kind = exchange_class(package, venue)
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
    return base + parts.path + (f"?{parts.query}" if parts.query else "")
