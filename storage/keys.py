"""The keys of the tables: bytes that sort as what they stand for. Pure.

What grows with time starts with its place in time, and with the account's number after it: all
accounts add to the same end of a table, so that a group commit touches few pages of the disk.
What is looked up by name starts with the account's number. Numbers have their most significant
byte first.
"""

from __future__ import annotations

import struct
from typing import Final

from ..runtime.errors import Refusal

LONGEST: Final = 511  # bytes; LMDB's own limit

_ACCOUNT: Final = struct.Struct(">I")
_PLACED: Final = struct.Struct(">QI")
_NUMBERED: Final = struct.Struct(">QIQ")
_INDEXED: Final = struct.Struct(">QII")
HEAD: Final = _ACCOUNT.size  # bytes of the account's number

account_head = _ACCOUNT.pack  # what all keys of an account number start with
journal_key = _NUMBERED.pack  # of the place in the journal, the account's number, the commit's
fill_key = _INDEXED.pack  # of the commit's place in the journal, the account's number, the index
OWNER: Final = slice(8, 12)  # where the account's number is in these two and in an order's key


class Unstorable(Refusal):
    """A value has no place in a store; nothing of its commit was stored."""

    def __init__(self, what: str, *, reason: str) -> None:
        super().__init__(f"{what[:60]!r} cannot be stored: {reason}")
        self.what = what
        self.reason = reason


def name_key(head: bytes, name: str) -> bytes:
    """The key of what an account, given by its key head, knows by a name. Raises Unstorable."""
    try:
        key = head + name.encode()
    except UnicodeEncodeError as error:
        raise Unstorable(name, reason="it is no Unicode text") from error
    if len(key) > LONGEST:
        raise Unstorable(
            name, reason=f"it is longer than {LONGEST - len(head)} bytes; use a shorter one"
        )
    if not key:
        raise Unstorable(name, reason="it is empty; give it a name")
    return key


def order_key(created_at: int, account: int, order_id: str) -> bytes:
    """The key of an order, oldest first; when it was created never changes. Raises Unstorable."""
    try:
        head = _PLACED.pack(created_at, account)
    except struct.error as error:
        raise Unstorable(order_id, reason=f"it was created at {created_at} ms") from error
    return name_key(head, order_id)


def order_trade_key(head: bytes, order_id: str, trade: str) -> bytes:
    """The key of a trade among those of its order; all of an order's start with `order_head`."""
    return name_key(order_head(head, order_id), trade)


def order_head(head: bytes, order_id: str) -> bytes:
    """What the keys of all trades of one order start with; no order's id holds a zero byte."""
    return name_key(head, order_id + "\0")


def place_of(key: bytes) -> tuple[int, int, int]:
    """What a key of the journal was made of."""
    place, account, number = _NUMBERED.unpack(key)
    return place, account, number
