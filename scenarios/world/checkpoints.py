"""Cancels what an actor does at one of its checkpoints: the incarnation ends where it waits (H7).

A turn waits where it asks or sleeps, a task of its actor where it awaits trio; both count. The
runtime cuts turns and cancels tasks so where a group of actors restarts or is stopped. Here it does
at a checkpoint that a scenario names, and the supervisor hears of it as of any crash.

Waits of turns are seen in the trace. Tasks are watched by an instrument of trio, which is there
only while a cancel is to come: a run without one pays nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, Final

import attrs
import trio

from ...runtime import Trace
from ...runtime.supervision.boundary import crashed
from ...runtime.supervision.tasks import run_background, run_io_turn
from ...runtime.tracing import TurnRecord
from ..errors import ActorInjured

WAIT: Final = "Resume"  # what ends a wait of a turn, by the name that the trace has
LIVING: Final = frozenset({"starting", "running"})
BODIES: Final[tuple[CodeType, ...]] = (run_background.__code__, run_io_turn.__code__)


@attrs.define
class Cancel:
    """A cancel to come. left: checkpoints that still pass, the one that is struck included."""

    path: str
    left: int
    fault: str = "H7"

    def counts_down(self) -> bool:
        """Whether this checkpoint is the one."""
        self.left -= 1
        return self.left <= 0


class Checkpoints(trio.abc.Instrument):
    """Those of one process. struck: told of each cancel, with its code."""

    def __init__(self, trace: Trace, struck: Callable[[str, str], None]) -> None:
        self._trace = trace
        self._struck = struck
        self._cancels: list[Cancel] = []

    def cancel(self, cancel: Cancel) -> None:
        """Cancel an actor at its so-manieth checkpoint from now on."""
        if not self._cancels:
            trio.lowlevel.add_instrument(self)
        self._cancels.append(cancel)

    def forget(self) -> None:
        """No cancel comes any more."""
        if self._cancels:
            self._cancels.clear()
            trio.lowlevel.remove_instrument(self)

    def hear(self, record: TurnRecord) -> None:
        """A turn begins. Raises ActorInjured in place of one that is to end where it waited."""
        if self._cancels and record.message == WAIT and self._is_struck(record.path):
            raise ActorInjured(record.path, "a wait of its turn")

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        """See `trio.abc.Instrument`: a task has come to a checkpoint, or to its end."""
        found = _incarnation_of(task)
        if found is None:
            return
        cell, epoch = found
        if cell.rq.trace is not self._trace or cell.epoch != epoch or cell.state not in LIVING:
            return
        if self._is_struck(cell.path):
            cell.rq.woke_trio = True
            crashed(cell, ActorInjured(cell.path, "a checkpoint of its task"))

    def _is_struck(self, path: str) -> bool:
        for cancel in self._cancels:
            if cancel.path == path and cancel.counts_down():
                self._cancels.remove(cancel)
                if not self._cancels:
                    trio.lowlevel.remove_instrument(self)
                self._struck(cancel.fault, f"{path} is cancelled at a checkpoint")
                return True
        return False


def _incarnation_of(task: trio.lowlevel.Task | None) -> tuple[Any, int] | None:
    """The cell that a task belongs to, and the epoch of its incarnation; None: it is no actor's.

    The task of an incarnation knows both; those that it has started itself are found through it.
    """
    while task is not None:
        frame = getattr(task.coro, "cr_frame", None)
        if frame is not None and frame.f_code in BODIES:
            known = frame.f_locals
            return (known["cell"], known["epoch"]) if "epoch" in known else None
        task = None if task.parent_nursery is None else task.parent_nursery.parent_task
    return None
