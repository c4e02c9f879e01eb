"""Names for orders that are never used twice, not even by a bot that lost its clock.

An id is a UUID of version 8 (RFC 9562: the layout is ours), read from the left:

    32 bits of chance | 16 of epoch | 8 | 12 of epoch | 8 | 12 of chance | 48 of counter

The epoch counts the loads of the account's journal and is counted up durably before the first id
of an incarnation, so that ids differ even where chance is seeded and the clock was set back (O7).
The client id is the same 32 hex digits behind "bn-": 35 characters, where Binance allows 36.
"""

from __future__ import annotations

import re
from itertools import count
from typing import Final

from ...runtime import UsageError

PREFIX: Final = "bn-"
CHANCE_BITS: Final = 44  # how much chance goes into an id
EPOCH_BITS: Final = 28

_CLIENT_ID: Final = re.compile(
    PREFIX + r"[0-9a-f]{8}(?P<high>[0-9a-f]{4})8(?P<low>[0-9a-f]{3})8[0-9a-f]{3}[0-9a-f]{12}"
)


class OrderIds:
    """The ids of one incarnation of a desk, in order.

    chance: 0 <= chance < 2**44, from the desk's own stream. epoch: from the journal, >= 0.
    """

    def __init__(self, chance: int, epoch: int) -> None:
        if not 0 <= chance < 1 << CHANCE_BITS or not 0 <= epoch < 1 << EPOCH_BITS:
            raise UsageError(f"chance {chance} or epoch {epoch} is out of range for an order id")
        high, low = chance >> 12, chance & 0xFFF
        self._head = f"{high:08x}-{epoch >> 12:04x}-8{epoch & 0xFFF:03x}-8{low:03x}-"
        self._client_head = PREFIX + self._head.replace("-", "")
        self._counter = count(1)

    def draw(self) -> tuple[str, str]:
        """The next id, and the client id that belongs to it."""
        tail = f"{next(self._counter):012x}"
        return self._head + tail, self._client_head + tail


def epoch_of(client_id: str) -> int | None:
    """The epoch in a client id that has our form; None of any other (C17).

    >>> epoch_of("bn-0000002a000180028000000000000001"), epoch_of("web_7f3a")
    (4098, None)
    """
    match = _CLIENT_ID.fullmatch(client_id)
    return None if match is None else int(match["high"] + match["low"], 16)


def client_id_of(order_id: str) -> str:
    """The client id of an order id.

    >>> client_id_of("0000002a-0000-8001-8000-000000000001")
    'bn-0000002a000080018000000000000001'
    """
    return PREFIX + order_id.replace("-", "")
