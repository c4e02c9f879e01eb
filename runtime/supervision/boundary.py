"""The turn boundary: what a handler raises becomes a crash of its actor, or its answer.

Turns begin in four places: the run-queue's slice, an ask that runs on the asker's stack, a tell
that runs on the sender's (schedule DIRECT), and the event source of a replay. All are here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain, islice
from types import CoroutineType
from typing import Any

from ..cell import Cell
from ..errors import ActorCrashed, MailboxFull, Refusal, UnknownMessage, UsageError
from ..notices import Crashed
from ..reports import ChildFailed
from ..runqueue import RunQueue
from ..topics import ByTopic
from ..turns import INLINE, SUSPENDED, conclude, step
from .halting import drop_backlog, halt

Event = tuple[int, Any, Any]  # ms, reference, message

ROOM = 31  # turns inside turns; deeper ones are queued

EVENTS = 4096  # of a replay, and turns of one of them, between two looks at trio

DEFERRED = object()  # the turn is over, its answer comes later


def run_slice(rq: RunQueue, drain: Callable[[RunQueue, int], None], budget: int) -> None:
    """Give turns until nothing is ready or about `budget` were given."""
    rq.slice_at = rq.clock.elapsed()
    rq.room = ROOM
    try:
        while True:
            try:
                drain(rq, budget)
            except Exception as error:
                rq.room = ROOM
                turn_failed(rq.current, error)
                if rq.unwinding:
                    return
            else:
                return
    finally:
        rq.room = 0


class Tape:
    """What is left of a replay: its source, and an event that was taken before its time."""

    def __init__(self, source: Iterator[Event]) -> None:
        self.error: Exception | None = None  # what the source raised
        self.has_ended = False
        self._source = source
        self._held: tuple[Event, ...] = ()

    def take(self, count: int) -> Iterator[Event]:
        """The next `count` events."""
        held, self._held = self._held, ()
        return islice(chain(held, self._source) if held else self._source, count)

    def put_back(self, event: Event) -> None:
        """Keep an event that was taken for the next time."""
        self._held = (event,)

    def fail(self, error: Exception) -> None:
        """The source raised."""
        self.error = error
        self.has_ended = True


def run_replay(  # noqa: C901, PLR0912 - one frame for the way of every candle
    rq: RunQueue,
    drain: Callable[[RunQueue, int], None],
    tape: Tape,
    deadline: float,
) -> None:
    """Deliver events up to trio's `deadline`, ms, or until a trio task has something to do.

    Timers that are due at or before an event fire first, each followed by full quiescence.
    """
    clock: Any = rq.clock
    heap = rq.timers.heap
    ready = rq.ready
    last = clock.time
    moment = None
    direct = rq.cell_type is DirectCell
    is_bounded = deadline < math.inf
    rq.slice_at = clock.time
    rq.room = ROOM  # the events themselves are turns: what they tell may run inside them
    try:
        for moment, ref, message in tape.take(EVENTS):
            if moment < last or (is_bounded and moment >= deadline):
                check_order(last, moment)
                if fire_until(rq, drain, deadline):
                    clock.advance_to(deadline)  # trio's turn, which comes before the event
                tape.put_back((moment, ref, message))
                return
            if heap and heap[0][0] <= moment and not fire_until(rq, drain, moment):
                tape.put_back((moment, ref, message))
                return
            clock.time = last = moment
            handler = ref.table.get(type(message)) if direct and ref.idle else None
            if handler is not None:
                ref.idle = False
                ref.handled += 1
                try:
                    result = handler(ref.actor, message)
                    if result is None and not ref.mail:
                        ref.idle = True
                    else:
                        finish_turn(ref, result)
                except Exception as error:
                    turn_failed(ref, error)
            else:
                ref.tell(message)
            if ready:
                settle_turns(rq, drain)
                if ready:
                    return
            if rq.woke_trio:
                return
        tape.has_ended = moment is None
    except Exception as error:
        tape.fail(error)
    finally:
        rq.room = 0


def fire_until(rq: RunQueue, drain: Callable[[RunQueue, int], None], moment: float) -> bool:
    """Fire the timers due up to `moment`, each followed by quiescence; False to pause there."""
    clock: Any = rq.clock
    timers = rq.timers
    for _ in range(EVENTS):
        if timers.next_due > moment:
            return True
        clock.advance_to(timers.next_due)
        timers.fire_due(clock.time)
        settle_turns(rq, drain)
        if rq.woke_trio or rq.holds or rq.ready:
            return False
    return False


def settle_turns(rq: RunQueue, drain: Callable[[RunQueue, int], None]) -> None:
    """Give turns until nothing is ready; what is still ready then gets the leader's slices."""
    run_slice(rq, drain, EVENTS)
    rq.room = ROOM


