"""The venue on a port of this machine, beside a client that knows nothing of trio."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import trio

from benthic.scenarios.venue.venue import Venue
from benthic.scenarios.venue.wire.connection import Wire
from benthic.scenarios.venue.wire.driver import Driver
from benthic.scenarios.venue.wire.tcp import TcpFace

PATIENCE: Final = 120  # s of wall time until a test counts as hung
APIS: Final = {
    "fapiPublic": "/fapi/v1", "fapiPublicV2": "/fapi/v2", "fapiPublicV3": "/fapi/v3",
    "fapiPrivate": "/fapi/v1", "fapiPrivateV2": "/fapi/v2", "fapiPrivateV3": "/fapi/v3",
    "dapiPublic": "/dapi/v1", "dapiPrivate": "/dapi/v1", "dapiPrivateV2": "/dapi/v2",
    "public": "/api/v3", "private": "/api/v3", "v1": "/api/v1",
    "sapi": "/sapi/v1", "sapiV2": "/sapi/v2", "sapiV3": "/sapi/v3", "sapiV4": "/sapi/v4",
}  # fmt: skip


def serve(venue: Venue, use: Callable[[str], None]) -> None:
    """Run `use(base URL)` in a thread while the venue answers on the loopback."""

    async def main() -> None:
        driver = Driver(venue.agenda)
        wire = Wire(venue, venue.agenda)
        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                await nursery.start(driver.run)
                port = await nursery.start(TcpFace(wire, driver).run)
                await trio.to_thread.run_sync(use, f"http://127.0.0.1:{port}")
                nursery.cancel_scope.cancel()

    trio.run(main)


def settings(base: str, key: str, secret: str) -> dict[str, Any]:
    """What a client is made with: its credentials and our URLs, and nothing else of it changed."""
    return {
        "apiKey": key,
        "secret": secret,
        "enableRateLimit": False,
        "options": {"adjustForTimeDifference": True, "fetchCurrencies": False},
        "urls": {"api": {name: base + path for name, path in APIS.items()}},
    }
