"""`benthic orders`: what a store holds. It only reads, so its bot may go on writing meanwhile."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from ..actors.market.money import plain
from ..actors.orders.model import Order
from ..storage.errors import StoreForeign, StoreMissing, StoreUnusable
from ..storage.reading import StoredAccount, read_orders
from .exits import ExitCode
from .output import console, print_json, table
from .places import a_path


class NoStoreHere(StoreUnusable):
    """There is no order store to read at the path."""

    def __init__(self, path: Path, found: str) -> None:
        remedy = "give the folder of a store, which `benthic backtest --journal` makes"
        super().__init__(path, f"{found}; {remedy}")


def command(
    store: Annotated[Path, Parameter(help="The folder of the store.", converter=a_path)],
    /,
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object for scripts.")] = False,
) -> int:
    """Show the live orders and balances of a store, beside its bot."""
    accounts = _read(store)
    if json:
        print_json({"store": str(store), "accounts": [_as_json(account) for account in accounts]})
        return ExitCode.OK
    for account in accounts:
        _print(account)
    if not accounts:
        sys.stdout.write("no account has written to this store yet\n")
    return ExitCode.OK


def _read(store: Path) -> tuple[StoredAccount, ...]:
    try:
        return tuple(read_orders(store))
    except StoreMissing as error:
        raise NoStoreHere(store, "there is no store here") from error
    except StoreForeign as error:
        raise NoStoreHere(store, f"this is {error.found}, not an order store") from error


def _as_json(account: StoredAccount) -> dict[str, Any]:
    return {
        "account": account.name,
        "epoch": account.epoch,
        "commits": account.commits,
        "graph_hash": account.graph_hash,
        "orders": [order_as_json(order) for order in account.orders],
        "balances": {
            balance.asset: {
                "available": plain(balance.available),
                "reserved": plain(balance.reserved),
            }
            for balance in account.balances
        },
    }


def order_as_json(order: Order) -> dict[str, Any]:
    """One order; amounts are text, times ms UTC."""
    fields: dict[str, Any] = msgspec.structs.asdict(order)
    return fields


def _print(account: StoredAccount) -> None:
    terminal = console()
    words = f"{account.commits:,} commits, loaded {account.epoch:,} times"
    terminal.print(f"account {account.name}: {words}, graph {account.graph_hash[:16]}")
    if account.orders:
        terminal.print(_drawn(account.orders))
    else:
        terminal.print("no live orders")
    drawn = table("asset", "available", "reserved", numbers=(1, 2))
    for balance in account.balances:
        drawn.add_row(balance.asset, plain(balance.available), plain(balance.reserved))
    terminal.print(drawn)


def _drawn(orders: tuple[Order, ...]) -> Any:
    drawn = table(
        *("order", "since, UTC", "symbol", "side", "kind", "amount", "price", "filled", "status"),
        numbers=(5, 6, 7),
    )
    for order in orders:
        drawn.add_row(
            order.id,
            datetime.fromtimestamp(order.created_at / 1000, UTC).strftime("%m-%d %H:%M:%S"),
            order.symbol,
            order.side,
            order.kind,
            plain(order.amount),
            "-" if order.price is None else plain(order.price),
            plain(order.filled),
            order.status,
        )
    return drawn
