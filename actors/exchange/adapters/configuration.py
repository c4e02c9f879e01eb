"""How a venue's settings become ccxt's configuration: the one place where a key is revealed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from ...ccxt_trio.loading import PRO, REST, exchange_class, names
from ..errors import NoTestnet
from ..settings import VenueSettings
from .capabilities import has_testnet

CACHES: Final[Mapping[str, int]] = MappingProxyType(
    {"tradesLimit": 200, "OHLCVLimit": 100, "ordersLimit": 500}
)
"""Rows that ccxt keeps of each stream, of 1,000. A tap reads what one message brings, and no more
is needed; so a long run has all the memory that it will ever have within minutes.
"""


def configuration(settings: VenueSettings, own: Mapping[str, Any]) -> dict[str, Any]:
    """What `open_exchange` is given.

    own: of ccxt's settings and `options`, what the venue's adapter wants; the user's own win.
    Raises NoTestnet, UnknownExchange.
    """
    config: dict[str, Any] = {
        "enableRateLimit": True,
        "timeout": int(settings.answer),
        "number": str,  # money stays the text that the venue wrote
        "maxRetriesOnFailure": 0,  # nothing is sent again behind our back
        **{key: value for key, value in own.items() if key != "options"},
        "options": {
            **CACHES,
            **own.get("options", {}),
            **settings.options,
            "maxRetriesOnFailure": 0,
        },
    }
    if settings.urls:
        config["urls"] = dict(settings.urls)
    if settings.sandbox == "testnet":
        if not has_testnet(plain_exchange(settings.name)):
            raise NoTestnet(settings.name)
        config["sandbox"] = True
    if settings.credentials is not None:
        config["apiKey"] = settings.credentials.key.reveal()
        config["secret"] = settings.credentials.secret.reveal()
        if settings.credentials.password:
            config["password"] = settings.credentials.password.reveal()
    return {**config, **_proxies(settings.proxy.reveal())}


def _proxies(proxy: str) -> dict[str, str]:
    if not proxy:
        return {}
    if proxy.partition(":")[0].startswith("socks"):
        return {"socksProxy": proxy, "wsSocksProxy": proxy}
    return {"httpsProxy": proxy, "wssProxy": proxy}


def plain_exchange(name: str, config: Mapping[str, Any] = MappingProxyType({})) -> Any:
    """An exchange as ccxt made it, to be looked at: it opens nothing, and no request is sent."""
    kind = exchange_class(PRO if name in names(PRO) else REST, name)
    return kind({**config, "enableRateLimit": False})
