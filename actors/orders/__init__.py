"""The orders of one account, the desk that owns them and the journal that remembers them."""

from .desk import OrderDesk
from .evidence import Patience
from .journal import (
    Commit,
    Digest,
    DuplicateTrade,
    GetDigest,
    JournalMemory,
    Load,
    MemoryJournal,
    Snapshot,
    digest,
    trade_key,
)
from .messages import (
    CancelOrder,
    FillUnmatched,
    ListOpenOrders,
    NoSuchOrder,
    NotDurable,
    NotReconciled,
    OrderChanged,
    OrderFilled,
    PlaceOrder,
    StrayOrders,
    Unplaceable,
    VenueSilent,
)
from .model import LIVE, Order, Status

__all__ = [
    "LIVE",
    "CancelOrder",
    "Commit",
    "Digest",
    "DuplicateTrade",
    "FillUnmatched",
    "GetDigest",
    "JournalMemory",
    "ListOpenOrders",
    "Load",
    "MemoryJournal",
    "NoSuchOrder",
    "NotDurable",
    "NotReconciled",
    "Order",
    "OrderChanged",
    "OrderDesk",
    "OrderFilled",
    "Patience",
    "PlaceOrder",
    "Snapshot",
    "Status",
    "StrayOrders",
    "Unplaceable",
    "VenueSilent",
    "digest",
    "trade_key",
]
