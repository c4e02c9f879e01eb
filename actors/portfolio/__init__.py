"""The ledger of one account: balances, reservations and bookings."""

from .ledger import Portfolio
from .messages import (
    Aborted,
    AlreadyReserved,
    Booking,
    GetBalance,
    GetBalances,
    InsufficientFunds,
    LedgerMismatch,
    NotOpen,
    Open,
    Release,
    Reserve,
    Settle,
)
from .model import Account, Balance, Entry, Reservation

__all__ = [
    "Aborted",
    "Account",
    "AlreadyReserved",
    "Balance",
    "Booking",
    "Entry",
    "GetBalance",
    "GetBalances",
    "InsufficientFunds",
    "LedgerMismatch",
    "NotOpen",
    "Open",
    "Portfolio",
    "Release",
    "Reservation",
    "Reserve",
    "Settle",
]
