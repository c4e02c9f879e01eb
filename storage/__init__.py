"""What a bot remembers on disk: LMDB, its codecs and its one writer.

`open_store` gives an `OrderStore`; the actor `Store` answers a desk's journal messages from it.
"""

from __future__ import annotations

from .audit import Violation
from .environment import Durability, Room
from .errors import (
    StoreBeyondRepair,
    StoreBroken,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFailed,
    StoreForbidden,
    StoreForeign,
    StoreFull,
    StoreMisplaced,
    StoreMissing,
    StoreNewer,
    StoreOlder,
    StoreRefusal,
    StoreUnsound,
    StoreUnusable,
)
from .graph import Graph, graph_hash, graph_of
from .keys import Unstorable
from .opening import open_store
from .order_store import OrderStore
from .reading import StoredAccount, audit_store, read_closed_orders, read_orders
from .store import GetStoreStatistics, Store, StoreStatistics, Writing

__all__ = [
    "Durability",
    "GetStoreStatistics",
    "Graph",
    "OrderStore",
    "Room",
    "Store",
    "StoreBeyondRepair",
    "StoreBroken",
    "StoreBusy",
    "StoreDamaged",
    "StoreError",
    "StoreFailed",
    "StoreForbidden",
    "StoreForeign",
    "StoreFull",
    "StoreMisplaced",
    "StoreMissing",
    "StoreNewer",
    "StoreOlder",
    "StoreRefusal",
    "StoreStatistics",
    "StoreUnsound",
    "StoreUnusable",
    "StoredAccount",
    "Unstorable",
    "Violation",
    "Writing",
    "audit_store",
    "graph_hash",
    "graph_of",
    "open_store",
    "read_closed_orders",
    "read_orders",
]
