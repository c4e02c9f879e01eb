"""The ledger of one account: balances, reservations and bookings."""

from .ledger import Portfolio
from .messages import (
    Aborted,
    Adjust,
    AlreadyReserved,
    Booking,
    GetBalance,
    GetBalances,
    GetBooks,
    InsufficientFunds,
    LedgerMismatch,
    NotOpen,
    Open,
    Release,
    Reserve,
    SetAside,
    Settle,
)
from .model import Account, Balance, Entry, Reservation

__all__ = [
    "Aborted",
    "Account",
    "Adjust",
    "AlreadyReserved",
    "Balance",
    "Booking",
    "Entry",
    "GetBalance",
    "GetBalances",
    "GetBooks",
    "InsufficientFunds",
    "LedgerMismatch",
    "NotOpen",
    "Open",
    "Portfolio",
    "Release",
    "Reservation",
    "Reserve",
    "SetAside",
    "Settle",
]
