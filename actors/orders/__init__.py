"""The orders of one account, the desk that owns them and the journal that remembers them."""

from .desk import OrderDesk
from .evidence import Patience
from .foreign import ForeignOrder
from .holdings import Difference
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
    DriftFound,
    FillUnmatched,
    ForeignOrderSeen,
    ListForeignOrders,
    ListOpenOrders,
    NoSuchOrder,
    NotAdmitted,
    NotDurable,
    NotReconciled,
    OrderChanged,
    OrderFilled,
    PlaceOrder,
    StrayOrderFound,
    StrayOrders,
    Unplaceable,
    VenueSilent,
)
from .model import LIVE, Order, Status
from .opening import FromDeposits, FromVenue, Opening

__all__ = [
    "LIVE",
    "CancelOrder",
    "Commit",
    "Difference",
    "Digest",
    "DriftFound",
    "DuplicateTrade",
    "FillUnmatched",
    "ForeignOrder",
    "ForeignOrderSeen",
    "FromDeposits",
    "FromVenue",
    "GetDigest",
    "JournalMemory",
    "ListForeignOrders",
    "ListOpenOrders",
    "Load",
    "MemoryJournal",
    "NoSuchOrder",
    "NotAdmitted",
    "NotDurable",
    "NotReconciled",
    "Opening",
    "Order",
    "OrderChanged",
    "OrderDesk",
    "OrderFilled",
    "Patience",
    "PlaceOrder",
    "Snapshot",
    "Status",
    "StrayOrderFound",
    "StrayOrders",
    "Unplaceable",
    "VenueSilent",
    "digest",
    "trade_key",
]
