"""An order book kept from a snapshot and the diffs that follow it, or the reason why there is none.

It calls itself valid only while it is what the venue has: every diff continues the one before, no
number is bad, the best bid lies below the best ask, the checksum is right (M1, M2, M3, M10, D1).
The moment that fails there is no book any more. Diffs are kept meanwhile, the one that could not be
taken among them, and replayed onto the snapshot that is fetched in answer.

What the rules of the numbers are stands in `book_diff`; this file reads no clock and no line.
"""

from __future__ import annotations

from collections import deque
from typing import Final, Literal

import attrs

from ...runtime import Millis
from ..market.book import Book, Level
from ..market.book_diff import BookDiff, Numbering, Quote, covered_after
from ..market.errors import BadValue
from ..market.money import plain
from .book_checksum import Checksum
from .book_side import BookSide

KEPT: Final = 1_000  # diffs
AGAIN: Final = 1_000  # ms by which the diffs of two lines may differ in time

Status = Literal["waiting", "valid", "invalid"]

FaultKind = Literal[
    "GAP",  # a diff does not continue the book: one before it is missing
    "STALE_SNAPSHOT",  # the snapshot is older than the first diff that is known
    "CROSSED",  # the best bid is not below the best ask
    "BAD_NUMBER",  # a price or an amount is none, or out of range
    "UNNUMBERED",  # a number that the venue always sends is missing
    "CHECKSUM",  # the book is not the one that the venue has
    "RAN_BACK",  # the venue counts anew: a later diff bears an older number
    "SPENT",  # all levels of a side that the snapshot told are gone
    "WITHDRAWN",  # whoever feeds the book said so: the line is down, say
]


@attrs.frozen
class BookFault:
    """Why there is no book."""

    kind: FaultKind
    detail: str


@attrs.frozen
class BookCounts:
    """What has come since the beginning."""

    applied: int
    repeated: int  # diffs that the book held already
    forgotten: int  # diffs that were kept for a snapshot until there were too many
    faults: int


