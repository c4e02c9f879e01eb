"""What a person has looked at: ccxt's bodies that have a copy here, and findings that are harmless.

`benthic doctor ccxt` says which of them an upgrade has changed. Read what changed, carry it over to
the copy where it matters, let the tests compare the results, and then write the new one down here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_DIAL: Final = "only ccxt's own connection calls it, and ours has its own"

EXCUSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "base.get_socks_proxy_session": "only ccxt's own fetch and watch call it; ours dial SOCKS",
        "base.uuid5": "a digest of its arguments: it draws nothing",
        "base.receive_loop": _DIAL,
        "base.open": _DIAL,
        "base.handle_message": _DIAL,
        "base.ping_loop": _DIAL,
    }
)
"""Why a finding is no matter, by exchange and method."""

FINGERPRINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ccxt.async_support.base.exchange.__init__": "e3db9569b2058f1f",
        "ccxt.async_support.base.exchange.client": "3a7ed999592aa6fe",
        "ccxt.async_support.base.exchange.close": "c107d1456186a34f",
        "ccxt.async_support.base.exchange.close_ws_clients": "752b545aa867c5b9",
        "ccxt.async_support.base.exchange.delay": "4e47cc2d5b340757",
        "ccxt.async_support.base.exchange.fetch": "0b07bbee01a5cbec",
        "ccxt.async_support.base.exchange.get_event_loop": "2bff39f8e8f8b22b",
        "ccxt.async_support.base.exchange.init_throttler": "45080ff28f859fd1",
        "ccxt.async_support.base.exchange.load_markets": "4c4cec55eece05eb",
        "ccxt.async_support.base.exchange.load_order_book": "fa4cc66ba2d2bf19",
        "ccxt.async_support.base.exchange.open": "383495a1f1d1d40d",
        "ccxt.async_support.base.exchange.sleep": "77d0ceabb08b5efb",
        "ccxt.async_support.base.exchange.spawn": "617ecc992538845e",
        "ccxt.async_support.base.exchange.watch": "2a92cd9fd7447285",
        "ccxt.async_support.base.exchange.watch_multiple": "f7cd4f34f7edfac0",
        "ccxt.async_support.base.ws.client.__init__": "5c3a163a319daa6a",
        "ccxt.async_support.base.ws.client.close": "85e6991e0fed1a31",
        "ccxt.async_support.base.ws.client.closed": "c6231b58e3ee9b72",
        "ccxt.async_support.base.ws.client.connect": "493b023eb687f6b2",
        "ccxt.async_support.base.ws.client.future": "b535702af3358fa3",
        "ccxt.async_support.base.ws.client.on_close": "64cf1902c05ff703",
        "ccxt.async_support.base.ws.client.on_error": "fd47f5c442cdbfe6",
        "ccxt.async_support.base.ws.client.reset": "deb865ad639cb07e",
        "ccxt.async_support.base.ws.client.resolve": "8fa8c596db718ab1",
        "ccxt.async_support.base.ws.client.send": "82f5a8bb6744af2e",
        "ccxt.base.exchange.__init__": "424a7635ecc41611",
        "ccxt.base.exchange.close": "dd106831bb54409c",
        "ccxt.base.exchange.fetch": "2dcdd5deb54519fe",
        "ccxt.base.exchange.init_throttler": "92a1222bae577e3c",
        "ccxt.base.exchange.load_markets": "c78223381bb37014",
        "ccxt.base.exchange.microseconds": "8b7316ea4b1f5b23",
        "ccxt.base.exchange.milliseconds": "c5d78933761a8803",
        "ccxt.base.exchange.rand_number": "b78692fe1b4d065b",
        "ccxt.base.exchange.random_bytes": "2379ac025f436551",
        "ccxt.base.exchange.seconds": "a170f308cc384671",
        "ccxt.base.exchange.sleep": "e7d923c2c88b6883",
        "ccxt.base.exchange.totp": "c853042f951d0b8e",
        "ccxt.base.exchange.uuid": "35cb4833de8b0d65",
        "ccxt.base.exchange.uuid16": "8957eeeb78cdfdb8",
        "ccxt.base.exchange.uuid22": "40d500a86fac68ca",
    }
)
"""Of the bodies that ours take the place of, as `audit.fingerprint` has it."""
