"""What becomes of bytes: the faults that a wire can commit, as values.

A plan decides which fate strikes (`faults/`); the wire carries it out, at the times of its
agenda. Nothing here decides or does.
"""

from __future__ import annotations

from enum import Enum

import msgspec


class Ending(Enum):
    """What the server does with the connection after the bytes."""

    KEEP = "keep"  # goes on as if nothing were
    CLOSE = "close"  # FIN; for a WebSocket with a code, a close frame before it
    RESET = "reset"  # RST: the client's next read or write fails
    HALF_OPEN = "half-open"  # neither reads nor writes any more, and no FIN
    MUTE = "mute"  # reads and acts on it, and writes nothing more


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """Of one response, one push, or (where there are no bytes) of a connection.

    In this order: the delay; the bytes chosen, cut and paced; the ending.
    """

    delay: int = 0  # ms before it is sent; other pushes of the connection overtake it
    stall: int = 0  # ms before its first byte; nothing overtakes it
    lost: bool = False  # none of its bytes is sent; the ending comes all the same
    raw: bytes | None = None  # sent in place of the encoded response or frame
    keep: int | None = None  # bytes of it that are sent; the rest never is
    piece: int | None = None  # bytes at a time: a dribble; None is all at once
    pause: int = 0  # ms between two pieces
    cut: int | None = None  # bytes after which one pause is made: a frame in two halves
    ending: Ending = Ending.KEEP
    code: int | None = None  # of the close frame, on a WebSocket
    reason: str = ""  # of the close frame
