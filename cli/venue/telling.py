"""How a running venue is shown: a live view, lines, four lines for a shell, JSON, or nothing."""

from __future__ import annotations

import sys
from typing import Final, Protocol

import msgspec

from ...scenarios.venue.access.keys import Secret
from ...scenarios.venue.faults.log import Fired
from ...scenarios.venue.serving import Served
from ..exits import say
from ..output import console, print_json
from .watch import Watch

PAUSE: Final = 0.25  # s between two looks


class Address(msgspec.Struct, frozen=True):
    """Where a venue is reached, and with what. The keys are thrown away with the venue.

    control_token: where it was drawn; whoever chose it knows it.
    """

    rest_url: str
    ws_url: str
    api_key: str
    api_secret: Secret
    control_url: str | None
    control_token: Secret | None

    def places(self) -> str:
        """Where it is reached, as NAME=VALUE: what anybody may read over a shoulder."""
        return (
            f"BENTHIC_REST_URL={self.rest_url}\n"
            f"BENTHIC_WS_URL={self.ws_url}\n"
            f"BENTHIC_API_KEY={self.api_key}\n"
        )

    def environment(self) -> str:
        """The same and the secret: the four lines of `--print-env`, and no others."""
        return f"{self.places()}BENTHIC_API_SECRET={self.api_secret.reveal()}\n"

    def control(self) -> str:
        """How the control port is asked; empty where there is none."""
        if self.control_url is None:
            return ""
        token = self.control_token
        said = "$BENTHIC_CONTROL_TOKEN" if token is None else token.reveal()
        return f"control port {self.control_url}, Authorization: Bearer {said}"


class Teller(Protocol):
    """Tells what a venue does, as it does it."""

    pause: float  # s between two looks

    def opened(self, address: Address) -> None:
        """Clients can come."""
        ...

    def look(self) -> None:
        """Called again and again."""
        ...

    def closed(self) -> None:
        """Nobody is served any more."""
        ...


class Silent:
    """Nothing, or the four lines and nothing after them."""

    pause = 60.0

    def __init__(self, *, has_lines: bool) -> None:
        self._has_lines = has_lines

    def opened(self, address: Address) -> None:
        if self._has_lines:
            sys.stdout.write(address.environment())
            sys.stdout.flush()
        if self._has_lines and address.control():
            say(address.control())

    def look(self) -> None:
        pass

    def closed(self) -> None:
        pass


class Objects:
    """One JSON object for each event: open, every fault, closed."""

    pause = PAUSE

    def __init__(self, served: Served, watch: Watch) -> None:
        self._served = served
        self._watch = watch
        self._told = 0  # faults

    def opened(self, address: Address) -> None:
        token = address.control_token
        print_json(
            {
                "event": "open",
                "at": self._served.venue.now,
                "rest_url": address.rest_url,
                "ws_url": address.ws_url,
                "api_key": address.api_key,
                "control_url": address.control_url,
                "control_token": None if token is None else token.reveal(),
            }
        )

    def look(self) -> None:
        for entry in news_of(self._served, self._told):
            self._told = entry.number
            print_json({"event": "fault", **msgspec.structs.asdict(entry)})

    def closed(self) -> None:
        served, watch = self._served, self._watch
        print_json(
            {
                "event": "closed",
                "at": served.venue.now,
                "connections": served.wire.connections,
                "requests": served.wire.requests,
                "sockets": watch.sockets,
                "refused": watch.refused,
                "faults": served.faults.log.total,
            }
        )


class Lines:
    """The address without its secret, a line for each fault, and a sum at the end."""

    pause = PAUSE

    def __init__(self, served: Served, watch: Watch) -> None:
        self._served = served
        self._watch = watch
        self._told = 0

    def opened(self, address: Address) -> None:
        self._print(address.places().rstrip())
        self._print("the secret is told by --print-env alone; the same --seed has the same")
        if address.control():
            self._print(address.control())
        self._print("open until Ctrl-C")
        sys.stdout.flush()

    def look(self) -> None:
        for entry in news_of(self._served, self._told):
            self._told = entry.number
            self._print(said_of(entry))
            sys.stdout.flush()

    def closed(self) -> None:
        served = self._served
        self._print(
            f"closed: {served.wire.connections:,} connections, {served.wire.requests:,} requests, "
            f"{self._watch.refused:,} refused, {served.faults.log.total:,} faults"
        )

    def _print(self, words: str) -> None:
        console().print(words, markup=False, soft_wrap=True)


def news_of(served: Served, told: int) -> list[Fired]:
    """The faults that fired since the one of this number; empty where there are none."""
    log = served.faults.log
    return log.entries(after=told) if log.total > told else []


def said_of(entry: Fired) -> str:
    """A fault in one line."""
    code = f" {entry.fault}" if entry.fault else ""
    nothing = f"; {entry.problem}" if entry.problem else ""
    return f"fault {entry.number}:{code} {entry.verb} on {entry.target} ({entry.cause}){nothing}"
