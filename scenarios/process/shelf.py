"""The books of a real bot, read from its store, while it runs or after it has died."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...storage.errors import StoreFailed, StoreMissing, StoreUnusable
from ...storage.inspection import DATA_FILE
from ...storage.reading import audit_store, read_commits
from ...storage.verification import inspect_here
from ..world import Books
from ..world.books import Loaded


class Shelf:
    """Reads one store again and again. store: its folder, which may not be there yet."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self._books = Books()

    def look(self, reads: int = 0) -> Books:
        """What has been made durable by now; as it was before, where it cannot be read just now.

        reads: how often its bot has read it back. What it then found is not told.
        """
        books = self._looked()
        while len(books.loads) < reads:
            books.loads.append(_as_now(books, epoch=len(books.loads) + 1))
        return books

    def _looked(self) -> Books:
        if (self.store / DATA_FILE).exists():
            try:
                commits = read_commits(
                    self.store, after=self._books.commits, inspector=inspect_here
                )
            except (StoreUnusable, StoreFailed):
                return self._books  # it is being made; whether it is whole is asked by `audit`
            for commit in commits:
                self._books.take(commit)
        return self._books

    def audit(self) -> Iterator[str]:
        """Where the store does not add up, a sentence each."""
        try:
            found = audit_store(self.store, inspector=inspect_here)
        except StoreMissing:
            return
        except StoreUnusable as error:
            yield f"torn: {error}"
        else:
            yield from (f"torn: {each.code} of {each.account}: {each.detail}" for each in found)


def _as_now(books: Books, *, epoch: int) -> Loaded:
    """What a desk comes back to that reads what is there."""
    orders, balances = dict(books.live), dict(books.balances)
    return Loaded(epoch, books.commits, orders, balances, dict(orders), dict(balances))
