"""What one transaction changes, gathered before it is written.

A group commit holds many commits of the same account, which all change the same balances and often
the same orders: only the last row of each key is encoded and written, and keys in their order.
"""

from __future__ import annotations

from typing import Any

import attrs

from ..actors.orders.journal import Commit, DuplicateTrade, trade_key
from ..actors.orders.model import LIVE, Order
from .codec import ACCOUNT, BALANCE, COMMIT, NUMBER, ORDER, TRADE, Account, Codec
from .creation import sign
from .environment import Table, Transaction
from .keys import (
    Unstorable,
    account_head,
    fill_key,
    journal_key,
    name_key,
    order_head,
    order_key,
    order_trade_key,
)
from .tables import Tables, keys_of

Row = tuple[Codec[Any], object] | bytes | None
"""How to write a value, and the value; or the record itself; None takes the row away."""

Change = tuple[Table, bytes, Row]

Changes = list[Change]


@attrs.frozen
class Standing:
    """What is kept in mind of a store."""

    accounts: dict[str, Account]  # by name; not changed
    length: int  # of the journal, all accounts together


class Batch:
    """The changes of one transaction. before: how the store stands without it."""

    def __init__(self, txn: Transaction, tables: Tables, before: Standing) -> None:
        self._accounts = dict(before.accounts)
        self._length = before.length
        self._txn = txn
        self._tables = tables
        self._rows: dict[Table, dict[bytes, Row]] = {}

    @property
    def standing(self) -> Standing:
        """How the store stands with it."""
        return Standing(self._accounts, self._length)

    def count_up(self, name: str) -> Account:
        """The account that is loaded once more; a new one gets its number."""
        before = self.account(name)
        account = Account(before.number, before.epoch + 1, before.commits)
        self._take([self._row_of(name, account)])
        self._accounts[name] = account
        return account

    def account(self, name: str) -> Account:
        """How an account stands; a new one is not kept yet."""
        return self._accounts.get(name) or Account(len(self._accounts) + 1, 0, 0)

    def add(self, commit: Commit) -> int:
        """Take in one commit; its number. Raises a Refusal, and then takes nothing of it in."""
        before = self.account(commit.account)
        account = Account(before.number, before.epoch, before.commits + 1)
        tables, head = self._tables, account_head(account.number)
        changes = self._trades(commit, account, head)
        for order in commit.orders:
            self._order(order, account, head, changes)
        for balance in commit.balances:
            key = name_key(head, balance.asset)
            changes.append((tables.balances, key, (BALANCE, balance)))
        changes.append(_journal_row(tables, self._length + 1, account, commit))
        changes.append(self._row_of(commit.account, account))
        self._take(changes)
        self._length += 1
        self._accounts[commit.account] = account
        return account.commits

    def write(self) -> None:
        """Hand the changes over to LMDB."""
        txn = self._txn
        if self._rows:
            sign(txn, self._tables.meta)
        for table, rows in self._rows.items():
            for key in sorted(rows):
                row = rows[key]
                if row is None:
                    txn.delete(key, db=table)
                elif isinstance(row, bytes):
                    txn.put(key, row, db=table)
                else:
                    codec, value = row
                    txn.put(key, codec.record(key, value), db=table)
        self._rows = {}

    def _trades(self, commit: Commit, account: Account, head: bytes) -> Changes:
        if not commit.fills:
            return []
        tables, changes, new = self._tables, Changes(), set[bytes]()
        live = {order.client_id for order in commit.orders if order.status in LIVE}
        for place, fill in enumerate(commit.fills):
            trade = trade_key(fill.symbol, fill.trade_id)
            key = name_key(head, trade)
            if key in new or self._has(tables.trades, key):
                raise DuplicateTrade(commit.account, trade)
            new.add(key)
            changes.append((tables.trades, key, (NUMBER, account.commits)))
            key = fill_key(self._length + 1, account.number, place)
            changes.append((tables.reported, key, (TRADE, trade)))
            if fill.client_id in live:
                key = order_trade_key(head, fill.client_id, trade)
                changes.append((tables.partial, key, (TRADE, trade)))
        return changes

    def _order(self, order: Order, account: Account, head: bytes, changes: Changes) -> None:
        tables, key = self._tables, order_key(order.created_at, account.number, order.id)
        if order.status in LIVE:
            changes.append((tables.live, key, (ORDER, order)))
            return
        changes.append((tables.live, key, None))
        changes.append((tables.closed, key, (ORDER, order)))
        if order.filled:
            trades = order_head(head, order.client_id)
            stored = keys_of(self._txn, tables.partial, trades)
            waiting = [k for k in self._rows.get(tables.partial, ()) if k.startswith(trades)]
            changes.extend((tables.partial, key, None) for key in (*stored, *waiting))

    def _has(self, table: Table, key: bytes) -> bool:
        waiting = self._rows.get(table)
        if waiting is not None and waiting.get(key) is not None:
            return True
        return self._txn.get(key, db=table) is not None

    def _row_of(self, name: str, account: Account) -> Change:
        key = name_key(b"", name)
        return self._tables.accounts, key, (ACCOUNT, account)

    def _take(self, changes: Changes) -> None:
        for table, key, row in changes:
            rows = self._rows.get(table)
            if rows is None:
                rows = self._rows[table] = {}
            rows[key] = row


def _journal_row(tables: Tables, place: int, account: Account, commit: Commit) -> Change:
    # Encoded at once: it holds all that the commit brings, so what cannot be written shows here,
    # while it can still be refused without harm to the rest of the batch.
    key = journal_key(place, account.number)
    try:
        return tables.journal, key, COMMIT.record(key, commit)
    except (UnicodeEncodeError, OverflowError) as error:
        raise Unstorable(f"a commit of {commit.account}", reason=str(error)) from error
