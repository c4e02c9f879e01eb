"""The gate of an exchange: whether new risk may be taken there now, and if not, why not."""

from .gate import Gate
from .messages import (
    AccountStarted,
    BalancesReconciled,
    BalancesUnexplained,
    GateClosed,
    GateOpened,
    GetGate,
    HistoryHeld,
    HistoryMissing,
    OrdersOverdue,
    OrdersReconciled,
)
from .readiness import Facts, Obstacle, obstacles

__all__ = [
    "AccountStarted",
    "BalancesReconciled",
    "BalancesUnexplained",
    "Facts",
    "Gate",
    "GateClosed",
    "GateOpened",
    "GetGate",
    "HistoryHeld",
    "HistoryMissing",
    "Obstacle",
    "OrdersOverdue",
    "OrdersReconciled",
    "obstacles",
]
