"""`benthic orders`: what a store holds. It only reads, so its bot may go on writing meanwhile.

How orders hang together is put in words in `order_words`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from cyclopts import Parameter

from ..actors.market.money import plain
from ..actors.orders.graph import group_of
from ..actors.orders.model import Order
from ..storage.exporting import named
from ..storage.reading import StoredAccount, read_orders
from .exits import ExitCode
from .order_history import NO_HISTORY, HistoryOptions, show_history
from .order_words import as_utc, forest, grouped, groups, outbox, told
from .output import console, print_json, table
from .places import a_path
from .stores import asking_for_a_store

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

INDENT: Final = "  "  # of an order below the one that it waits for


def command(
    store: Annotated[Path, Parameter(help="The folder of the store.", converter=a_path)],
    order: Annotated[str | None, Parameter(help="Of a history: the id of one order.")] = None,
    /,
    *,
    options: HistoryOptions = NO_HISTORY,
    json: Annotated[
        bool, Parameter(help="Print one JSON object, of a history one a step, for scripts.")
    ] = False,
) -> int:
    """Show the live orders and balances of a store, or the history of orders, beside its bot."""
    if options.history:
        with asking_for_a_store(store):
            show_history(store, order, options, json=json)
        return ExitCode.OK
    options.require_none(order)
    with asking_for_a_store(store):
        accounts = read_orders(store)
    if json:
        print_json({"store": str(store), "accounts": [_as_json(account) for account in accounts]})
        return ExitCode.OK
    for account in accounts:
        _print(account)
    if not accounts:
        sys.stdout.write("no account has written to this store yet\n")
    return ExitCode.OK


def _as_json(account: StoredAccount) -> dict[str, Any]:
    return {
        "account": account.name,
        "epoch": account.epoch,
        "commits": account.commits,
        "graph_hash": account.graph_hash,
        "orders": [order_as_json(order) for order in account.orders],
        "outbox": [{"order": due.order.id, "what": due.words} for due in outbox(account.orders)],
        "balances": {
            balance.asset: {
                "available": plain(balance.available),
                "reserved": plain(balance.reserved),
            }
            for balance in account.balances
        },
    }


def order_as_json(order: Order) -> dict[str, Any]:
    """One order with all of its plan; amounts are text, times ms UTC."""
    fields: Any = named(order)
    return {**fields, "names": list(order.names)}


def _print(account: StoredAccount) -> None:
    terminal = console()
    words = f"{account.commits:,} commits, loaded {account.epoch:,} times"
    terminal.print(f"account {account.name}: {words}, graph {account.graph_hash[:16]}")
    if account.orders:
        terminal.print(_drawn(account.orders))
    else:
        terminal.print("no live orders")
    _print_plans(terminal, account.orders)
    waiting = list(outbox(account.orders))
    if waiting:
        drawn = table("outbox", "client id", "what")
        for due in waiting:
            drawn.add_row(due.order.id, due.order.client_id, due.words)
        terminal.print(drawn)
    drawn = table("asset", "available", "reserved", numbers=(1, 2))
    for balance in account.balances:
        drawn.add_row(balance.asset, plain(balance.available), plain(balance.reserved))
    terminal.print(drawn)


def _print_plans(terminal: Console, orders: tuple[Order, ...]) -> None:
    """A line for each group and each order with a plan."""
    known = [(each, list(told(each))) for _, each in forest(orders)]
    for group_id, members in groups(orders).items():
        group = group_of(members[0])
        rule = "" if group is None else grouped(group)
        mates = ", ".join(f"{each.id} {each.status}" for each in members)
        terminal.print(f"group {group_id} ({rule}): {mates}", markup=False)
    for order, pieces in known:
        if pieces:
            terminal.print(f"{order.id}: {'; '.join(pieces)}", markup=False)
    if any(pieces for _, pieces in known):
        terminal.print()


def _drawn(orders: tuple[Order, ...]) -> Table:
    drawn = table(
        *("order", "since, UTC", "symbol", "side", "kind", "amount", "price", "filled", "status"),
        numbers=(5, 6, 7),
    )
    for depth, order in forest(orders):
        drawn.add_row(
            INDENT * depth + order.id,
            as_utc(order.created_at)[5:],
            order.symbol,
            order.side,
            order.kind,
            plain(order.amount),
            "-" if order.price is None else plain(order.price),
            plain(order.filled),
            order.status,
        )
    return drawn
