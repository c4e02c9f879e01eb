"""Every byte in and out of the exchange, with its time: the same run gives the same transcript."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Literal

import msgspec

from ....runtime.clock import Millis
from ..agenda import Agenda

Way = Literal["open", "in", "out", "close"]


class Line(msgspec.Struct, frozen=True):
    """One thing that happened on one connection."""

    at: Millis
    connection: int
    way: Way
    data: bytes = b""

    def __str__(self) -> str:
        return f"{self.at} {self.connection} {self.way} {self.data!r}"


class Transcript:
    """All lines, or where `sink` is given none: it is called with each instead."""

    def __init__(self, sink: Callable[[Line], None] | None = None) -> None:
        self.lines: list[Line] = []
        self._sink = self.lines.append if sink is None else sink
        self._hash = hashlib.sha256()

    def add(self, line: Line) -> None:
        """Write down one line more."""
        self._hash.update(f"{line.at} {line.connection} {line.way} {len(line.data)}\n".encode())
        self._hash.update(line.data)
        self._sink(line)

    def digest(self) -> str:
        """Of all lines so far: equal where every byte and every time is."""
        return self._hash.hexdigest()

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


class Tap:
    """What one connection tells a transcript."""

    __slots__ = ("_agenda", "_connection", "_transcript")

    def __init__(self, transcript: Transcript, agenda: Agenda, connection: int) -> None:
        self._transcript = transcript
        self._agenda = agenda
        self._connection = connection

    def opened(self, address: str) -> None:
        """The connection of a client at `address` was taken."""
        self._add("open", address.encode())

    def received(self, data: bytes) -> None:
        """The client sent `data`, or no more where it is empty."""
        self._add("in", data)

    def sent(self, data: bytes) -> None:
        """`data` was sent to the client."""
        self._add("out", data)

    def closed(self) -> None:
        """The connection is no more."""
        self._add("close")

    def _add(self, way: Way, data: bytes = b"") -> None:
        self._transcript.add(Line(self._agenda.now, self._connection, way, data))
