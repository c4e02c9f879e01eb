"""The book of one symbol, by diffs where there are any, by whole books where there are not.

Diffs need a snapshot, which is asked for once they come, and again whenever they do not hang
together (D1). Whole books replace one another. While diffs make a valid book, whole books that are
told besides change nothing: none of them can run it back. While they do not, whole books count, as
long as they are new: so a change from streams to polls leaves no moment without a book.
"""

from __future__ import annotations

from typing import Final

import attrs

from ...runtime import Millis
from ..market.book import Book, Level
from ..market.book_diff import BookDiff
from .book_state import BookFault, BookState, Status
from .follow import Follow
from .messages import BookChanged, BookView


@attrs.frozen
class Top:
    """What a book comes to: the best levels, or why there is none."""

    status: Status
    bid: Level | None = None
    ask: Level | None = None
    sequence: int | None = None
    fault: BookFault | None = None


class BookKeeping:
    """Keeps the book of one symbol. Times are `elapsed`."""

    def __init__(self, symbol: str, follow: Follow) -> None:
        numbering = follow.numbering
        self.state: Final = (
            None
            if numbering is None
            else BookState(symbol, numbering=numbering, checksum=follow.checksum)
        )
        self._symbol = symbol
        self._age = follow.book_age
        self._by_line = numbering == "none"  # its snapshots come on the line of the diffs
        self._diffs_live = False
        self._whole_live = False
        self._whole: Book | None = None
        self._heard = Millis(0)  # when the whole book was
        self._fault: BookFault | None = None  # of whole books
        self._needs_snapshot = False
        self._said: BookChanged | None = None
        self._said_at = Millis(0)  # UTC

    @property
    def needs_snapshot(self) -> bool:
        """Whether the venue should be asked for one."""
        return self._needs_snapshot and not self._by_line

    def stream_live(self, topic: str) -> None:
        """A stream of diffs, or of whole books, brings everything from now on."""
        if topic == "book":
            self._whole_live = True
        elif self.state is not None:
            self._diffs_live = True
            self._needs_snapshot = self.state.status != "valid"

    def stream_down(self, topic: str, reason: str) -> None:
        """What happens now is not heard."""
        if topic == "book":
            self._whole_live = False
        elif self.state is not None:
            self._diffs_live = self._needs_snapshot = False
            self.state.withdraw(reason or "the stream of diffs is down")

    def line_down(self, reason: str) -> None:
        """The line is away: nothing that was told counts."""
        for topic in ("book", "diffs"):
            self.stream_down(topic, reason)
        self._whole = None
        self._fault = BookFault("WITHDRAWN", reason)

    def changed(self, diff: BookDiff) -> None:
        """Take the next diff."""
        if self.state is None:
            return
        self._diffs_live = True
        if self.state.apply(diff) != "valid":
            self._needs_snapshot = True

    def told(self, book: Book, *, elapsed: Millis) -> None:
        """Take a whole book: of a stream, or of a poll."""
        if self.state is not None and self._by_line and self._diffs_live:
            self.state.load(book, limit=None)
            return
        before = self._whole
        if before is not None and _is_older(book, before):
            return
        self._fault = _fault_of(book)
        self._whole = book if self._fault is None else None
        self._heard = elapsed

    def loaded(self, book: Book, *, limit: int) -> bool:
        """Take the snapshot that was asked for; whether it was of use."""
        if self.state is None or not self._diffs_live:
            return True
        status = self.state.load(book, limit=limit)
        self._needs_snapshot = status != "valid"
        return status == "valid"

    def top(self, *, elapsed: Millis) -> Top:
        """What the book comes to."""
        book, fault = self._current(1, elapsed)
        if book is None:
            status = self._status() if fault is None else "invalid"
            return Top(status, fault=fault)
        bid = book.bids[0] if book.bids else None
        ask = book.asks[0] if book.asks else None
        return Top("valid", bid, ask, book.sequence)

    def book(self, depth: int, *, elapsed: Millis) -> Book | None:
        """The best levels of both sides; None where there is no valid book."""
        return self._current(depth, elapsed)[0]

    def view(self, depth: int, *, elapsed: Millis) -> BookView:
        """The best levels of both sides, with what the book comes to."""
        top = self.top(elapsed=elapsed)
        return BookView(top.status, self.book(depth, elapsed=elapsed), top.fault, self._said_at)

    def news(self, *, now: Millis, elapsed: Millis) -> BookChanged | None:
        """What the book comes to where that is another than was said; else None. now: UTC."""
        top = self.top(elapsed=elapsed)
        news = BookChanged(self._symbol, top.status, top.bid, top.ask, top.sequence, top.fault)
        if news == self._said:
            return None
        self._said, self._said_at = news, now
        return news

    def _status(self) -> Status:
        return "waiting" if self.state is None else self.state.status

    def _current(self, depth: int, elapsed: Millis) -> tuple[Book | None, BookFault | None]:
        state, whole = self.state, self._whole
        if state is not None and self._diffs_live and state.status == "valid":
            return state.book(depth), None
        if whole is None:
            return None, self._fault or (None if state is None else state.fault)
        if not self._whole_live and elapsed - self._heard > self._age:
            return None, BookFault("WITHDRAWN", f"none was told for {self._age} ms")
        levels = whole.bids[:depth], whole.asks[:depth]
        return Book(self._symbol, *levels, whole.at, whole.sequence), None


def _is_older(book: Book, known: Book) -> bool:
    if book.sequence is not None and known.sequence is not None:
        # A venue that counts anew has lower numbers at later times.
        return book.sequence < known.sequence and book.at <= known.at
    return book.at < known.at


def _fault_of(book: Book) -> BookFault | None:
    for name, levels, order in (("bid", book.bids, -1), ("ask", book.asks, 1)):
        before = None
        for level in levels:
            if not (level.price.is_finite() and level.amount.is_finite()):
                return BookFault("BAD_NUMBER", f"{name} {level.price} of {level.amount}")
            if level.price <= 0 or level.amount <= 0:
                return BookFault("BAD_NUMBER", f"{name} {level.price} of {level.amount}")
            if before is not None and order * (level.price - before) <= 0:
                return BookFault("BAD_NUMBER", f"{name} {level.price} is out of order")
            before = level.price
    if book.bids and book.asks and book.bids[0].price >= book.asks[0].price:
        detail = f"bid {book.bids[0].price}, ask {book.asks[0].price}"
        return BookFault("CROSSED", detail)
    return None
