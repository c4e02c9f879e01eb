"""A power cut, as a function: what may lie on the disk at one moment of a recording. Pure.

What was synced lies there. Of what was not, each sector of 512 bytes does or does not, each for
itself and in whatever version; a sector itself is never torn. A write that waited for the disk by
itself (the page that makes a transaction count) makes nothing else durable. The call after the
cut may have begun: its sectors may lie there, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

from .recording import Event, acked_by

SECTOR: Final = 512  # bytes
SURVIVAL: Final = (0.0, 0.1, 0.5, 0.9, 1.0)  # the share of unsynced sectors that reach the disk


class Disk:
    """The file as a recording goes on: what is durable, what is not, and who was answered.

    The cut only moves forward.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._durable = bytearray()
        self._unsynced: list[Event] = []
        self._position = 0
        self.acked: dict[int, int] = {}  # writer -> number of its last answered commit

    def advance(self, cut: int) -> None:
        """Let the first `cut` events happen."""
        for event in self._events[self._position : cut]:
            match event.kind:
                case "acked":
                    writer, number = acked_by(event)
                    self.acked[writer] = number
                case "sync":
                    for write in self._unsynced:
                        _put(self._durable, write.offset, write.content)
                    self._unsynced.clear()
                case "write" if event.is_durable:
                    _put(self._durable, event.offset, event.content)
                case _:
                    self._unsynced.append(event)
        self._position = max(self._position, cut)

    def image(self, chance: Random) -> bytes:
        """What a power cut leaves now."""
        image, share = bytearray(self._durable), chance.choice(SURVIVAL)
        begun = self._events[self._position : self._position + 1]
        for write in (*self._unsynced, *(event for event in begun if event.kind == "write")):
            for start, end in _sectors(write):
                if chance.random() < share:
                    part = write.content[start - write.offset : end - write.offset]
                    _put(image, start, part)
        return bytes(image)


def first_cut(events: Sequence[Event]) -> int:
    """The first moment at which the store is there for certain: somebody was answered."""
    return next(place for place, event in enumerate(events) if event.kind == "acked") + 1


def _sectors(write: Event) -> list[tuple[int, int]]:
    """Where the sectors of a write begin and end in the file; the outer ones may be parts."""
    end = write.offset + len(write.content)
    first = write.offset - write.offset % SECTOR
    return [
        (max(start, write.offset), min(start + SECTOR, end)) for start in range(first, end, SECTOR)
    ]


def _put(file: bytearray, offset: int, content: bytes) -> None:
    if len(file) < offset:
        file.extend(bytes(offset - len(file)))
    file[offset : offset + len(content)] = content
