"""The checksums with which venues let a reader see whether his book is theirs.

OKX and Kraken document a CRC-32 over the best levels as they wrote them; the examples of their
pages are our tests. OKX sends 0 since it dropped its checksum in 2026, which is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Final
from zlib import crc32

import attrs

from ..market.book_diff import Quote

_SIGN: Final = 1 << 31


@attrs.frozen
class Checksum:
    """How one venue takes it. of: bids and asks, best first, as many as `depth` or fewer."""

    depth: int  # levels of each side that it is taken over
    of: Callable[[Sequence[Quote], Sequence[Quote]], int]
    none: int | None = None  # what the venue sends where it has taken none


def _of_okx(bids: Sequence[Quote], asks: Sequence[Quote]) -> int:
    """By turns a bid and an ask, price and amount, all joined with colons; as a signed number."""
    pairs = chain.from_iterable(zip_longest(bids, asks))
    text = ":".join(chain.from_iterable(pair for pair in pairs if pair is not None))
    unsigned = crc32(text.encode())
    return unsigned - 2 * _SIGN if unsigned >= _SIGN else unsigned


def _of_kraken(bids: Sequence[Quote], asks: Sequence[Quote]) -> int:
    """Asks, then bids: digits alone, without the zeros before the first other one."""
    return crc32((_digits(asks) + _digits(bids)).encode())


def _digits(levels: Iterable[Quote]) -> str:
    numbers = chain.from_iterable(levels)
    return "".join(number.replace(".", "").lstrip("0") for number in numbers)


OKX: Final = Checksum(25, _of_okx, none=0)
KRAKEN: Final = Checksum(10, _of_kraken)
