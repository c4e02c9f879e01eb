"""The actor runtime: cells, turns, supervision, clocks. Knows nothing of trading."""

from __future__ import annotations

from .actor import Actor
from .clock import Clock, LiveClock, Millis, VirtualClock
from .errors import (
    ActorCrashed,
    ActorStopped,
    AskError,
    AskTimeout,
    BenthicError,
    DeadlockError,
    MailboxFull,
    NameTaken,
    NoSuchActor,
    NotStarted,
    Refusal,
    RestartLimit,
    StartFailed,
    StillRunning,
    SupervisionError,
    TrioInTurn,
    UnknownMessage,
    UsageError,
)
from .handlers import on
from .mailbox import Mailbox, MailboxStatistics, Overflow
from .messages import Ask, Tell
from .notices import Crashed, DeadLetter, Outcome, Terminated
from .pending import Reply
from .ref import Ref
from .supervision.specs import AT_ONCE, Backlog, Backoff, Child, Restart, Strategy, Supervisor
from .supervision.supervisor import StartChild
from .system import Schedule, System, run_virtual
from .timers import Timer
from .tracing import Trace, TurnRecord
from .tree import TreeNode

__all__ = [
    "AT_ONCE",
    "Actor",
    "ActorCrashed",
    "ActorStopped",
    "Ask",
    "AskError",
    "AskTimeout",
    "Backlog",
    "Backoff",
    "BenthicError",
    "Child",
    "Clock",
    "Crashed",
    "DeadLetter",
    "DeadlockError",
    "LiveClock",
    "Mailbox",
    "MailboxFull",
    "MailboxStatistics",
    "Millis",
    "NameTaken",
    "NoSuchActor",
    "NotStarted",
    "Outcome",
    "Overflow",
    "Ref",
    "Refusal",
    "Reply",
    "Restart",
    "RestartLimit",
    "Schedule",
    "StartChild",
    "StartFailed",
    "StillRunning",
    "Strategy",
    "SupervisionError",
    "Supervisor",
    "System",
    "Tell",
    "Terminated",
    "Timer",
    "Trace",
    "TreeNode",
    "TrioInTurn",
    "TurnRecord",
    "UnknownMessage",
    "UsageError",
    "VirtualClock",
    "on",
    "run_virtual",
]
