"""The turn boundary: what a handler raises becomes a crash of its actor, or its answer.

Turns begin in four places: the run-queue's slice, an ask that runs on the asker's stack, a tell
that runs on the sender's (schedule DIRECT), and the event source of a replay. All are here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from types import CoroutineType
from typing import Any

from ..cell import Cell
from ..errors import ActorCrashed, Refusal, UnknownMessage
from ..reports import ChildFailed
from ..runqueue import RunQueue
from ..turns import INLINE, SUSPENDED, conclude, step
from .halting import drop_backlog, halt

MAX_DEPTH = 32  # turns inside turns; deeper ones are queued

EVENTS = 1024  # of a replay between two looks at trio

DEFERRED = object()  # the turn is over, its answer comes later


def run_slice(rq: RunQueue, drain: Callable[[RunQueue, int], None], budget: int) -> None:
    """Give turns until nothing is ready or about `budget` were given."""
    rq.slice_at = rq.clock.elapsed()
    rq.depth = 1
    try:
        while True:
            try:
                drain(rq, budget)
            except Exception as error:
                rq.depth = 1
                turn_failed(rq.current, error)
            else:
                return
    finally:
        rq.depth = 0


def run_replay(
    rq: RunQueue,
    drain: Callable[[RunQueue, int], None],
    source: Iterator[tuple[int, Cell, object]],
    deadline: float,
) -> tuple[Iterator[tuple[int, Cell, object]] | None, Exception | None]:
    """Deliver events up to trio's `deadline`, ms, or until a trio task has something to do.

    Gives what is left of `source`, None at its end, and the error that `source` itself raised.
    Timers that are due at or before an event fire first, each followed by full quiescence.
    """
    clock: Any = rq.clock
    heap = rq.timers.heap
    ready = rq.ready
    began = False
    rq.slice_at = clock.time
    rq.depth = 1  # the events themselves are turns: what they tell may run inside them
    try:
        for moment, ref, message in islice(source, EVENTS):
            began = True
            if moment >= deadline:
                return chain(((moment, ref, message),), source), None
            if heap and heap[0][0] <= moment and not fire_until(rq, drain, moment):
                return chain(((moment, ref, message),), source), None
            clock.time = moment
            ref.tell(message)
            if ready:
                settle_turns(rq, drain)
            if rq.woke_trio or rq.holds:
                return source, None
    except Exception as error:
        return None, error
    finally:
        rq.depth = 0
    return (source if began else None), None


def fire_until(rq: RunQueue, drain: Callable[[RunQueue, int], None], moment: int) -> bool:
    """Fire the timers due up to `moment`, each followed by quiescence; False to pause there."""
    clock: Any = rq.clock
    timers = rq.timers
    while timers.next_due <= moment:
        clock.advance_to(timers.next_due)
        timers.fire_due(clock.time)
        settle_turns(rq, drain)
        if rq.woke_trio or rq.holds:
            return False
    return True


def settle_turns(rq: RunQueue, drain: Callable[[RunQueue, int], None]) -> None:
    """Give turns until nothing is ready, or a trio task has something to do."""
    while rq.ready and not rq.woke_trio:
        run_slice(rq, drain, EVENTS)
    rq.depth = 1


def turn_failed(cell: Cell, error: Exception) -> None:
    """A turn raised: a Refusal answers the ask it was for, everything else is a crash."""
    answer = cell.answer
    if isinstance(error, Refusal) and answer is not None and answer is not INLINE:
        cell.answer = None
        cell.context = None
        answer.settle(None, error)
        cell.end_turn()
    else:
        crashed(cell, error)


def crashed(cell: Cell, error: BaseException) -> None:
    """End the incarnation that raised and tell its supervisor."""
    was = cell.state
    failure = ActorCrashed(cell.path)
    failure.__cause__ = error
    answer, cell.answer = cell.answer, None
    halt(cell)
    drop_backlog(cell)
    if was in {"starting", "stopping"}:
        cell.state = "stillborn" if was == "starting" else "suspended"
    else:
        cell.state = "failed"
    cell.error = error
    if answer is not None and answer is not INLINE:
        answer.settle(None, failure)
    if was == "running":
        if cell.parent is None:
            cell.rq.root_failed(error)
        else:
            cell.parent.report(ChildFailed(cell, cell.epoch, error))


def run_nested(cell: Cell, message: object) -> object:
    """A turn of an idle cell on the asker's stack.

    Gives its value, SUSPENDED, or DEFERRED; raises what the asker is to be told.
    """
    handler = cell.table.get(type(message))
    if handler is None:
        raise UnknownMessage(cell.path, type(message))
    rq = cell.rq
    cell.idle = False
    cell.handled += 1
    cell.answer = INLINE
    rq.depth += 1
    try:
        value = handler(cell.actor, message)
        if type(value) is CoroutineType:
            value = step(cell, value)
    except Refusal:
        cell.answer = None
        cell.end_turn()
        raise
    except Exception as error:
        crashed(cell, error)
        raise ActorCrashed(cell.path) from error
    finally:
        rq.depth -= 1
    if value is SUSPENDED:
        return SUSPENDED
    if cell.answer is not INLINE:
        cell.end_turn()
        return DEFERRED
    cell.answer = None
    if cell.mail:
        rq.push(cell)
    else:
        cell.idle = True
    return value


def run_system(cell: Cell, message: object) -> object:
    """A turn of a cell that takes no messages now, for START and STOP; else as `run_nested`."""
    rq = cell.rq
    cell.answer = INLINE
    rq.depth += 1
    try:
        value = cell.table[type(message)](cell.actor, message)
        if type(value) is CoroutineType:
            value = step(cell, value)
    except Exception as error:
        crashed(cell, error)
        raise ActorCrashed(cell.path) from error
    finally:
        rq.depth -= 1
    if value is not SUSPENDED:
        cell.answer = None
    return value


class DirectCell(Cell):
    """An address under schedule DIRECT: an idle actor's turn runs on the sender's stack."""

    __slots__ = ()

    def tell(self, message: object) -> None:
        if self.idle:
            rq = self.rq
            depth = rq.depth
            if 0 < depth < MAX_DEPTH:
                handler = self.table.get(type(message))
                if handler is not None:
                    self.idle = False
                    self.handled += 1
                    rq.depth = depth + 1
                    try:
                        result = handler(self.actor, message)
                        if result is not None and (
                            result is SUSPENDED
                            or (
                                type(result) is CoroutineType
                                and conclude(self, result) is SUSPENDED
                            )
                        ):
                            rq.depth = depth
                            return
                    except Exception as error:
                        rq.depth = depth
                        turn_failed(self, error)
                        return
                    rq.depth = depth
                    if self.mail:
                        rq.push(self)
                    else:
                        self.idle = True
                    return
        Cell.tell(self, message)
