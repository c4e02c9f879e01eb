"""Looking into a store from outside, without changing it: beside a running bot, or after its death.

What is read is one snapshot: everything up to some commit and nothing of a later one.
"""

from __future__ import annotations

from pathlib import Path

import attrs

from ..actors.exchange.bans import Ban
from ..actors.orders.journal import Commit
from ..actors.orders.model import Order
from ..actors.portfolio.model import Balance
from ..runtime import Millis
from .audit import Violation, audit_money, audit_tables
from .bans import read_bans
from .environment import Transaction
from .graph import graph_hash
from .keys import account_head
from .opening import open_for_reading
from .tables import (
    Tables,
    count_commits,
    read_accounts,
    read_balances,
    read_closed,
    read_journal,
    read_live,
)
from .verification import Inspector, inspect_in_child


@attrs.frozen
class StoredAccount:
    """What a store holds of one account."""

    name: str
    epoch: int  # how often a desk has loaded it
    commits: int  # the number of the latest one
    orders: tuple[Order, ...]  # live ones, oldest first
    balances: tuple[Balance, ...]  # sorted by asset

    @property
    def graph_hash(self) -> str:
        """Of its live orders and balances; equals that of the desk that wrote them."""
        return graph_hash(self.orders, self.balances)


def read_orders(
    path: Path, *, inspector: Inspector = inspect_in_child
) -> tuple[StoredAccount, ...]:
    """The live orders and balances of all accounts, sorted by name. Raises StoreError."""
    with open_for_reading(path, inspector=inspector) as environment:
        tables = Tables(environment.tables)
        return environment.read(lambda txn: stored_accounts(txn, tables))


def stored_accounts(txn: Transaction, tables: Tables) -> tuple[StoredAccount, ...]:
    """The live orders and balances of all accounts in one snapshot, sorted by name."""
    accounts = read_accounts(txn, tables)
    counts = count_commits(txn, tables, accounts)
    return tuple(
        StoredAccount(
            name,
            account.epoch,
            counts[name],
            read_live(txn, tables, head),
            read_balances(txn, tables, head),
        )
        for name, account in accounts.items()
        for head in (account_head(account.number),)
    )


def read_closed_orders(
    path: Path, *, inspector: Inspector = inspect_in_child
) -> dict[str, tuple[Order, ...]]:
    """The orders that have ended, by account, oldest first. Raises StoreError."""

    def work(txn: Transaction) -> dict[str, tuple[Order, ...]]:
        return {
            name: read_closed(txn, tables, account_head(account.number))
            for name, account in read_accounts(txn, tables).items()
        }

    with open_for_reading(path, inspector=inspector) as environment:
        tables = Tables(environment.tables)
        return environment.read(work)


def read_commits(
    path: Path, *, after: int = 0, inspector: Inspector = inspect_in_child
) -> tuple[Commit, ...]:
    """All commits of all accounts, oldest first, but the first `after`. Raises StoreError."""
    with open_for_reading(path, inspector=inspector) as environment:
        tables = Tables(environment.tables)
        return environment.read(lambda txn: tuple(read_journal(txn, tables, after)))


@attrs.frozen
class Survey:
    """What one look at a whole store found."""

    violations: tuple[Violation, ...]  # where it does not add up
    bans: tuple[Ban, ...]  # that are not over, by address


def survey_store(path: Path, now: Millis, *, inspector: Inspector = inspect_in_child) -> Survey:
    """Whether the store adds up, and whom a venue serves no more at `now`. Raises StoreError."""

    def work(txn: Transaction) -> Survey:
        found = (*audit_tables(txn, tables), *audit_money(txn, tables))
        return Survey(found, read_bans(txn, tables, now))

    with open_for_reading(path, inspector=inspector) as environment:
        tables = Tables(environment.tables)
        return environment.read(work)


def audit_store(path: Path, *, inspector: Inspector = inspect_in_child) -> list[Violation]:
    """Where the store does not add up; nothing where all is well. Raises StoreError."""
    return list(survey_store(path, Millis(0), inspector=inspector).violations)
