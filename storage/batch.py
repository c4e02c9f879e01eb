"""What one transaction changes, gathered before it is written.

A group commit holds many commits of the same account, which all change the same balances and often
the same orders: only the last row of each key is encoded and written, and keys in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from ..actors.market.fill import Fill
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


@attrs.define
class Standing:
    """What is kept in mind of a store."""

    accounts: dict[str, Account]  # by name
    commits: dict[str, int]  # how many each account has
    length: int  # of the journal, all accounts together

    def copy(self) -> Standing:
        """One that may be changed apart from this one."""
        return Standing(dict(self.accounts), dict(self.commits), self.length)


class _Rows(dict[bytes, Any]):
    """The changed rows of one table by key; None takes a row away."""

    def __init__(self, table: Table, codec: Codec[Any]) -> None:
        super().__init__()
        self._table = table
        self._record = codec.record

    def write(self, txn: Transaction) -> None:
        """Hand them over to LMDB, and hold none any more."""
        table, record = self._table, self._record
        for key in sorted(self):
            value = self[key]
            if value is None:
                txn.delete(key, db=table)
            else:
                txn.put(key, record(key, value), db=table)
        self.clear()


@attrs.frozen
class _Trade:
    """A fill that is new, and the keys that it is found by."""

    name: str
    key: bytes
    of_order: bytes | None  # among the trades of its order, as long as that is live


class Batch:
    """The changes of one transaction. before: how the store stands without it; not changed."""

    def __init__(self, txn: Transaction, tables: Tables, before: Standing) -> None:
        self.standing = before.copy()  # with it
        self._txn = txn
        self._tables = tables
        self._accounts = _Rows(tables.accounts, ACCOUNT)
        self._live = _Rows(tables.live, ORDER)
        self._closed = _Rows(tables.closed, ORDER)
        self._balances = _Rows(tables.balances, BALANCE)
        self._trades = _Rows(tables.trades, NUMBER)
        self._reported = _Rows(tables.reported, TRADE)
        self._partial = _Rows(tables.partial, TRADE)
        self._journal: list[tuple[bytes, bytes]] = []  # keys and records, in order

    def account(self, name: str) -> Account:
        """How an account stands; a new one is not kept yet."""
        accounts = self.standing.accounts
        return accounts.get(name) or Account(len(accounts) + 1, 0)

    def count_up(self, name: str) -> Account:
        """The account that is loaded once more; a new one gets its number. Raises Unstorable."""
        key, before = name_key(b"", name), self.account(name)
        account = Account(before.number, before.epoch + 1)
        self.standing.accounts[name] = self._accounts[key] = account
        return account

    def add(self, commit: Commit) -> int:
        """Take in one commit; its number. Raises a Refusal, and then takes nothing of it in."""
        standing, name = self.standing, commit.account
        account = self.account(name)
        owner, head = account.number, account_head(account.number)
        # Whatever may be refused comes first: what follows cannot fail half way.
        name_of = name_key(b"", name)
        trades = self._new_trades(commit, head) if commit.fills else ()
        orders = [(order_key(o.created_at, owner, o.id), o) for o in commit.orders]
        ended = [order_head(head, o.id) for o in commit.orders if o.status not in LIVE]
        balances = [(name_key(head, b.asset), b) for b in commit.balances]
        place, number = standing.length + 1, standing.commits.get(name, 0) + 1
        self._journal.append(_journal_row(journal_key(place, owner, number), commit))
        for key, order in orders:
            if order.status in LIVE:
                self._live[key] = order
            else:
                self._live[key] = None
                self._closed[key] = order
        for trades_of_order in ended:  # they are looked up by their own keys from now on
            self._forget(trades_of_order)
        self._balances.update(balances)
        for index, trade in enumerate(trades):
            self._trades[trade.key] = number
            self._reported[fill_key(place, owner, index)] = trade.name
            if trade.of_order is not None:
                self._partial[trade.of_order] = trade.name
        if name not in standing.accounts:
            standing.accounts[name] = self._accounts[name_of] = account
        standing.length = place
        standing.commits[name] = number
        return number

    def write(self) -> None:
        """Hand the changes over to LMDB."""
        txn, journal = self._txn, self._tables.journal
        if self._journal or self._accounts:
            sign(txn, self._tables.meta)
        self._accounts.write(txn)
        self._live.write(txn)
        self._closed.write(txn)
        self._balances.write(txn)
        self._trades.write(txn)
        self._reported.write(txn)
        self._partial.write(txn)
        for key, record in self._journal:
            txn.put(key, record, db=journal)
        self._journal.clear()

    def _new_trades(self, commit: Commit, head: bytes) -> Iterable[_Trade]:
        """The trades of a commit. Raises DuplicateTrade where one is not new, or Unstorable."""
        live = _names_of_live(commit.orders)
        new: dict[bytes, _Trade] = {}
        for fill in commit.fills:
            trade = _trade(fill, head, live)
            is_known = trade.key in new or trade.key in self._trades
            if is_known or self._txn.get(trade.key, db=self._tables.trades) is not None:
                raise DuplicateTrade(commit.account, trade.name)
            new[trade.key] = trade
        return new.values()

    def _forget(self, head: bytes) -> None:
        """Take away the trades of a live order."""
        partial = self._partial
        waiting = [key for key in partial if key.startswith(head)]
        for key in (*keys_of(self._txn, self._tables.partial, head), *waiting):
            partial[key] = None


def _names_of_live(orders: Iterable[Order]) -> dict[str, str]:
    """The ids of the live ones by every client id that they are or were known by."""
    live: dict[str, str] = {}
    for order in orders:
        if order.status in LIVE:
            live[order.client_id] = order.id
            if order.plan is not None:
                live.update(dict.fromkeys(order.plan.past, order.id))
    return live


def _trade(fill: Fill, head: bytes, live: Mapping[str, str]) -> _Trade:
    name, order_id = trade_key(fill.symbol, fill.trade_id), live.get(fill.client_id)
    of_order = None if order_id is None else order_trade_key(head, order_id, name)
    return _Trade(name, name_key(head, name), of_order)


def _journal_row(key: bytes, commit: Commit) -> tuple[bytes, bytes]:
    # Encoded at once: it holds all that the commit brings, so what cannot be written shows here,
    # while it can still be refused without harm to the rest of the batch.
    try:
        return key, COMMIT.record(key, commit)
    except (UnicodeEncodeError, OverflowError) as error:
        raise Unstorable(f"a commit of {commit.account}", reason=str(error)) from error
