"""Ending incarnations and burying addresses. What is done here is done at once, without waiting.

`halt` ends an incarnation abruptly and keeps the address; `bury` makes the address dead. Waiting,
deadlines and order are the supervisor's business.
"""

from __future__ import annotations

import contextvars
from collections.abc import Coroutine, Iterator
from typing import Any

from ..cell import Cell
from ..errors import ActorCrashed, ActorStopped
from ..mailbox import payload
from ..notices import Terminated
from ..pending import PendingAsk
from ..reports import Attend, Drained, Ending, Resume
from ..runqueue import RunQueue
from ..turns import INLINE
from .specs import Backlog

Turn = Coroutine[Any, Any, Any]
MARKS = (Resume, Attend, Ending)
CLOSING = object()  # drives while a parked turn is closed: its clean-up cannot wait


class DeadMail:
    """The mailbox of a dead address: always empty; what comes is a dead letter."""

    def __init__(self, path: str, rq: RunQueue) -> None:
        self._path = path
        self._rq = rq

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def append(self, message: object) -> None:
        if isinstance(message, PendingAsk):
            message.settle(None, ActorStopped(self._path))
        else:
            self._rq.letters.add(self._path, message, "the actor has stopped")

    appendleft = append


def halt(cell: Cell) -> None:
    """End the incarnation of `cell` and of all below it; the addresses stay.

    A parked turn is closed, requests are withdrawn, tasks are cancelled (they may still be
    unwinding when this returns), and asks that the incarnation had taken on fail with ActorCrashed.
    """
    if cell.children:
        for child in reversed(cell.children.values()):
            halt(child)
    cell.epoch += 1
    unready(cell)
    cut_turn(cell)
    end_asks(cell)
    if cell.tasks is not None:
        cell.tasks.cancel()
    if cell.reports:
        for report in cell.reports:
            if isinstance(report, PendingAsk):
                report.settle(None, ActorCrashed(cell.path))
        cell.reports.clear()
    cell.io_waits = None
    forget_marks(cell)
    cell.rq.topics.forget(cell)
    if cell.state not in {"dead", "failed", "stillborn"}:
        cell.state = "suspended"


def end_asks(cell: Cell) -> None:
    """Fail what the incarnation still had to answer, and withdraw what it had requested."""
    if cell.deferred:
        for pending in cell.deferred:
            pending.settle(None, ActorCrashed(cell.path))
        cell.deferred = None
    if cell.requests:
        for request in cell.requests:
            request.pending.done = True
            cell.rq.timers.note_dead()  # the deadline
        cell.requests = None


def lineage(cell: Cell) -> Iterator[Cell]:
    """All below `cell`, youngest first, and then itself."""
    for child in reversed((cell.children or {}).values()):
        yield from lineage(child)
    yield cell


def close_host(cell: Cell) -> None:
    """Let the nursery of a supervisor's children end once their tasks have."""
    host, cell.host = cell.host, None
    if host is not None:
        host.close()


def unready(cell: Cell) -> None:
    """Take the cell out of the run-queue and let nobody put it back."""
    if not cell.idle and cell in cell.rq.ready:  # else parked, in its turn or suspended
        cell.rq.ready.remove(cell)
    cell.idle = False


def cut_turn(cell: Cell) -> None:
    """Close the parked turn, if there is one, and fail the ask that it was for."""
    coroutine, cell.parked = cell.parked, None
    context, cell.context = cell.context, None
    cell.waiting_on = None
    if coroutine is not None and context is not None:
        cell.epoch += 1  # what the turn waited for must not resume the next one
        close(cell, coroutine, context)
    answer, cell.answer = cell.answer, None
    if answer is not None and answer is not INLINE:
        answer.settle(None, ActorCrashed(cell.path))


def close(cell: Cell, coroutine: Turn, context: contextvars.Context) -> None:
    """Close a coroutine; what its clean-up raises is recorded and goes no further."""
    rq = cell.rq
    outer, rq.driving = rq.driving, CLOSING
    try:
        context.run(coroutine.close)
    except Exception as error:
        rq.letters.add(cell.path, error, "raised while its turn was closed")
    finally:
        rq.driving = outer


def forget_marks(cell: Cell) -> None:
    """Remove the marks that spoke of the old incarnation's turn, reports and end."""
    mail = cell.mail
    for message in mail:
        if isinstance(message, MARKS):
            break
    else:
        return  # the usual case, and a crash should not cost a walk with copies
    kept = [mail.popleft() for _ in range(len(mail))]
    for message in kept:
        if not isinstance(message, MARKS):
            mail.append(message)


def drop_backlog(cell: Cell) -> None:
    """After a crash, empty the mailbox where the child's spec says so."""
    if cell.spec.backlog is Backlog.DROP and cell.mail:
        kept = [mark for mark in cell.mail if isinstance(payload(mark), Drained)]
        cell.discard_mail(ActorCrashed, "its actor crashed")
        cell.mail.extend(kept)


def bury(cell: Cell, reason: str) -> None:
    """Make the address dead, and those below it; tell the watchers."""
    if cell.state == "dead":
        return
    for child in reversed((cell.children or {}).values()):
        bury(child, reason)
    halt(cell)
    cell.state = "dead"
    cell.actor = None
    cell.tasks = None
    close_host(cell)
    cell.discard_mail(ActorStopped, "the actor has stopped")
    cell.mail = DeadMail(cell.path, cell.rq)
    watchers, cell.watchers = cell.watchers, None
    for watcher, epoch in watchers or ():
        if watcher.epoch == epoch:
            notify(watcher, cell, reason)


def notify(watcher: Cell, gone: Cell, reason: str) -> None:
    """Queue `Terminated` whatever the watcher's bound: the runtime's messages are never dropped."""
    if watcher.state != "dead":
        watcher.report(Terminated(gone, reason))
