"""The gate of an exchange: whether new risk may be taken there now, and if not, why not."""

from .ages import live_ages
from .gate import Gate
from .messages import (
    AccountStarted,
    BalancesReconciled,
    BalancesUnexplained,
    GateClosed,
    GateOpened,
    GetGate,
    OrdersOverdue,
    OrdersReconciled,
    TopicHeld,
    TopicLost,
)
from .readiness import Facts, Obstacle, concerning, obstacles
from .requirements import NotReady, Readiness, Ready, Requirement, Unmet, requirements
from .verdicts import Verdicts

__all__ = [
    "AccountStarted",
    "BalancesReconciled",
    "BalancesUnexplained",
    "Facts",
    "Gate",
    "GateClosed",
    "GateOpened",
    "GetGate",
    "NotReady",
    "Obstacle",
    "OrdersOverdue",
    "OrdersReconciled",
    "Readiness",
    "Ready",
    "Requirement",
    "TopicHeld",
    "TopicLost",
    "Unmet",
    "Verdicts",
    "concerning",
    "live_ages",
    "obstacles",
    "requirements",
]
