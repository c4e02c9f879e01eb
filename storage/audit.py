"""Does a store add up? The journal is folded once more and compared with what the tables say.

The fold is written a second time here on purpose, from what a journal is and not from how `batch`
writes it, and sums are fractions, not the ledger's decimals: an error in one is not in the other.
It takes the whole journal into account, so it is for checks and tests, not for every start. Commits
that are kept no more are represented by what they came to, see `folded`; whether the orders hang
together as they must is looked at in `graph_audit`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import attrs

from ..actors.orders.journal import Commit, trade_key
from ..actors.orders.model import LIVE, Order
from ..actors.portfolio.model import Balance
from .codec import NUMBER, Account
from .environment import Transaction
from .folded import NOTHING_FOLDED, Folded, FoldedOrder, seal_keys, seal_of
from .graph_audit import Fault, steps_off, structure_off
from .keys import HEAD, account_head, place_of
from .tables import (
    Tables,
    folded_place,
    keys_of,
    owned_keys,
    read_accounts,
    read_balances,
    read_closed,
    read_commits,
    read_folded,
    read_folded_orders,
    read_live,
    rows_of,
)


@attrs.frozen
class Violation:
    """An invariant that does not hold. code: of the fault catalogue, such as P3."""

    code: str
    account: str
    detail: str


@attrs.define
class Books:
    """What the commits of an account come to, the last word on each thing."""

    folded: Folded = NOTHING_FOLDED  # what they go on from
    ended: Mapping[str, FoldedOrder] = attrs.field(factory=dict)  # by id: before that
    orders: dict[str, Order] = attrs.field(factory=dict)  # by id
    names: dict[str, str] = attrs.field(factory=dict)  # ids by every client id that ever was
    balances: dict[str, Balance] = attrs.field(factory=dict)  # by asset
    trades: set[str] = attrs.field(factory=set)  # keys
    of_live: dict[str, set[str]] = attrs.field(factory=dict)  # keys by id of a live order
    faults: list[Fault] = attrs.field(factory=list)

    def know(self, order: Order) -> None:
        """Take in the newest state of an order."""
        self.orders[order.id] = order
        self.names.update(dict.fromkeys(order.names, order.id))
        if order.status not in LIVE:
            self.of_live.pop(order.id, None)

    def know_trades(self, commit: Commit) -> None:
        """Take in the trades of the orders of a commit that live on."""
        live = {name: o.id for o in commit.orders if o.status in LIVE for name in o.names}
        for fill in commit.fills:
            if fill.client_id in live:
                keys = self.of_live.setdefault(live[fill.client_id], set())
                keys.add(trade_key(fill.symbol, fill.trade_id))


@attrs.define
class Sums:
    """What the commits of an account add up to."""

    filled: dict[str, Fraction] = attrs.field(factory=lambda: defaultdict(Fraction))  # by client id
    cost: dict[str, Fraction] = attrs.field(factory=lambda: defaultdict(Fraction))  # by client id
    moved: dict[tuple[str, str], Fraction] = attrs.field(factory=lambda: defaultdict(Fraction))
    faults: list[Fault] = attrs.field(factory=list)


def audit_tables(txn: Transaction, tables: Tables) -> list[Violation]:
    """Where tables and journal differ, for all accounts (P3, F4), and graphs are none (G3, O4)."""
    keys = [place_of(key) for key in keys_of(txn, tables.journal, b"")]
    found: list[Violation] = []
    first = folded_place(txn, tables) + 1
    if [place for place, _, _ in keys] != list(range(first, first + len(keys))):
        found.append(Violation("P3", "", "the journal has gaps"))
    for name, account in read_accounts(txn, tables).items():
        commits = tuple(read_commits(txn, tables, account))
        books = read_books(txn, tables, account, commits)
        faults = [*books.faults, *_differences(txn, tables, account_head(account.number), books)]
        numbers = [number for _, owner, number in keys if owner == account.number]
        start = books.folded.commits + 1
        if numbers != list(range(start, start + len(numbers))):
            faults.append(("P3", "its commits are not numbered one after the other"))
        faults += structure_off(books.orders, books.ended)
        faults += steps_off(books.folded.beginning, books.ended, commits)
        found += (Violation(code, name, detail) for code, detail in faults)
    return found


def audit_money(txn: Transaction, tables: Tables) -> list[Violation]:
    """Where the money of an account does not add up (F1, F2, F3, F5)."""
    found: list[Violation] = []
    for name, account in read_accounts(txn, tables).items():
        commits = tuple(read_commits(txn, tables, account))
        books = read_books(txn, tables, account, commits)
        sums = add_up(commits, books.folded)
        faults = [*sums.faults, *_balances_off(books, sums), *_holds_off(books)]
        faults += _fills_off(books, sums)
        found += (Violation(code, name, detail) for code, detail in faults)
    return found


def read_books(
    txn: Transaction, tables: Tables, account: Account, commits: Iterable[Commit]
) -> Books:
    """What the commits of an account come to, with those that are folded before them."""
    head = account_head(account.number)
    folded, ended = read_folded(txn, tables, head), read_folded_orders(txn, tables, head)
    return fold(commits, folded, ended)


def fold(
    commits: Iterable[Commit],
    folded: Folded = NOTHING_FOLDED,
    ended: Mapping[str, FoldedOrder] | None = None,
) -> Books:
    """The last word of the commits, with the faults that show on the way."""
    books = Books(folded, {} if ended is None else ended)
    for order in folded.beginning.orders:
        books.know(order)
    books.balances.update((balance.asset, balance) for balance in folded.beginning.balances)
    for number, commit in enumerate(commits, folded.commits + 1):
        for fill in commit.fills:
            key = trade_key(fill.symbol, fill.trade_id)
            if key in books.trades:
                books.faults.append(("F4", f"trade {key} comes again in commit {number}"))
            books.trades.add(key)
        for order in commit.orders:
            books.know(order)
        books.know_trades(commit)
        for balance in commit.balances:
            books.balances[balance.asset] = balance
    return books


def add_up(commits: Iterable[Commit], folded: Folded = NOTHING_FOLDED) -> Sums:
    """The sums of the commits, with those that make money of nothing (F1)."""
    sums = Sums()
    for entry in folded.moved:
        sums.moved[entry.asset, entry.account] += Fraction(entry.delta)
    for number, commit in enumerate(commits, folded.commits + 1):
        for fill in commit.fills:
            amount = Fraction(fill.amount)
            sums.filled[fill.client_id] += amount
            sums.cost[fill.client_id] += amount * Fraction(fill.price)
        left: dict[str, Fraction] = defaultdict(Fraction)
        for entry in commit.entries:
            delta = Fraction(entry.delta)
            left[entry.asset] += delta
            sums.moved[entry.asset, entry.account] += delta
        for asset, amount in left.items():
            if amount:
                sums.faults.append(("F1", f"commit {number} makes {amount} {asset} of nothing"))
    return sums


def _differences(txn: Transaction, tables: Tables, head: bytes, books: Books) -> Iterator[Fault]:
    live = {order.id: order for order in read_live(txn, tables, head)}
    closed = {order.id: order for order in read_closed(txn, tables, head)}
    balances = {balance.asset: balance for balance in read_balances(txn, tables, head)}
    if live != {key: order for key, order in books.orders.items() if order.status in LIVE}:
        yield "P3", "the live orders are not those of the journal"
    yield from _closed_off(closed, books)
    if balances != books.balances:
        yield "P3", "the balances are not those of the journal"
    yield from _trades_off(txn, tables, head, books)
    partial = [key[HEAD:].decode().split("\0", 1) for key in keys_of(txn, tables.partial, head)]
    if {order_id for order_id, _ in partial} - live.keys():
        yield "P3", "trades are kept as those of live orders that have ended"
    kept = {(order_id, trade) for order_id, trade in partial if trade in books.trades}
    if kept != {(order_id, trade) for order_id, of in books.of_live.items() for trade in of}:
        yield "P3", "the trades of live orders are not those of the journal"


def _closed_off(closed: Mapping[str, Order], books: Books) -> Iterator[Fault]:
    known = {key: order for key, order in books.orders.items() if order.status not in LIVE}
    folded = books.ended.keys() - books.orders.keys()
    if known != {key: order for key, order in closed.items() if key not in folded}:
        yield "P3", "the closed orders are not those of the journal"
    for order_id in sorted(folded):
        order = closed.get(order_id)
        if order is None or seal_of(order) != books.ended[order_id].seal:
            yield "P3", f"order {order_id} is not as it was when its commits were folded"


def _trades_off(txn: Transaction, tables: Tables, head: bytes, books: Books) -> Iterator[Fault]:
    before: list[str] = []
    later: set[str] = set()
    for key, record in rows_of(txn, tables.trades, head):
        name = key[HEAD:].decode()
        if NUMBER.read(record) <= books.folded.commits:
            before.append(name)
        else:
            later.add(name)
    if later != books.trades:
        yield "F4", "the trade keys are not those of the journal"
    if (len(before), seal_keys(before)) != (books.folded.trades, books.folded.trades_seal):
        yield "F4", "the trade keys of folded commits are not those that they brought"
    if len(owned_keys(txn, tables.reported, head)) != len(books.trades) + books.folded.trades:
        yield "F4", "the trades in their order are not those of the journal"


def _balances_off(books: Books, sums: Sums) -> Iterator[Fault]:
    for asset, balance in books.balances.items():
        for account, amount in (("available", balance.available), ("reserved", balance.reserved)):
            if Fraction(amount) != sums.moved[asset, account]:
                yield "F1", f"{account} {asset} is {amount}, its entries say otherwise"
            if amount < 0:
                yield "F2", f"{account} {asset} is {amount}"


def _holds_off(books: Books) -> Iterator[Fault]:
    held: dict[str, Fraction] = defaultdict(Fraction)
    for order in books.orders.values():
        if order.status in LIVE:
            held[order.held_asset] += Fraction(order.held)
        if order.held and not order.is_out:
            yield "F3", f"order {order.id} is {order.status} and holds {order.held}"
    for asset in sorted(held.keys() | books.balances.keys()):
        balance = books.balances.get(asset)
        if held[asset] != (Fraction(balance.reserved) if balance is not None else 0):
            yield "F3", f"reserved {asset} is not what the live orders hold"


def _fills_off(books: Books, sums: Sums) -> Iterator[Fault]:
    filled: dict[str, Fraction] = defaultdict(Fraction)  # by id
    cost: dict[str, Fraction] = defaultdict(Fraction)
    for before in books.folded.beginning.orders:
        filled[before.id], cost[before.id] = Fraction(before.filled), Fraction(before.cost)
    for order_id, ended in books.ended.items():
        filled[order_id], cost[order_id] = Fraction(ended.filled), Fraction(ended.cost)
    for name, amount in sums.filled.items():
        order_id = books.names.get(name, "")
        filled[order_id] += amount
        cost[order_id] += sums.cost[name]
    for order in books.orders.values():
        traded = filled[order.id], cost[order.id]
        if traded != (Fraction(order.filled), Fraction(order.cost)):
            yield "F5", f"order {order.id} says it filled {order.filled}, its trades say otherwise"
        if order.filled > order.amount:
            yield "F5", f"order {order.id} filled {order.filled} of {order.amount}"
    for client in sorted(sums.filled.keys() - books.names.keys()):
        yield "F5", f"trades of {client}, which is no order"
