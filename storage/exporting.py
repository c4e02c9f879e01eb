"""What a store holds, as rows of named columns: for files that other programs read.

Everything comes from one snapshot and is told row by row, oldest first, so that a store of any size
passes through. Numbers are text, digit for digit and without an exponent; times are ms UTC; what
there is none of is None. Of commits that were folded away only the orders are still there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from ..actors.market.money import plain
from ..actors.orders.graph import group_of, parent_of
from ..actors.orders.journal import Commit
from ..actors.orders.model import Order
from ..actors.orders.plan import NO_PLAN
from ..runtime import Millis
from .codec import COMMIT, ORDER
from .environment import Transaction
from .history import Followed, OrderStep
from .keys import OWNER, account_head, place_of
from .opening import open_for_reading
from .tables import Tables, folded_place, read_accounts, read_folded
from .verification import Inspector, inspect_in_child

Kind = Literal["orders", "trades", "ledger", "history"]
Value = str | int | None
Row = tuple[Value, ...]
Tell = Callable[[Row], object]

COLUMNS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        "orders": (
            *("account", "id", "client_id", "venue_id", "symbol", "side", "kind", "purpose"),
            *("status", "amount", "price", "stop", "filled", "cost", "fee", "fee_asset"),
            *("held_asset", "held", "created_at", "changed_at", "evidence", "parent", "group"),
            *("tag", "names", "plan"),
        ),
        "trades": (
            *("account", "commit", "at", "symbol", "trade_id", "order_id", "client_id", "side"),
            *("price", "amount", "fee", "fee_asset"),
        ),
        "ledger": ("account", "commit", "at", "asset", "part", "delta"),
        "history": (
            *("account", "commit", "at", "order_id", "client_id", "symbol", "before", "after"),
            *("evidence", "amount", "price", "stop", "filled", "wish"),
        ),
    }
)
"""The columns of each kind, in their order. docs/cli.md says what they mean."""


def export_store(
    path: Path, tell: Mapping[Kind, Tell], *, inspector: Inspector = inspect_in_child
) -> int:
    """Tell all rows of the kinds that are asked for; how many commits were folded away.

    Raises StoreError, and whatever `tell` raises.
    """

    def work(txn: Transaction) -> int:
        accounts = {account.number: name for name, account in read_accounts(txn, tables).items()}
        if "orders" in tell:
            for row in _orders(txn, tables, accounts):
                tell["orders"](row)
        if tell.keys() - {"orders"}:
            _tell_journal(txn, tables, accounts, tell)
        return folded_place(txn, tables)

    with open_for_reading(path, inspector=inspector) as environment:
        tables = Tables(environment.tables)
        return environment.read(work)


def _orders(txn: Transaction, tables: Tables, accounts: Mapping[int, str]) -> Iterator[Row]:
    for table in (tables.closed, tables.live):
        for key, record in txn.cursor(table):
            account = accounts[int.from_bytes(key[OWNER], "big")]
            yield account, *_order(ORDER.read(record))


def _order(order: Order) -> Row:
    plan, group = order.plan or NO_PLAN, group_of(order)
    return (
        order.id,
        order.client_id,
        order.venue_id or None,
        order.symbol,
        order.side,
        order.kind,
        order.purpose,
        order.status,
        plain(order.amount),
        _number(order.price),
        _number(plan.stop),
        plain(order.filled),
        plain(order.cost),
        plain(order.fee),
        order.fee_asset or None,
        order.held_asset,
        plain(order.held),
        order.created_at,
        order.changed_at,
        order.evidence or None,
        parent_of(order) or None,
        None if group is None else group.id,
        plan.tag or None,
        " ".join(order.names),
        None if order.plan is None else as_text(order.plan),
    )


def _tell_journal(
    txn: Transaction, tables: Tables, accounts: Mapping[int, str], tell: Mapping[Kind, Tell]
) -> None:
    followed = {
        number: Followed(read_folded(txn, tables, account_head(number)).beginning.orders)
        for number in accounts
    }
    for key, record in txn.cursor(tables.journal):
        _, owner, number = place_of(key)
        commit = COMMIT.read(record)
        if "trades" in tell:
            for row in _trades(commit, number):
                tell["trades"](row)
        if "ledger" in tell:
            for row in _ledger(commit, number):
                tell["ledger"](row)
        if "history" in tell:
            for order in commit.orders:
                step = followed[owner].step(order, accounts[owner], number)
                if step is not None:
                    tell["history"](_step(step))


def _trades(commit: Commit, number: int) -> Iterator[Row]:
    ids = {name: order.id for order in commit.orders for name in order.names}
    for fill in commit.fills:
        yield (
            commit.account,
            number,
            fill.at,
            fill.symbol,
            fill.trade_id,
            ids.get(fill.client_id),
            fill.client_id,
            fill.side,
            plain(fill.price),
            plain(fill.amount),
            plain(fill.fee),
            fill.fee_asset,
        )


def _ledger(commit: Commit, number: int) -> Iterator[Row]:
    times = [order.changed_at for order in commit.orders] + [fill.at for fill in commit.fills]
    at: Millis | None = max(times, default=None)
    for entry in commit.entries:
        yield commit.account, number, at, entry.asset, entry.account, plain(entry.delta)


def _step(step: OrderStep) -> Row:
    values = (getattr(step, name) for name in COLUMNS["history"][:-1])
    wish = None if step.wish is None else as_text(step.wish)
    return (*(_number(value) if isinstance(value, Decimal) else value for value in values), wish)


def as_text(value: msgspec.Struct) -> str:
    """A nested record as JSON with its fields by name; decimals are text."""
    return msgspec.json.encode(named(value)).decode()


def named(value: object) -> object:
    """A record as fields by name, nested ones too; a variant says in `type` which one it is."""
    if isinstance(value, msgspec.Struct):
        fields = {name: named(getattr(value, name)) for name in value.__struct_fields__}
        tag = value.__struct_config__.tag
        return fields if tag is None else {"type": tag, **fields}
    if isinstance(value, tuple):
        return [named(each) for each in value]
    return plain(value) if isinstance(value, Decimal) else value


def _number(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
