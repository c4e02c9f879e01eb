"""A change of an order book as a venue tells it, and how venues number their changes.

Prices and amounts stay the text that the venue wrote until somebody reads them: most are replaced
before anybody does, and a checksum is taken over that very text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from ...runtime import Millis

Quote = tuple[str, str]
"""A price, and the amount that is now offered at it: "0" for no more."""

Numbering = Literal[
    "ranges",  # a diff tells its first and its last update: Binance spot (U, u), Bybit (u, u)
    "links",  # a diff tells its last update and that of the diff before: Binance futures (pu), OKX
    "none",  # diffs bear no numbers; the line keeps their order, a checksum tells: Kraken
]


class BookDiff(msgspec.Struct, frozen=True, gc=False):
    """New amounts at some prices; where no price is named, nothing has changed."""

    bids: Sequence[Quote]
    asks: Sequence[Quote]
    at: Millis  # by the venue's clock; where it tells none, when it was heard
    last: int | None = None  # the venue's number of the newest update in it
    first: int | None = None  # of "ranges": the number of the oldest update in it
    previous: int | None = None  # of "links": `last` of the diff before it
    checksum: int | None = None  # of the book with this diff in it, where the venue has one


def covered_after(diff: BookDiff, numbering: Numbering) -> int | None:
    """The diff holds all that changed after this update, up to its `last`; None: it does not say.

    So it continues every book that is at this update or later, and only those. Binance's rules
    follow: of spot, U <= book + 1 <= u, of futures, pu <= book <= u; and OKX's, prevSeqId <= book.
    An overlap does no harm, since amounts are absolute.

    >>> covered_after(BookDiff((), (), 0, last=160, first=157), "ranges")
    156
    """
    if diff.last is None:
        return None
    if numbering == "ranges":
        return None if diff.first is None else diff.first - 1
    return diff.previous
