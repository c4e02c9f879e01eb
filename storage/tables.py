"""The tables of an order store, and how an account is read from them.

meta      what the file is (see `inspection`)
accounts  name -> number and epoch
live      time of creation, account, id -> order, as long as the venue may still fill it
closed    time of creation, account, id -> order, after that
balances  account, asset -> balance
journal   place, account, number -> commit, each once: the rest is what they add up to
trades    account, trade key -> number of the commit that brought it; no trade comes twice
reported  place in the journal, account, index -> trade key, in the order in which trades came
partial   account, order id, trade key -> trade key, of live orders only
bans      address -> until when a venue serves it no more
folded    account -> what commits that are kept no more came to; account, id -> an order of them
          that had ended; account 0 -> the place in the journal up to which they went
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from ..actors.orders.journal import REMEMBERED, Commit, Snapshot
from ..actors.orders.model import Order
from ..actors.portfolio.model import Balance
from ..runtime.clock import Millis
from .codec import (
    ACCOUNT,
    BALANCE,
    COMMIT,
    FOLDED,
    FOLDED_ORDER,
    NUMBER,
    ORDER,
    TRADE,
    Account,
    Codec,
    T,
)
from .environment import Table, Transaction
from .folded import NOTHING_FOLDED, Folded, FoldedOrder
from .inspection import CHECKSUM_BYTES
from .keys import HEAD, OWNER, account_head, journal_key, place_of

TABLES: Final = (
    "meta",
    "accounts",
    "live",
    "closed",
    "balances",
    "journal",
    "trades",
    "reported",
    "partial",
    "bans",
    "folded",
)
RECENT_TRADES: Final = 10_000  # of a store; a venue may report these again after a reconnect


class Tables:
    """The handles of the tables of one environment."""

    def __init__(self, handles: Mapping[str, Table]) -> None:
        self.meta = handles["meta"]
        self.accounts = handles["accounts"]
        self.live = handles["live"]
        self.closed = handles["closed"]
        self.balances = handles["balances"]
        self.journal = handles["journal"]
        self.trades = handles["trades"]
        self.reported = handles["reported"]
        self.partial = handles["partial"]
        self.bans = handles["bans"]
        self.folded = handles["folded"]


def read_accounts(txn: Transaction, tables: Tables) -> dict[str, Account]:
    """All accounts by name."""
    return {key.decode(): ACCOUNT.read(record) for key, record in txn.cursor(tables.accounts)}


def read_snapshot(txn: Transaction, tables: Tables, name: str, account: Account) -> Snapshot:
    """What an account comes back to."""
    head = account_head(account.number)
    return Snapshot(
        name,
        account.epoch,
        read_live(txn, tables, head),
        read_balances(txn, tables, head),
        read_trades(txn, tables, head),
        read_ended(txn, tables, head),
        read_traded_at(txn, tables, head),
    )


def read_live(txn: Transaction, tables: Tables, head: bytes) -> tuple[Order, ...]:
    """The live orders of an account, oldest first."""
    return tuple(_read_owned(txn, tables.live, head, ORDER))


def read_closed(txn: Transaction, tables: Tables, head: bytes) -> tuple[Order, ...]:
    """The orders of an account that have ended, oldest first."""
    return tuple(_read_owned(txn, tables.closed, head, ORDER))


def read_balances(txn: Transaction, tables: Tables, head: bytes) -> tuple[Balance, ...]:
    """The balances of an account, sorted by asset."""
    return tuple(BALANCE.read(record) for _, record in rows_of(txn, tables.balances, head))


def read_trades(txn: Transaction, tables: Tables, head: bytes) -> frozenset[str]:
    """The keys of the trades of live orders and of the latest ones of the account."""
    of_live = [TRADE.read(record) for _, record in rows_of(txn, tables.partial, head)]
    latest = islice(_backwards(txn, tables.reported), RECENT_TRADES)
    return frozenset(of_live).union(
        TRADE.read(record) for key, record in latest if key[OWNER] == head
    )


def read_ended(txn: Transaction, tables: Tables, head: bytes) -> tuple[Order, ...]:
    """The newest orders of an account that have ended, oldest first."""
    newest = islice(_backwards(txn, tables.closed), RECENT_TRADES)
    own = (ORDER.read(record) for key, record in newest if key[OWNER] == head)
    return tuple(reversed(tuple(islice(own, REMEMBERED))))


def read_traded_at(txn: Transaction, tables: Tables, head: bytes) -> Millis:
    """When the newest trade that an account has booked traded; 0 where there is none."""
    for key, _ in islice(_backwards(txn, tables.reported), RECENT_TRADES):
        if key[OWNER] == head:
            cursor = txn.cursor(tables.journal)
            place = key[: OWNER.stop]
            if not cursor.set_range(place) or not cursor.key().startswith(place):
                break  # the commit at the same place is folded
            return max((fill.at for fill in COMMIT.read(cursor.value()).fills), default=Millis(0))
    return read_folded(txn, tables, head).traded_at


def read_folded(txn: Transaction, tables: Tables, head: bytes) -> Folded:
    """What the commits of an account came to that are kept no more."""
    record = txn.get(head, db=tables.folded)
    return NOTHING_FOLDED if record is None else FOLDED.read(record)


def read_folded_orders(txn: Transaction, tables: Tables, head: bytes) -> dict[str, FoldedOrder]:
    """By id: those that had ended when their commits were folded."""
    rows = rows_of(txn, tables.folded, head)
    return {key[HEAD:].decode(): FOLDED_ORDER.read(row) for key, row in rows if len(key) > HEAD}


def folded_place(txn: Transaction, tables: Tables) -> int:
    """The place in the journal of the last commit that is folded; 0 where none is."""
    record = txn.get(account_head(0), db=tables.folded)
    return 0 if record is None else NUMBER.read(record)


def read_commits(txn: Transaction, tables: Tables, account: Account) -> Iterator[Commit]:
    """What an account has committed, oldest first."""
    head = account_head(account.number)
    for key, record in txn.cursor(tables.journal):
        if key[OWNER] == head:
            yield COMMIT.read(record)


def read_journal(txn: Transaction, tables: Tables, after: int = 0) -> Iterator[Commit]:
    """What all accounts have committed, oldest first, from the place that follows `after`."""
    cursor = txn.cursor(tables.journal)
    if cursor.set_range(journal_key(after + 1, 0, 0)):
        for _, record in cursor:
            yield COMMIT.read(record)


def journal_length(txn: Transaction, tables: Tables) -> int:
    """The place of the latest commit of all; 0 where there is none."""
    cursor = txn.cursor(tables.journal)
    return place_of(cursor.key())[0] if cursor.last() else folded_place(txn, tables)


def count_commits(
    txn: Transaction, tables: Tables, accounts: Mapping[str, Account]
) -> dict[str, int]:
    """How many commits each account has: the number of its latest one."""
    names = {account.number: name for name, account in accounts.items()}
    counts = dict.fromkeys(accounts, 0)
    for key, _ in _backwards(txn, tables.journal):
        if not names:
            break
        _, owner, number = place_of(key)
        name = names.pop(owner, None)
        if name is not None:
            counts[name] = number
    for owner, name in names.items():
        counts[name] = read_folded(txn, tables, account_head(owner)).commits
    return counts


def keys_of(txn: Transaction, table: Table, head: bytes) -> list[bytes]:
    """The keys that start with `head`."""
    return [key for key, _ in rows_of(txn, table, head)]


def owned_keys(txn: Transaction, table: Table, head: bytes) -> list[bytes]:
    """The keys of a table that is sorted by time which belong to an account."""
    return [key for key, _ in txn.cursor(table) if key[OWNER] == head]


def _read_owned(txn: Transaction, table: Table, head: bytes, codec: Codec[T]) -> list[T]:
    # A restart waits for this loop: 10,000 orders pass through it, so nothing is called twice.
    decode, tag, owner, end = codec.decode, codec.tag, OWNER, -CHECKSUM_BYTES
    records: list[T] = []
    for key, record in txn.cursor(table):
        if key[owner] != head:
            continue
        if record[0] != tag:
            codec.read(record)  # says what is wrong with it
        records.append(decode(record[1:end]))
    return records


def rows_of(txn: Transaction, table: Table, head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The rows whose keys start with `head`."""
    cursor = txn.cursor(table)
    if cursor.set_range(head):
        for key, record in cursor:
            if not key.startswith(head):
                return
            yield key, record


def _backwards(txn: Transaction, table: Table) -> Iterator[tuple[bytes, bytes]]:
    cursor = txn.cursor(table)
    there = cursor.last()
    while there:
        yield cursor.item()
        there = cursor.prev()
