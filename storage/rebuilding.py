"""Making a store anew from the journal of a damaged one: a program of its own, which it may end.

`python -m benthic.storage.rebuilding OLD NEW` reads what is whole of the store in the folder OLD,
see `salvage`, and writes another one to NEW. All tables but the journal are what its commits add up
to and are made anew; of commits that were folded away there is no more than what those tables held,
so of these the whole rows are taken over. It prints one line of JSON and changes nothing in OLD.
"""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import lmdb
import msgspec

from ..actors.orders.journal import Commit
from ..runtime.errors import BenthicError
from .batch import Batch, Standing
from .codec import (
    ACCOUNT,
    BALANCE,
    BAN,
    FOLDED,
    FOLDED_ORDER,
    NUMBER,
    ORDER,
    Codec,
    T,
)
from .creation import create_file, sign
from .environment import FIRST_MAP, Durability, Environment, Table, Transaction, open_environment
from .folded import seal_keys, seal_of
from .keys import HEAD, OWNER, account_head, name_key, order_key
from .migrations import KIND, LAYOUT
from .salvage import Rotten, Salvage
from .tables import TABLES, Tables, read_closed

AT_ONCE: Final = 1_000  # commits in one transaction


class Rebuilt(msgspec.Struct, frozen=True):
    """What the program prints."""

    commits: int = 0  # of the journal
    txn: int = 0  # the new store's latest
    lost: tuple[str, ...] = ()  # what could not be made anew
    problem: str = ""  # why there is no new store


def rebuild(old: Path, new: Path) -> Rebuilt:
    """Make the new store in this process."""
    last = [0]
    try:
        with closing(Salvage(old)) as salvage:
            create_file(new, KIND, LAYOUT, TABLES, FIRST_MAP)
            with open_environment(new, Durability.FULL, last.append) as written:
                work = _Work(salvage, written)
                commits, lost = work.carry_out()
                return Rebuilt(commits, last[-1], lost)
    except (Rotten, BenthicError, lmdb.Error, msgspec.DecodeError) as error:
        return Rebuilt(problem=str(error))


class _Work:
    """One rebuilding."""

    def __init__(self, salvage: Salvage, environment: Environment) -> None:
        self._salvage = salvage
        self._environment = environment
        self._tables = Tables(environment.tables)
        self._accounts = salvage.accounts()
        self._names = {account.number: name for name, account in self._accounts.items()}
        self._lost: list[str] = []

    def carry_out(self) -> tuple[int, tuple[str, ...]]:
        """How many commits there are, and what was lost."""
        self._environment.write(self._begin)
        commits = {
            name: self._salvage.folded[account.number].commits
            for name, account in self._accounts.items()
            if account.number in self._salvage.folded
        }
        standing = Standing(dict(self._accounts), commits, self._salvage.place)
        count = 0
        journal = (commit for _, commit in self._salvage.journal())
        while some := list(islice(journal, AT_ONCE)):
            standing = self._environment.write(partial(self._add, some, standing))
            count += len(some)
        self._environment.read(self._find_lost)
        return count, tuple(self._lost)

    def _add(self, commits: list[Commit], before: Standing, txn: Transaction) -> Standing:
        batch = Batch(txn, self._tables, before)
        for commit in commits:
            batch.add(commit)
        batch.write()
        return batch.standing

    def _begin(self, txn: Transaction) -> None:
        """What is there before the first commit that is told. Run again where the map must grow."""
        tables = self._tables
        self._lost.clear()
        sign(txn, tables.meta)
        for name, account in self._accounts.items():
            _put(txn, tables.accounts, ACCOUNT, name_key(b"", name), account)
        for key, record in self._salvage.whole("bans"):
            _put(txn, tables.bans, BAN, key, BAN.read(record))
        if self._salvage.place:
            _put(txn, tables.folded, NUMBER, account_head(0), self._salvage.place)
        for owner in self._salvage.folded:
            self._put_folded(txn, owner)
        self._put_closed(txn)
        self._put_trades(txn)

    def _put_folded(self, txn: Transaction, owner: int) -> None:
        tables, head = self._tables, account_head(owner)
        folded = self._salvage.folded[owner]
        _put(txn, tables.folded, FOLDED, head, folded)
        for order_id, ended in self._salvage.ended.get(owner, {}).items():
            _put(txn, tables.folded, FOLDED_ORDER, name_key(head, order_id), ended)
        for order in folded.beginning.orders:
            _put(txn, tables.live, ORDER, order_key(order.created_at, owner, order.id), order)
        for balance in folded.beginning.balances:
            _put(txn, tables.balances, BALANCE, name_key(head, balance.asset), balance)

    def _put_closed(self, txn: Transaction) -> None:
        """Orders that had ended when their commits were folded, as their seals have them."""
        if not self._salvage.ended:
            return
        for key, record in self._salvage.whole("closed"):
            order = ORDER.read(record)
            ended = self._salvage.ended.get(_number(key[OWNER]), {}).get(order.id)
            if ended is not None and ended.seal == seal_of(order):
                txn.put(key, record, db=self._tables.closed)

    def _put_trades(self, txn: Transaction) -> None:
        """Keys of trades of folded commits; those of the others come with their commits."""
        if not self._salvage.place:
            return
        kept: dict[int, list[str]] = {}
        for key, record in self._salvage.whole("trades"):
            owner = _number(key[:HEAD])
            folded = self._salvage.folded.get(owner)
            if folded is not None and NUMBER.read(record) <= folded.commits:
                txn.put(key, record, db=self._tables.trades)
                kept.setdefault(owner, []).append(key[HEAD:].decode())
        for owner, folded in self._salvage.folded.items():
            names = kept.get(owner, [])
            if (len(names), seal_keys(names)) != (folded.trades, folded.trades_seal):
                told = f"{folded.trades - len(names)} of {folded.trades} trade keys"
                self._lost.append(f"account {self._names[owner]}: {told} of folded commits")
        for key, record in self._salvage.whole("reported"):
            if int.from_bytes(key[: OWNER.start], "big") <= self._salvage.place:
                txn.put(key, record, db=self._tables.reported)
        self._put_partial(txn, {owner: set(names) for owner, names in kept.items()})

    def _put_partial(self, txn: Transaction, kept: dict[int, set[str]]) -> None:
        for key, record in self._salvage.whole("partial"):
            owner = _number(key[:HEAD])
            folded = self._salvage.folded.get(owner)
            order_id, _, trade = key[HEAD:].partition(b"\0")
            if folded is None or trade.decode() not in kept.get(owner, ()):
                continue
            if order_id.decode() in {order.id for order in folded.beginning.orders}:
                txn.put(key, record, db=self._tables.partial)

    def _find_lost(self, txn: Transaction) -> None:
        for owner, ended in self._salvage.ended.items():
            there = {order.id for order in read_closed(txn, self._tables, account_head(owner))}
            self._lost += (
                f"account {self._names[owner]}: order {order_id}, whose commits were folded"
                for order_id in sorted(ended.keys() - there)
            )


def _number(head: bytes) -> int:
    return int.from_bytes(head, "big")


def _put(txn: Transaction, table: Table, codec: Codec[T], key: bytes, value: T) -> None:
    txn.put(key, codec.record(key, value), db=table)


def main(old: str, new: str) -> None:
    """Print what came of it."""
    sys.stdout.buffer.write(msgspec.json.encode(rebuild(Path(old), Path(new))) + b"\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