def check_order(last: int, moment: int) -> None:
    """Refuse an event that is older than what has happened."""
    if moment < last:
        raise UsageError(
            f"a replay goes forward in time: an event at {moment} ms comes after {last} ms; "
            "sort the source, or start the clock earlier"
        )


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
    answer, cell.answer = cell.answer, None
    halt(cell)
    drop_backlog(cell)
    if was in {"starting", "stopping"}:
        cell.state = "stillborn" if was == "starting" else "suspended"
    else:
        cell.state = "failed"
    cell.error = error
    announce(cell, error)
    if answer is not None and answer is not INLINE:
        failure = ActorCrashed(cell.path)
        failure.__cause__ = error
        answer.settle(None, failure)
    if was == "running":
        if cell.parent is None:
            cell.rq.root_failed(error)
        else:
            cell.parent.report(ChildFailed(cell, cell.epoch, error))


def announce(cell: Cell, error: BaseException) -> None:
    """Tell of a crash all who listen for any; one who has no room for it does not hear it."""
    for listener in cell.rq.topics.anywhere(Crashed):
        if listener is not cell and len(listener.mail) < listener.bound:
            listener.mail.append(Crashed(cell.path, error, cell.rq.clock.now()))
            listener.make_ready()


def run_nested(rq: RunQueue, cell: Cell, message: object, asker: Cell | None) -> object:
    """A turn of an idle cell on the asker's stack.

    asker: who waits for it; None: nobody does, it is a request.
    Gives its value, SUSPENDED, or DEFERRED; raises what the asker is to be told.
    """
    try:
        handler = cell.table[type(message)]
    except KeyError:
        raise UnknownMessage(cell.path, type(message)) from None
    room = rq.room
    cell.idle = False
    cell.handled += 1
    cell.answer = INLINE
    rq.room = room - 1
    try:
        value = handler(cell.actor, message)
        if type(value) is CoroutineType:
            if asker is None:
                value = step(cell, value)
            else:
                asker.waiting_on = cell  # only what awaits can close a cycle
                try:
                    value = step(cell, value)
                finally:
                    asker.waiting_on = None
    except Exception as error:
        rq.room = room
        if isinstance(error, Refusal) and cell.answer is INLINE:
            cell.answer = None
            cell.context = None
            cell.end_turn()
            raise
        crashed(cell, error)
        raise ActorCrashed(cell.path) from error
    rq.room = room
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
    room = rq.room
    rq.room = max(0, room - 1)
    try:
        value = cell.table[type(message)](cell.actor, message)
        if type(value) is CoroutineType:
            value = step(cell, value)
    except Exception as error:
        crashed(cell, error)
        raise ActorCrashed(cell.path) from error
    finally:
        rq.room = room
    if value is not SUSPENDED:
        cell.answer = None
    return value


def finish_turn(cell: Cell, result: object) -> None:
    """What is left to do after a turn on a borrowed stack, where there is anything left."""
    if type(result) is CoroutineType:
        try:
            result = conclude(cell, result)
        except Exception as error:
            turn_failed(cell, error)
            return
    if result is not SUSPENDED:
        cell.end_turn()


class DirectCell(Cell):
    """An address under schedule DIRECT: an idle actor's turn runs on the sender's stack."""

    __slots__ = ()

    def tell(self, message: object) -> None:
        rq = self.rq
        room = rq.room
        if self.idle and room:
            handler = self.table.get(type(message))
            if handler is not None:
                self.idle = False
                self.handled += 1
                rq.room = room - 1
                try:
                    result = handler(self.actor, message)
                    if result is None and not self.mail:
                        self.idle = True
                    else:
                        finish_turn(self, result)
                except Exception as error:
                    turn_failed(self, error)
                rq.room = room
                return
        Cell.tell(self, message)

    def publish(self, event: object) -> None:
        # As `tell` to each subscriber.
        event_type = type(event)
        try:
            audience = self.audience[event_type]
        except KeyError:
            audience = self.rq.topics.audience(self, event_type)
        if type(audience) is ByTopic:
            audience = audience.of(event)
        rq = self.rq
        room = rq.room
        if not room:
            Cell.publish(self, event)
            return
        rq.room = room - 1
        for cell, handler in audience:
            if cell.idle and handler is not None:
                cell.idle = False
                cell.handled += 1
                try:
                    result = handler(cell.actor, event)
                    if result is None and not cell.mail:
                        cell.idle = True
                    else:
                        finish_turn(cell, result)
                except Exception as error:
                    turn_failed(cell, error)
            else:
                try:
                    cell.tell(event)
                except MailboxFull:
                    rq.room = room
                    tell_rest(audience, cell, event)
                    raise
        rq.room = room


def tell_rest(audience: Iterable[tuple[Cell, Any]], full: Cell, event: object) -> None:
    """Tell those after `full`, whose mailbox is: it does not keep the event from the others."""
    rest = iter(audience)
    for cell, _ in rest:
        if cell is full:
            break
    for cell, _ in rest:
        with suppress(MailboxFull):
            cell.tell(event)
