"""The exchange of the demo, in a process of its own, and what is asked of it.

It outlives the bot, as a real one does. What strikes is told to its control port; what it knows of
the account's orders it is asked with a signed request, as anybody with the key could.
"""

from __future__ import annotations

import hmac
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import trio

from ...runtime import BenthicError, Millis
from ...scenarios.venue.wire.client import HttpClient
from ..exits import PACKAGE
from .botfile import API_KEY, API_SECRET, REST_URL, VENUE_SYMBOL, WS_URL

MODULE: Final = f"{PACKAGE}.cli.demo.exchange_process"
START_DEADLINE: Final = 30.0  # s
OK: Final = 200


class ExchangeSilent(BenthicError):
    """The demo's exchange did not start, or refuses what the demo asks of it."""

    def __init__(self, words: str) -> None:
        super().__init__(f"the demo's exchange: {words}")


class Place(msgspec.Struct, frozen=True):
    """Where it is, and with what it is asked; all of it is thrown away with the demo."""

    rest: str
    ws: str
    key: str
    secret: str
    control: str
    token: str

    def __repr__(self) -> str:
        return f"Place({self.rest})"


class VenueOrder(msgspec.Struct, frozen=True, rename="camel"):
    """An order, as the venue tells it."""

    client_order_id: str
    status: str
    executed_qty: str
    update_time: Millis  # when it changed last


class Exchange:
    """A running venue."""

    def __init__(self, place: Place) -> None:
        self.place = place

    @property
    def env(self) -> Mapping[str, str]:
        """What the bot's process finds in its environment."""
        place = self.place
        return {
            REST_URL: place.rest,
            WS_URL: place.ws,
            API_KEY: place.key,
            API_SECRET: place.secret,
        }

    async def now(self) -> Millis:
        """The venue's time."""
        said = await _asked(self.place.rest, "GET", "/api/v3/time")
        return Millis(said["serverTime"])

    async def strike(self, **rule: Any) -> int:
        """Put a rule in force; its number."""
        number: int = (await self._told("POST", "/rules", rule))["number"]
        return number

    async def fire(self, verb: str, **parameters: Any) -> None:
        """Let a verb of the venue strike now."""
        await self._told("POST", "/fire", {"verb": verb, **parameters})

    async def fired(self, rule: int) -> int:
        """How often a rule has struck."""
        rules = await self._told("GET", "/rules")
        return next((int(each["fired"]) for each in rules if each["number"] == rule), 0)

    async def forget(self, rule: int) -> None:
        """Take a rule out of force."""
        await self._told("DELETE", f"/rules/{rule}")

    async def orders(self) -> list[VenueOrder]:
        """All orders of the account, oldest first."""
        query = f"symbol={VENUE_SYMBOL}&limit=1000&timestamp={await self.now()}"
        key = self.place.secret.encode()
        query += f"&signature={hmac.digest(key, query.encode(), 'sha256').hex()}"
        headers = (("X-MBX-APIKEY", self.place.key),)
        said = await _asked(self.place.rest, "GET", f"/api/v3/allOrders?{query}", headers=headers)
        return msgspec.convert(said, list[VenueOrder])

    async def _told(self, method: str, path: str, body: Any = None) -> Any:
        headers = (
            ("Authorization", f"Bearer {self.place.token}"),
            ("Content-Type", "application/json"),
        )
        return await _asked(self.place.control, method, path, headers=headers, body=body)


async def _asked(
    base: str,
    method: str,
    target: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    body: Any = None,
) -> Any:
    """One request on a connection of its own. Raises ExchangeSilent."""
    place = urlsplit(base)
    stream = await trio.open_tcp_stream(place.hostname or "", place.port or 0)
    async with stream:
        client = HttpClient(stream, host=place.netloc)
        data = b"" if body is None else msgspec.json.encode(body)
        answer = await client.request(method, target, headers=headers, body=data)
    if not OK <= answer.status < OK + 100:
        path = target.partition("?")[0]  # the query holds a signature
        raise ExchangeSilent(f"{method} {path}: {answer.status} {answer.body.decode()}")
    return msgspec.json.decode(answer.body) if answer.body else None


@asynccontextmanager
async def running_exchange(seed: int, rate: float) -> AsyncIterator[Exchange]:
    """A venue for as long as the block runs. rate: seconds of its time for each of the host's."""
    process = await trio.lowlevel.open_process(
        [sys.executable, "-m", MODULE, str(seed), str(rate)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield Exchange(msgspec.json.decode(await _first_line(process.stdout), type=Place))
    finally:
        with trio.CancelScope(shield=True):
            if process.returncode is None:
                process.kill()
            await process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    await pipe.aclose()


async def _first_line(pipe: Any) -> bytes:
    """What it says once it serves. Raises ExchangeSilent where it ends before."""
    text = b""
    with trio.move_on_after(START_DEADLINE):
        while b"\n" not in text:
            part = await pipe.receive_some()
            if not part:
                break
            text += part
    if b"\n" not in text:
        raise ExchangeSilent("it did not start")
    return text
