"""From layout 2 to 3: the trades of live orders lie under the id of their order.

Until then they lay under its client id, of which an order had one all its life.
"""

from __future__ import annotations

from typing import Final

from .codec import ORDER, TRADE
from .environment import Environment, Transaction
from .keys import HEAD, OWNER, order_trade_key

_FOLDED: Final = "folded"


def add_plans(txn: Transaction, environment: Environment) -> None:
    """Write the rows of `partial` anew, and make the table that layout 3 has more."""
    partial, live = environment.tables["partial"], environment.tables["live"]
    ids: dict[tuple[bytes, str], str] = {}  # by account and client id
    for key, record in txn.cursor(live):
        order = ORDER.read(record)
        ids[key[OWNER], order.client_id] = order.id
    for key, record in list(txn.cursor(partial)):
        txn.delete(key, db=partial)
        head, name = key[:HEAD], key[HEAD:].partition(b"\0")[0].decode()
        order_id = ids.get((head, name))
        if order_id is not None:
            trade = TRADE.read(record)
            moved = order_trade_key(head, order_id, trade)
            txn.put(moved, TRADE.record(moved, trade), db=partial)
    environment.add_table(txn, _FOLDED)
