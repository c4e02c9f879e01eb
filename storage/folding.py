"""Folding old commits away: their rows leave the journal, and what they came to is written down.

A journal only grows. Once nobody asks any more what an order of last year did step by step, its
commits may go: the oldest ones, without a gap, up to the first that is too young. Everything that a
desk comes back to lies in other tables and stays, trade keys too, so no trade is ever booked twice.
What the commits came to is worked out from them alone and never from the tables, so a store that
was folded is still held against its own evidence.

Each step is one transaction. A crash between two steps leaves a store that was folded less far. The
file grows no smaller by it: what is free is used for what comes.
"""

from __future__ import annotations

from typing import Final

import attrs

from ..actors.market.money import ZERO, add
from ..actors.orders.journal import AccountState, Beginning, Commit, chained, trade_key
from ..actors.orders.model import Order
from ..actors.portfolio.model import Entry
from ..runtime.clock import Millis
from .codec import COMMIT, FOLDED, FOLDED_ORDER, NUMBER, Codec, T
from .creation import sign
from .environment import Environment, Table, Transaction
from .folded import Folded, FoldedOrder, seal_keys, seal_of
from .keys import account_head, name_key, place_of
from .tables import Tables, folded_place, read_folded

STEP: Final = 10_000  # commits in one transaction
FOR_EVER: Final = Millis(1 << 62)


@attrs.frozen
class Compaction:
    """What was folded away."""

    commits: int
    kept: int  # commits that are still there


@attrs.define
class _Sums:
    """What the commits of one account come to, as they pass."""

    before: Folded
    state: AccountState = attrs.field(init=False)
    moved: dict[tuple[str, str], Entry] = attrs.field(init=False)
    journal: str = attrs.field(init=False)
    commits: int = attrs.field(init=False)
    until: Millis = attrs.field(init=False)
    ended: dict[str, Order] = attrs.field(factory=dict)
    trades: list[str] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        beginning = self.before.beginning
        self.state = AccountState(beginning)
        self.state.traded_at = self.before.traded_at
        self.moved = {(entry.asset, entry.account): entry for entry in self.before.moved}
        self.journal, self.commits = beginning.journal, beginning.commits
        self.until = self.before.until

    def add(self, commit: Commit) -> None:
        self.state.apply(commit)
        self.journal = chained(self.journal, commit)
        self.commits += 1
        self.until = max(self.until, _changed_at(commit) or self.until)
        self.trades += (trade_key(fill.symbol, fill.trade_id) for fill in commit.fills)
        for order in commit.orders:
            if not order.is_live:
                self.ended[order.id] = order
        for entry in commit.entries:
            known = self.moved.get((entry.asset, entry.account))
            delta = add(known.delta if known is not None else ZERO, entry.delta)
            self.moved[entry.asset, entry.account] = Entry(entry.asset, entry.account, delta)

    def folded(self) -> Folded:
        """All that was folded of the account by now."""
        state, before = self.state, self.before
        return Folded(
            Beginning(self.commits, self.journal, state.orders, state.balances),
            self.until,
            tuple(self.moved.values()),
            before.trades + len(self.trades),
            seal_keys(self.trades, before.trades_seal),
            state.traded_at,
        )


def compact(environment: Environment, before: Millis, *, step: int = STEP) -> Compaction:
    """Fold the oldest commits away, as long as they are of before a time. The store adds up.

    before: ms UTC; a commit is as old as the newest change of an order in it.
    """
    tables, folded = Tables(environment.tables), 0
    while done := environment.write(lambda txn: fold_oldest(txn, tables, before, step)):
        folded += done
    kept = environment.read(lambda txn: txn.stat(tables.journal)["entries"])
    return Compaction(folded, kept)


def has_old(txn: Transaction, tables: Tables, before: Millis) -> bool:
    """Whether there is anything to fold."""
    return bool(_old_keys(txn, tables, before, STEP))


def fold_oldest(txn: Transaction, tables: Tables, before: Millis, most: int) -> int:
    """Fold at most so many commits in this transaction; how many it were."""
    keys = _old_keys(txn, tables, before, most)
    if not keys:
        return 0
    sums: dict[int, _Sums] = {}
    for key in keys:
        _, owner, _ = place_of(key)
        known = sums.get(owner)
        if known is None:
            known = sums[owner] = _Sums(read_folded(txn, tables, account_head(owner)))
        known.add(COMMIT.read(txn.get(key, b"", db=tables.journal)))
        txn.delete(key, db=tables.journal)
    for owner, each in sums.items():
        head = account_head(owner)
        _put(txn, tables.folded, FOLDED, head, each.folded())
        for order_id, order in each.ended.items():
            sealed = FoldedOrder(seal_of(order), order.filled, order.cost)
            _put(txn, tables.folded, FOLDED_ORDER, name_key(head, order_id), sealed)
    _put(txn, tables.folded, NUMBER, account_head(0), folded_place(txn, tables) + len(keys))
    sign(txn, tables.meta)
    return len(keys)


def _old_keys(txn: Transaction, tables: Tables, before: Millis, most: int) -> list[bytes]:
    """The keys of the oldest commits, up to the last one whose time is known to be old enough.

    What brings no order, such as a deposit, has no time: it goes with what comes after it.
    """
    keys: list[bytes] = []
    old = 0
    for key, record in txn.cursor(tables.journal):
        if len(keys) == most:
            break
        at = _changed_at(COMMIT.read(record))
        if at is not None and at >= before:
            break
        keys.append(key)
        if at is not None or before == FOR_EVER:
            old = len(keys)
    return keys[:old]


def _changed_at(commit: Commit) -> Millis | None:
    return max((order.changed_at for order in commit.orders), default=None)


def _put(txn: Transaction, table: Table, codec: Codec[T], key: bytes, value: T) -> None:
    txn.put(key, codec.record(key, value), db=table)