class BookState:
    """Waiting for its first snapshot, valid, or invalid for a reason.

    numbering: how this venue numbers its diffs.
    checksum: how it takes one; looked at where a diff bears one.
    depth: levels of each side that the venue tells, where it drops the rest without a word; None:
    it tells all changes.
    kept: how many diffs are kept for the next snapshot; of more, the newest.
    """

    def __init__(
        self,
        symbol: str,
        *,
        numbering: Numbering,
        checksum: Checksum | None = None,
        depth: int | None = None,
        kept: int = KEPT,
    ) -> None:
        self.symbol: Final = symbol
        self.status: Status = "waiting"
        self.fault: BookFault | None = None
        self._numbering: Final = numbering
        self._checksum = checksum
        self._depth = depth
        self._bids = BookSide("bids")
        self._asks = BookSide("asks")
        self._last: int | None = None  # the newest update in the book
        self._at = Millis(0)
        self._told_at: Millis | None = None  # of the newest diff in the book
        self._kept: deque[BookDiff] = deque(maxlen=kept)
        self._refreshing = False
        self._applied = self._repeated = self._forgotten = self._faults = 0

    def apply(self, diff: BookDiff) -> Status:
        """Take the next diff, into the book or for the snapshot to come."""
        if self.status != "valid":
            self._keep(diff)
            return self.status
        if self._refreshing:
            self._keep(diff)
        return self._follow(diff)

    def load(self, snapshot: Book, *, limit: int | None = None) -> Status:
        """Take a snapshot and replay onto it what is kept.

        limit: the levels of each side that were asked for; None: it holds the whole book. One that
        is older than what is known changes nothing: fetch another.
        """
        last = snapshot.sequence
        if self._numbering == "none":
            self._kept.clear()
        elif last is None:
            return self._fail("UNNUMBERED", "the snapshot bears no number")
        else:
            late = self._lateness(last)
            if late is not None:
                return self.status if self.status == "valid" else self._fail("STALE_SNAPSHOT", late)
        return self._start(snapshot, limit)

    def refresh(self) -> None:
        """A newer snapshot has been asked for: keep the diffs that come until it is loaded.

        A valid book stays valid meanwhile; this is how its edge is moved before it is reached.
        """
        self._refreshing = True

    def withdraw(self, detail: str) -> Status:
        """There is no book any more, for a reason that the diffs do not show."""
        return self._fail("WITHDRAWN", detail)

    def book(self, depth: int) -> Book | None:
        """The best levels of both sides; None where there is no valid book."""
        if self.status != "valid":
            return None
        return Book(self.symbol, self._bids.top(depth), self._asks.top(depth), self._at, self._last)

    @property
    def counts(self) -> BookCounts:
        """What has come since the beginning."""
        return BookCounts(self._applied, self._repeated, self._forgotten, self._faults)

    def _keep(self, diff: BookDiff) -> None:
        if self._numbering == "none":
            return  # its snapshot comes on the same line, after all of these
        kept = self._kept
        if kept and _runs_back(kept[-1], diff):
            kept.clear()  # the numbers of before say nothing about those that come now
        if len(kept) == kept.maxlen:
            self._forgotten += 1
        kept.append(diff)

    def _lateness(self, last: int) -> str | None:
        """Why a snapshot of this number cannot be used; None where it can."""
        waiting = self._waiting(last)
        if waiting:
            after = covered_after(waiting[0], self._numbering)
            if after is not None and after > last:
                return f"it ends at {last}, the first diff after it covers what follows {after}"
        elif self.status == "valid" and self._last is not None and last < self._last:
            return f"it ends at {last}, the book is at {self._last}"
        return None

    def _waiting(self, last: int) -> list[BookDiff]:
        """What is kept and newer than this update, in the venue's order."""
        newer = [diff for diff in self._kept if diff.last is None or diff.last > last]
        return sorted(newer, key=_number)

    def _start(self, snapshot: Book, limit: int | None) -> Status:
        waiting = [] if snapshot.sequence is None else self._waiting(snapshot.sequence)
        self._kept.clear()
        self._refreshing = False
        self._last, self._at, self._told_at = snapshot.sequence, snapshot.at, None
        try:
            self._bids.replace(_quotes(snapshot.bids), limit=limit)
            self._asks.replace(_quotes(snapshot.asks), limit=limit)
        except BadValue as error:
            self._kept.extend(waiting)
            return self._fail("BAD_NUMBER", str(error))
        self.status, self.fault = "valid", None
        status = self._check("the snapshot")
        for diff in waiting:
            if status == "valid":
                status = self._follow(diff)
            else:
                self._kept.append(diff)
        return status

    def _follow(self, diff: BookDiff) -> Status:
        """Take a diff into a valid book."""
        last, known = diff.last, self._last
        if known is not None and not (self._numbering == "links" and diff.previous == known):
            after = covered_after(diff, self._numbering)
            if last is None or after is None:
                return self._fail("UNNUMBERED", "a diff bears no numbers")
            if last <= known:
                return self._repeat(diff, known)
            if after > known:
                self._keep_once(diff)
                return self._fail("GAP", f"the book is at {known}, the diff follows {after}")
        try:
            self._bids.put(diff.bids)
            self._asks.put(diff.asks)
        except BadValue as error:
            return self._fail("BAD_NUMBER", str(error))
        self._last = last
        self._at = self._told_at = diff.at
        self._applied += 1
        if self._depth is not None:
            self._bids.cut(self._depth)
            self._asks.cut(self._depth)
        if self._check("a diff", diff.checksum) != "valid":
            self._keep_once(diff)
        return self.status

    def _repeat(self, diff: BookDiff, known: int) -> Status:
        told = self._told_at
        if told is not None and diff.at > told + AGAIN:
            self._keep_once(diff)
            detail = f"the book is at {known}, a later diff ends at {diff.last}"
            return self._fail("RAN_BACK", detail)
        self._repeated += 1
        return "valid"

    def _check(self, what: str, told: int | None = None) -> Status:
        """Whether what has been taken can be a book."""
        bid, ask = self._bids.best(), self._asks.best()
        if bid is not None and ask is not None and bid + ask >= 0:  # of asks, ranks are negative
            best = self._bids.top(1)[0].price, self._asks.top(1)[0].price
            return self._fail("CROSSED", f"after {what}: bid {best[0]}, ask {best[1]}")
        if (bid is None and self._bids.is_spent) or (ask is None and self._asks.is_spent):
            return self._fail("SPENT", f"after {what}: a side has no level left that was told")
        checksum = self._checksum
        if told is not None and checksum is not None and told != checksum.none:
            ours = checksum.of(self._bids.texts(checksum.depth), self._asks.texts(checksum.depth))
            if ours != told:
                return self._fail("CHECKSUM", f"after {what}: {ours}, the venue says {told}")
        return self.status

    def _keep_once(self, diff: BookDiff) -> None:
        if not self._refreshing:  # else it is kept already
            self._keep(diff)

    def _fail(self, kind: FaultKind, detail: str) -> Status:
        self.status = "invalid"
        self.fault = BookFault(kind, detail)
        self._faults += 1
        return self.status


def _runs_back(before: BookDiff, diff: BookDiff) -> bool:
    """Whether the venue counts anew: not what is late or told twice, which is as old as it says."""
    if before.last is None or diff.last is None or diff.last >= before.last:
        return False
    return diff.previous == before.last or diff.at > before.at + AGAIN


def _number(diff: BookDiff) -> int:
    return diff.last or 0


def _quotes(levels: tuple[Level, ...]) -> list[Quote]:
    return [(plain(level.price), plain(level.amount)) for level in levels]
