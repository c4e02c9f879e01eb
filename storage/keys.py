"""The keys of the tables: bytes that sort as what they stand for. Pure.

The keys of an account start with its number, four bytes, most significant first, so that the rows
of an account lie side by side. Those of the journal start with the place in it: all accounts
append to the same end of the file, and a group commit touches few pages.
"""

from __future__ import annotations

import struct
from typing import Final

from ..runtime.errors import Refusal

LONGEST: Final = 511  # bytes; LMDB's own limit

_ACCOUNT: Final = struct.Struct(">I")
_PLACED: Final = struct.Struct(">QI")
_INDEXED: Final = struct.Struct(">IQI")
HEAD: Final = _ACCOUNT.size  # bytes of the account's number

account_head = _ACCOUNT.pack  # what all keys of an account number start with
journal_key = _PLACED.pack  # of the place in the journal and the account's number
fill_key = _INDEXED.pack  # of the account's number, the commit's number and the place in it


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
            name, reason=f"it is longer than {LONGEST - HEAD} bytes; use a shorter one"
        )
    if not key:
        raise Unstorable(name, reason="it is empty; give it a name")
    return key


def order_trade_key(head: bytes, client_id: str, trade: str) -> bytes:
    """The key of a trade among those of its order; all of an order's start with `order_head`."""
    return name_key(order_head(head, client_id), trade)


def order_head(head: bytes, client_id: str) -> bytes:
    """What the keys of all trades of one order start with; no client id holds a zero byte."""
    return name_key(head, client_id + "\0")


def after(head: bytes) -> bytes:
    """The first key behind all that start with `head`.

    >>> after(b"a")
    b'b'
    """
    number = int.from_bytes(head, "big") + 1
    return number.to_bytes(len(head), "big")


def place_of(key: bytes) -> int:
    """The place in a key of the journal."""
    return int(_PLACED.unpack(key)[0])
