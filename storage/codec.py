"""Records as bytes, and back. Pure.

A record is one byte that says its kind and version, the value in MessagePack, and the CRC-32 of
its key and all before it. Structs are written as arrays, decimals as strings, so that no digit is
lost and no field name is stored. A kind whose fields change gets a new version, and `migrations`
rewrites the old ones; a golden record of each version is kept in the tests.

Checksums are written with every record and read by `inspection`, which walks the whole store
before it is opened; nothing checks them again while the store is open.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar
from zlib import crc32

import msgspec

from ..actors.exchange.bans import Ban
from ..actors.orders.journal import Commit
from ..actors.orders.model import Order
from ..actors.portfolio.model import Balance
from ..runtime.errors import BenthicError
from .folded import Folded, FoldedOrder
from .inspection import CHECKSUM_BYTES

T = TypeVar("T")

_encode: Final = msgspec.msgpack.Encoder(decimal_format="string").encode


class UnknownRecord(BenthicError):
    """A record is of another kind or version than the place where it lies."""

    def __init__(self, found: int, *, expected: int) -> None:
        super().__init__(f"a record has tag {found:#04x} where {expected:#04x} belongs")
        self.found = found
        self.expected = expected


class Codec(Generic[T]):
    """Writes and reads the records of one kind and version.

    tag: kind in the high half, version in the low one; both from 1 to 15.
    """

    def __init__(self, tag: int, type_: type[T]) -> None:
        self.tag = tag
        self._head = bytes((tag,))
        decoder = msgspec.msgpack.Decoder(type_)
        self.decode: Callable[[bytes], T] = decoder.decode  # of what `content` gives

    def record(self, key: bytes, value: T) -> bytes:
        """The bytes that stand for `value` under `key`."""
        content = self._head + _encode(value)
        return content + crc32(content, crc32(key)).to_bytes(CHECKSUM_BYTES, "little")

    def read(self, record: bytes) -> T:
        """The value of a record. Raises UnknownRecord, or msgspec.DecodeError."""
        if record[0] != self.tag:
            raise UnknownRecord(record[0], expected=self.tag)
        return self.decode(record[1:-CHECKSUM_BYTES])


class Account(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the store itself knows of an account."""

    number: int  # the head of its keys; never reused
    epoch: int  # how often it has been loaded


ACCOUNT: Final = Codec(0x21, Account)
ORDER: Final = Codec(0x31, Order)
BALANCE: Final = Codec(0x41, Balance)
COMMIT: Final = Codec(0x51, Commit)
TRADE: Final = Codec(0x61, str)  # the trade's key
NUMBER: Final = Codec(0x71, int)  # of the commit that brought it
BAN: Final = Codec(0x81, Ban)
FOLDED: Final = Codec(0x91, Folded)
FOLDED_ORDER: Final = Codec(0xA1, FoldedOrder)

_TEXT: Final = b"\x11"


def text_record(key: bytes, text: str) -> bytes:
    """A record of the meta table, in plain text: `inspection` reads it without MessagePack."""
    return seal(key, _TEXT + text.encode())


def seal(key: bytes, content: bytes) -> bytes:
    """The record with its checksum at the end; see `inspection.is_whole`.

    >>> seal(b"key", b"content")[:-4]
    b'content'
    """
    return content + crc32(content, crc32(key)).to_bytes(CHECKSUM_BYTES, "little")
