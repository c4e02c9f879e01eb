"""The order graph of an account as one value: what a restart must give back, and its hash.

The hash is the same for a desk's memory and for a store that holds the same orders and balances,
digit for digit: `1.0` and `1.00` differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

import attrs
import msgspec

from ..actors.market.money import ZERO, add
from ..actors.orders.journal import Snapshot
from ..actors.orders.model import Order
from ..actors.portfolio.model import Balance

_encode: Final = msgspec.msgpack.Encoder(decimal_format="string").encode


@attrs.frozen
class Graph:
    """Live orders by id, balances by asset, and what the orders hold of each asset."""

    orders: dict[str, Order]
    balances: dict[str, Balance]
    held: dict[str, Decimal]

    @property
    def is_covered(self) -> bool:
        """Whether what the ledger has reserved is what the orders hold, exactly (F3)."""
        reserved = {a: b.reserved for a, b in self.balances.items() if b.reserved}
        return reserved == {asset: held for asset, held in self.held.items() if held}


def graph_of(snapshot: Snapshot) -> Graph:
    """The graph that an account comes back to."""
    holds: dict[str, list[Decimal]] = {}
    for order in snapshot.orders:
        held = holds.get(order.held_asset)
        if held is None:
            held = holds[order.held_asset] = []
        held.append(order.held)
    return Graph(
        {order.id: order for order in snapshot.orders},
        {balance.asset: balance for balance in snapshot.balances},
        {asset: total(amounts) for asset, amounts in holds.items()},
    )


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum; raises decimal.Inexact where there is none."""
    result = ZERO
    for amount in amounts:
        result = add(result, amount)
    return result


def graph_hash(orders: Iterable[Order], balances: Iterable[Balance]) -> str:
    """64 hex digits that stand for these orders and balances, in whatever order they come.

    >>> graph_hash((), ())[:16]
    '182003d5c37dc525'
    """
    digest = hashlib.sha256()
    digest.update(_encode(sorted(orders, key=lambda order: order.id)))
    digest.update(_encode(sorted(balances, key=lambda balance: balance.asset)))
    return digest.hexdigest()
