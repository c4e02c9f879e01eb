"""What systemd is told of a service of the type `notify`: datagrams to the socket that it names.

READY=1       the tree runs and the stores are open; a venue that is away is no failed start
STATUS=…      how the lines stand
WATCHDOG=1    an actor of the System has had a turn: where actors hang, systemd hears nothing
STOPPING=1    the end has begun

Without `NOTIFY_SOCKET` nothing is sent. Sending never waits: what does not fit is not said.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

SOCKET: Final = "NOTIFY_SOCKET"
WATCHDOG: Final = "WATCHDOG_USEC"
WATCHED: Final = "WATCHDOG_PID"


class Notifier:
    """Tells whoever supervises this process. environment: as the process was started with."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        name = environment.get(SOCKET, "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self._beat = _interval(environment)
        self._status = ""
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if name else None
        if self._door is not None:
            self._door.settimeout(0)

    @property
    def beat(self) -> float | None:
        """How often to say that all is well, in s: twice as often as asked; None: not at all."""
        return self._beat

    def ready(self) -> None:
        """It runs."""
        self._send("READY=1")

    def status(self, text: str) -> None:
        """How it stands; the same again is not said."""
        if text != self._status:
            self._status = text
            self._send("STATUS=" + " ".join(text.split()))

    def alive(self) -> None:
        """It has just done something."""
        if self._beat is not None:
            self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """It ends."""
        self._send("STOPPING=1")

    def close(self) -> None:
        """Say no more."""
        if self._door is not None:
            self._door.close()
            self._door = None

    def _send(self, text: str) -> None:
        if self._door is not None:
            with suppress(OSError):  # full, or gone: a bot does not stop for that
                self._door.sendto(text.encode(), self._address)


def _interval(environment: Mapping[str, str]) -> float | None:
    asked, whom = environment.get(WATCHDOG, ""), environment.get(WATCHED)
    if not asked.isdecimal() or int(asked) == 0 or whom not in {None, str(os.getpid())}:
        return None
    return int(asked) / 2_000_000
