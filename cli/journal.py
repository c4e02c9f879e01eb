"""The order journal of a backtest on disk: opened for one run, and read back after it.

A live bot whose disk is full goes on refusing orders. A backtest that did so would report a run
that never was, so here the first commit that cannot be kept ends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..actors.orders.journal import Commit
from ..runtime import BenthicError, on
from ..storage.environment import Transaction, open_to_read
from ..storage.errors import StoreError
from ..storage.inspection import DATA_FILE
from ..storage.opening import open_store
from ..storage.order_store import OrderStore
from ..storage.reading import read_orders
from ..storage.store import Store, Writing
from ..storage.tables import Tables, folded_place, read_accounts, read_commits


class JournalNotEmpty(StoreError):
    """The store holds orders, and nobody said that it may get more."""

    def __init__(self, path: Path, commits: int) -> None:
        super().__init__(
            path,
            f"holds {commits} commits already; give the path of a new folder, or --append to go "
            "on from what it holds",
        )
        self.commits = commits


class JournalFolded(StoreError):
    """The oldest commits of the store are kept no more, so no report could be made of all."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path, "its oldest commits were folded away (`benthic compact`); give a new folder"
        )


class Journal:
    """A store that is open for one run. Get one from `open_journal`.

    held: commits of each account before the run.
    """

    def __init__(self, store: OrderStore, held: dict[str, int]) -> None:
        self._store = store
        self._held = held
        self._failures: list[BenthicError] = []
        self._is_open = True

    def actor(self) -> Store:
        """A new incarnation of the actor that writes it."""
        return _StrictStore(self._store, self._failures)

    def earlier(self, account: str) -> int:
        """How many commits of an account were there before the run."""
        return self._held.get(account, 0)

    def require_whole(self) -> None:
        """Raise what the first commit that was not kept met."""
        if self._failures:
            raise self._failures[0]

    def commits(self, account: str) -> list[Commit]:
        """Everything that the account has written, oldest first; ends the writing."""
        self.close()
        return stored_commits(self._store.path, account)

    def close(self) -> None:
        """Let the next writer in."""
        if self._is_open:
            self._is_open = False
            self._store.close()


def stored_commits(path: Path, account: str) -> list[Commit]:
    """Everything that an account has written to the store at `path`, oldest first.

    For a store that is known to be whole: ours, or one that was looked at before.
    """

    def work(txn: Transaction) -> list[Commit]:
        known = read_accounts(txn, tables).get(account)
        return [] if known is None else list(read_commits(txn, tables, known))

    with open_to_read(path) as environment:
        tables = Tables(environment.tables)
        return environment.read(work)


def is_folded(path: Path) -> bool:
    """Whether commits of a whole store are kept no more."""
    with open_to_read(path) as environment:
        tables = Tables(environment.tables)
        return environment.read(lambda txn: folded_place(txn, tables) > 0)


@contextmanager
def open_journal(path: Path, *, append: bool) -> Iterator[Journal]:
    """The store at `path` for one run; made where there is none.

    append: go on from what it holds, if it holds anything. Raises StoreError.
    """
    held: dict[str, int] = {}
    if (path / DATA_FILE).exists():
        held = {account.name: account.commits for account in read_orders(path)}
        if not append and any(held.values()):
            raise JournalNotEmpty(path, sum(held.values()))
        if is_folded(path):
            raise JournalFolded(path)
    journal = Journal(open_store(path), held)
    try:
        yield journal
    finally:
        journal.close()


class _StrictStore(Store):
    """A store that notes what it could not keep. Inline: in virtual time nothing may overtake."""

    def __init__(self, store: OrderStore, failures: list[BenthicError]) -> None:
        super().__init__(store, Writing.INLINE)
        self._failures = failures

    @on(Commit)
    def commit(self, message: Commit) -> int | None:
        try:
            return super().commit(message)
        except BenthicError as error:
            self._failures.append(error)
            raise
