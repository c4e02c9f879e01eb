"""Trio tasks of incarnations: background tasks and I/O turns, one nursery for each supervisor.

A task's crash is its actor's crash. Its life is bounded by the incarnation: halting cancels it, and
the next incarnation starts only once it has unwound.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import trio

from ..cell import Cell
from ..pending import PendingAsk
from ..turns import INLINE, SUSPENDED
from .boundary import crashed, turn_failed

AsyncFunction = Callable[..., Awaitable[Any]]


class TaskHost:
    """The nursery of one supervisor's children; opened with the first task."""

    def __init__(self) -> None:
        self._nursery: trio.Nursery | None = None
        self._early: list[tuple[Any, ...]] = []
        self._closed = trio.Event()

    def start(self, function: AsyncFunction, *args: object) -> None:
        """Start a task, now or as soon as the nursery is open."""
        if self._nursery is None:
            self._early.append((function, *args))
        else:
            self._nursery.start_soon(function, *args)

    async def run(self) -> None:
        """Keep the nursery open until `close`."""
        async with trio.open_nursery() as nursery:
            self._nursery = nursery
            for function, *args in self._early:
                nursery.start_soon(function, *args)
            self._early.clear()
            await self._closed.wait()

    def close(self) -> None:
        """End once the tasks have."""
        self._closed.set()


class IncarnationTasks:
    """The trio tasks of one incarnation."""

    def __init__(self) -> None:
        self.running = 0
        self.has_io_turn = False
        self._scopes: dict[trio.CancelScope, None] = {}  # oldest first
        self._waiter: PendingAsk | None = None
        self._cancelled = False

    def enter(self) -> trio.CancelScope:
        """Count a task and give it the scope that bounds it."""
        self.running += 1
        scope = trio.CancelScope()
        self._scopes[scope] = None
        if self._cancelled:
            scope.cancel()
        return scope

    def leave(self, scope: trio.CancelScope) -> None:
        """A task has unwound."""
        self.running -= 1
        self._scopes.pop(scope, None)
        if self.running == 0 and self._waiter is not None:
            self._waiter.settle(None)

    def cancel(self) -> None:
        """Cancel them all, those that have not begun too."""
        self._cancelled = True
        for scope in self._scopes:
            scope.cancel()

    def tell_when_done(self, waiter: PendingAsk) -> None:
        """Settle `waiter` once none is left."""
        self._waiter = waiter
        if self.running == 0:
            waiter.settle(None)


def tasks_of(cell: Cell) -> IncarnationTasks:
    """The task group of the current incarnation."""
    if cell.tasks is None:
        cell.tasks = IncarnationTasks()
    tasks: IncarnationTasks = cell.tasks
    return tasks


def host_of(cell: Cell) -> TaskHost:
    """The nursery for the tasks of `cell`: its supervisor's."""
    owner = cell.parent or cell
    if owner.host is None:
        owner.host = TaskHost()
        cell.rq.open_host(owner.host.run)
    host: TaskHost = owner.host
    return host


def spawn(cell: Cell, function: AsyncFunction, args: tuple[object, ...]) -> None:
    """Start a background task of the current incarnation."""
    tasks = tasks_of(cell)
    cell.rq.woke_trio = True
    host_of(cell).start(run_background, cell, tasks, tasks.enter(), cell.epoch, function, args)


async def run_background(
    cell: Cell,
    tasks: IncarnationTasks,
    scope: trio.CancelScope,
    epoch: int,
    function: AsyncFunction,
    args: tuple[object, ...],
) -> None:
    """The task itself."""
    try:
        with scope:
            await function(*args)
    except Exception as error:
        report_crash(cell, epoch, error)
    finally:
        tasks.leave(scope)


def start_io_turn(handler: AsyncFunction) -> Callable[[Any, Any], object]:
    """A table entry that runs `handler` as a task; the mailbox waits until it ends."""

    def begin(actor: Any, message: object) -> object:
        cell: Cell = actor._cell  # noqa: SLF001 - the runtime's own attribute
        tasks = tasks_of(cell)
        tasks.has_io_turn = True
        cell.rq.woke_trio = True
        host_of(cell).start(run_io_turn, cell, tasks, tasks.enter(), handler, actor, message)
        return SUSPENDED

    return begin


async def run_io_turn(
    cell: Cell,
    tasks: IncarnationTasks,
    scope: trio.CancelScope,
    handler: AsyncFunction,
    actor: object,
    message: object,
) -> None:
    """The turn itself; ends as any other: with an answer, a refusal or a crash."""
    epoch = cell.epoch
    value: object = None
    try:
        with scope:
            value = await handler(actor, message)
    except Exception as error:
        tasks.has_io_turn = False
        if cell.epoch == epoch:
            turn_failed(cell, unwrapped(error))
    else:
        tasks.has_io_turn = False
        if cell.epoch == epoch and not scope.cancelled_caught:
            answer, cell.answer = cell.answer, None
            if answer is not None and answer is not INLINE:
                answer.settle(value)
            cell.io_waits = None
            cell.end_turn()
    finally:
        tasks.leave(scope)


def report_crash(cell: Cell, epoch: int, error: Exception) -> None:
    """Crash the actor, where the incarnation still lives."""
    if cell.epoch == epoch:
        crashed(cell, unwrapped(error))


def unwrapped(error: Exception) -> Exception:
    """The one error in a group of one; the group itself where there are several."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        inner = error.exceptions[0]
        inner.__cause__ = inner.__cause__ or error
        error = inner
    return error
