"""What is known of commits that are kept no more, as values. How they are folded is in `folding`.

Folding changes nothing that a desk comes back to: orders, balances and trade keys lie in tables of
their own. It takes away the evidence for them, so what that evidence came to is kept in its place,
with seals of what cannot change any more, and a store is checked against it as against a journal.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from hashlib import blake2b
from typing import Final

import msgspec

from ..actors.orders.journal import BEGINNING, Beginning
from ..actors.orders.model import Order
from ..actors.portfolio.model import Entry
from ..runtime.clock import Millis

SEAL_BYTES: Final = 16
_MODULUS: Final = 1 << 8 * SEAL_BYTES

_encode: Final = msgspec.msgpack.Encoder(decimal_format="string").encode


class FoldedOrder(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An order that had ended when its commits were folded."""

    seal: str  # of its record
    filled: Decimal  # base currency, as its trades had it
    cost: Decimal  # quote currency, likewise


class Folded(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the commits of an account came to that are kept no more."""

    beginning: Beginning = BEGINNING  # how many they were, and where the others go on from
    until: Millis = Millis(0)  # of the newest change in them
    moved: tuple[Entry, ...] = ()  # the sum of all entries of each asset and account
    trades: int = 0  # how many they brought
    trades_seal: str = ""  # of the keys of these, in whatever order
    traded_at: Millis = Millis(0)  # when the newest of them traded

    @property
    def commits(self) -> int:
        """The number of the last of them."""
        return self.beginning.commits


NOTHING_FOLDED: Final = Folded()


def seal_of(order: Order) -> str:
    """What tells whether an order is as it was."""
    return blake2b(_encode(order), digest_size=SEAL_BYTES).hexdigest()


def seal_keys(keys: Iterable[str], seal: str = "") -> str:
    """The seal of a set of trade keys; of those before, and these.

    >>> seal_keys(("b", "a")) == seal_keys(("b",), seal_keys(("a",))) != seal_keys(("a",))
    True
    """
    total = int(seal or "0", 16)
    for key in keys:
        total += int.from_bytes(blake2b(key.encode(), digest_size=SEAL_BYTES).digest(), "big")
    return f"{total % _MODULUS:x}" if total else ""
