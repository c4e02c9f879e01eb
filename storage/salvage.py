"""What is whole of a damaged store, row by row. Only for a process that the store may end.

Nothing here trusts a row whose checksum is wrong: of the journal, and of what stands for folded
commits, each one must be there; of all else those that are not are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import lmdb

from ..actors.orders.ids import epoch_of
from ..actors.orders.journal import Commit
from ..actors.orders.model import Order
from .codec import ACCOUNT, COMMIT, FOLDED, FOLDED_ORDER, NUMBER, ORDER, Account
from .environment import MOST_TABLES
from .folded import NOTHING_FOLDED, Folded, FoldedOrder
from .inspection import LAYOUT as LAYOUT_KEY
from .inspection import META, is_whole, text_of
from .keys import HEAD, OWNER, account_head, place_of
from .migrations import LAYOUT
from .tables import TABLES

Row = tuple[bytes, bytes]
_META: Final = META.decode()


class Rotten(Exception):
    """Something is not whole that nothing can be put in the place of. The text says what."""


class Salvage:
    """A damaged store that is open to be read. Close it."""

    def __init__(self, folder: Path) -> None:
        self._handle = lmdb.open(
            str(folder),
            map_size=0,
            readonly=True,
            lock=False,
            create=False,
            max_dbs=MOST_TABLES,
        )
        self._txn: Any = self._handle.begin()
        self._names = {name.decode(errors="replace") for name in self._handle.dbs()}
        self._require_layout()
        self.place = 0  # up to which commits are folded
        self.folded: dict[int, Folded] = {}  # by account number
        self.ended: dict[int, dict[str, FoldedOrder]] = {}  # by account number and id
        self._read_folded()

    def close(self) -> None:
        """Let go of it."""
        self._txn.abort()
        self._handle.close()

    def whole(self, table: str) -> Iterator[Row]:
        """The rows of a table that are whole, as far as they can be reached."""
        for key, record in self._rows(table):
            if is_whole(key, record):
                yield key, record

    def journal(self) -> Iterator[tuple[int, Commit]]:
        """Account number and commit of each row, oldest first. Raises Rotten where one is not."""
        expected = self.place
        for key, record in self._all("journal"):
            expected += 1
            place, owner, _ = place_of(key)
            if place != expected:
                raise Rotten(f"commit {expected} of the journal is missing")
            yield owner, COMMIT.read(record)

    def accounts(self) -> dict[str, Account]:
        """All accounts by name. Raises Rotten where the name of one can be found nowhere."""
        found = {key.decode(): ACCOUNT.read(record) for key, record in self.whole("accounts")}
        known = {account.number for account in found.values()}
        epochs: dict[int, tuple[str, int]] = {}
        for owner, commit in self.journal():
            if owner not in known:
                _, epoch = epochs.get(owner, ("", 0))
                epochs[owner] = commit.account, max(epoch, _epoch_in(commit.orders))
        for owner, (name, epoch) in epochs.items():
            folded = _epoch_in(self.folded.get(owner, NOTHING_FOLDED).beginning.orders)
            found[name] = Account(owner, max(epoch, folded, self._epoch_in_closed(owner)))
        for owner in sorted(self.folded.keys() - known - epochs.keys()):
            raise Rotten(
                f"the name of account {owner}, all commits of which are folded, has rotted"
            )
        return found

    def _epoch_in_closed(self, owner: int) -> int:
        head = account_head(owner)
        rows = (row for row in self.whole("closed") if row[0][OWNER] == head)
        return _epoch_in(ORDER.read(record) for _, record in rows)

    def _rows(self, table: str) -> Iterator[Row]:
        if table not in self._names:
            return
        try:
            handle = self._handle.open_db(table.encode(), txn=self._txn, create=False)
            yield from self._txn.cursor(handle)
        except lmdb.Error:
            return  # a broken page: what lies behind it cannot be reached

    def _all(self, table: str) -> Iterator[Row]:
        count = 0
        for key, record in self._rows(table):
            if not is_whole(key, record):
                raise Rotten(f"record {key.hex()} of table {table} has rotted")
            count += 1
            yield key, record
        if table not in self._names:
            raise Rotten(f"table {table} cannot be found")
        handle = self._handle.open_db(table.encode(), txn=self._txn, create=False)
        there = self._txn.stat(handle)["entries"]
        if there != count:
            raise Rotten(f"of table {table} only {count} of {there} records can be reached")

    def _require_layout(self) -> None:
        said = {key: text_of(record) for key, record in self.whole(_META)}.get(LAYOUT_KEY)
        if said is not None and said != str(LAYOUT):
            raise Rotten(f"it has layout {said}, and only layout {LAYOUT} can be rebuilt")
        if said is None and not set(TABLES) <= self._names:
            raise Rotten("its layout cannot be told")

    def _read_folded(self) -> None:
        nobody = account_head(0)
        for key, record in self._all("folded"):
            owner = int.from_bytes(key[:HEAD], "big")
            if key == nobody:
                self.place = NUMBER.read(record)
            elif len(key) == HEAD:
                self.folded[owner] = FOLDED.read(record)
            else:
                self.ended.setdefault(owner, {})[key[HEAD:].decode()] = FOLDED_ORDER.read(record)


def _epoch_in(orders: Iterable[Order]) -> int:
    return max((epoch_of(order.client_id) or 0 for order in orders), default=0)
