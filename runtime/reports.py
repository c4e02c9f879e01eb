"""What the runtime puts into mailboxes for itself: marks, timers and reports to supervisors.

All of it goes before user messages and is never dropped.
"""

from __future__ import annotations

from typing import Any

from .mailbox import SystemMessage
from .messages import Ask
from .pending import PendingAsk
from .timers import Timer


class Resume(SystemMessage):
    """The parked turn goes on."""

    __slots__ = ()


class Attend(SystemMessage):
    """A report waits in the cell's own queue of reports, which keeps their order."""

    __slots__ = ()


class Ending(SystemMessage):
    """The actor is to end: it takes no further message."""

    __slots__ = ()


class Drained(SystemMessage):
    """What was queued before `drain` has been handled."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason


class Timed(SystemMessage):
    """A timer's message; void where its incarnation is gone."""

    __slots__ = ("epoch", "timer")

    def __init__(self, epoch: int, timer: Timer) -> None:
        self.epoch = epoch
        self.timer = timer


class Requested(SystemMessage):
    """A request under way; once it has an outcome, the mark of that in its maker's mailbox.

    It waits at the end, behind what its maker was sent before: whoever publishes and then answers
    is heard in that order.
    """

    __slots__ = ("epoch", "maker", "pending", "token")

    def __init__(self, maker: Any, token: object, pending: PendingAsk | None = None) -> None:
        self.maker = maker  # a cell
        self.epoch = maker.epoch
        self.token = token
        self.pending = pending or PendingAsk(None, None)

    def resume_front(self) -> None:
        """There is an outcome."""
        maker = self.maker
        maker.rq.timers.note_dead()  # the deadline
        if maker.epoch == self.epoch:
            maker.mail.append(self)
            maker.make_ready()

    resume_back = resume_front


class Start(Ask[None]):
    """Run `on_start`."""

    __slots__ = ()


class Stop(Ask[None]):
    """Run `on_stop`."""

    __slots__ = ()


class ChildFailed:
    """A child raised; its incarnation takes no more turns."""

    __slots__ = ("child", "epoch", "error")

    def __init__(self, child: Any, epoch: int, error: BaseException) -> None:
        self.child = child
        self.epoch = epoch
        self.error = error


class ChildExited:
    """A child asked for its own normal end."""

    __slots__ = ("child", "epoch", "reason")

    def __init__(self, child: Any, epoch: int, reason: str) -> None:
        self.child = child
        self.epoch = epoch
        self.reason = reason


class StopChild:
    """Somebody asked for a child's end, for good."""

    __slots__ = ("child", "deadline", "reason")

    def __init__(self, child: Any, reason: str, deadline: int | None) -> None:
        self.child = child
        self.reason = reason
        self.deadline = deadline


class RestartDue:
    """A back-off has passed."""

    __slots__ = ("group", "round")

    def __init__(self, group: tuple[Any, ...], round_: int) -> None:
        self.group = group
        self.round = round_


RESUME = Resume()
ATTEND = Attend()
ENDING = Ending()
START = Start()
STOP = Stop()
