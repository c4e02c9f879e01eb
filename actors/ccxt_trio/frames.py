"""WebSocket frames for a client that reads many: small common frames at once, the rest by wsproto.

An exchange sends whole, plain text frames nearly always. These are read here, a slice and a call
each. Every other frame (compressed, fragmented, control, or against the rules) is handed to wsproto
whole, one at a time, so that wsproto stays at a boundary between frames and its state is right
whenever it is asked. It does no I/O.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol

from wsproto import events
from wsproto.connection import Connection
from wsproto.frame_protocol import CloseReason

from .errors import SocketClosed

WHOLE_TEXT: Final = 0x81  # final, no extension, text
WHOLE_BYTES: Final = 0x82
WHOLE_PING: Final = 0x89
WHOLE_PONG: Final = 0x8A
FINAL: Final = 0x80
OPCODE: Final = 0x0F
CONTROL: Final = 0x08
TWO_BYTES: Final = 126  # what stands for a length in two bytes
EIGHT_BYTES: Final = 127
LONGEST: Final = 10 * 1024 * 1024  # bytes of a message, as ccxt has it
BEYOND_TWO: Final = 65_536  # the least length that needs eight bytes
SHORT: Final = 2  # bytes of the shortest header


class Ears(Protocol):
    """Who hears what a socket says."""

    def on_data(self, data: str | bytes) -> None: ...
    def on_ping(self, payload: bytes) -> None: ...
    def on_pong(self) -> None: ...


class FrameReader:
    """Takes bytes, tells `ears` what was in them."""

    def __init__(self, connection: Connection, ears: Ears) -> None:
        self._connection = connection
        self._ears = ears
        self._buffer = b""
        self._is_split = False  # inside a message of several frames
        self._pieces = list[str | bytes]()
        self._length = 0  # of the pieces

    def feed(self, data: bytes) -> None:
        """Take what came."""
        self._buffer = self._buffer + data if self._buffer else data

    def read(self, most: int) -> bool:
        """Tell of at most `most` frames; whether there may be more. Raises SocketClosed."""
        buffer, at, size = self._buffer, 0, len(self._buffer)
        on_data: Callable[[str | bytes], None] = self._ears.on_data
        count = 0
        try:
            while count < most and size - at >= SHORT:
                first, second = buffer[at], buffer[at + 1]
                start, length, is_plain = at + SHORT, second, not self._is_split
                if second >= TWO_BYTES:
                    if size - at < _header(second):
                        break
                    start, length, is_least = _extended(buffer, at, second)
                    is_plain = is_plain and is_least
                end = start + length
                if length > LONGEST:
                    raise SocketClosed(CloseReason.MESSAGE_TOO_BIG, f"a frame of {length} bytes")
                if end > size:
                    break
                count += 1
                if is_plain and first == WHOLE_TEXT:
                    at = end
                    on_data(_text(buffer[start:end]))
                elif is_plain and first == WHOLE_BYTES:
                    at = end
                    on_data(buffer[start:end])
                else:
                    frame = buffer[at:end]
                    at = end
                    self._uncommon(frame)
        finally:
            self._buffer = buffer[at:]
        return count == most

    def _uncommon(self, frame: bytes) -> None:
        opcode = frame[0] & OPCODE
        if opcode < CONTROL:
            self._is_split = not frame[0] & FINAL
        elif frame[0] in {WHOLE_PING, WHOLE_PONG} and frame[1] < TWO_BYTES:
            # wsproto forgets that a message is compressed when one of these comes between its
            # frames, so it does not get to see them.
            if frame[0] == WHOLE_PING:
                self._ears.on_ping(frame[SHORT:])
            else:
                self._ears.on_pong()
            return
        self._connection.receive_data(frame)
        for event in self._connection.events():
            if isinstance(event, (events.TextMessage, events.BytesMessage)):
                self._piece(event)
            elif isinstance(event, events.CloseConnection):
                raise SocketClosed(int(event.code), event.reason or "")

    def _piece(self, event: events.Message[Any]) -> None:
        self._pieces.append(event.data)
        self._length += len(event.data)
        if self._length > LONGEST:
            raise SocketClosed(CloseReason.MESSAGE_TOO_BIG, "a message of several frames")
        if event.message_finished:
            whole = event.data[:0].join(self._pieces)
            self._pieces.clear()
            self._length = 0
            self._ears.on_data(whole if isinstance(whole, str) else bytes(whole))


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise SocketClosed(CloseReason.INVALID_FRAME_PAYLOAD_DATA, str(error)) from error


def _header(second: int) -> int:
    """Bytes of a header of which the second byte says so; of a mask nothing is read."""
    length = second & EIGHT_BYTES
    return SHORT + (2 if length == TWO_BYTES else 8 if length == EIGHT_BYTES else 0)


def _extended(buffer: bytes, at: int, second: int) -> tuple[int, int, bool]:
    """Where the payload starts, how long it is, and whether the header is the usual one."""
    start = at + _header(second)
    if second == TWO_BYTES:
        length = int.from_bytes(buffer[at + SHORT : start], "big")
        return start, length, length >= TWO_BYTES
    if second == EIGHT_BYTES:
        length = int.from_bytes(buffer[at + SHORT : start], "big")
        return start, length, length >= BEYOND_TWO
    return start, second & EIGHT_BYTES, False  # masked: wsproto will say what is wrong with it
