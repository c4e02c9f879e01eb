"""Turns: one message at a time, each run to completion, to its first wait, or to a crash.

A turn that awaits `self.ask` or `self.sleep` is parked: its coroutine lies in the cell, belongs to
no task, and goes on when the cell is resumed. Every coroutine has a context of its own, so context
variables that it sets do not reach the next turn.
"""

from __future__ import annotations

from collections.abc import Coroutine
from random import Random
from types import CoroutineType
from typing import Any, NoReturn

from .cell import Cell
from .errors import DeadlockError, TrioInTurn, UnknownMessage
from .notices import Outcome
from .pending import PARK, PendingAsk
from .reports import START, STOP
from .runqueue import RunQueue
from .supervision.unwinding import RefusedTurn

SUSPENDED = object()  # the turn is not over: parked, doing I/O, or cut short
INLINE = PendingAsk(None, None)  # stands for an ask that runs on the asker's stack
BATCH = 64  # messages that one cell handles before the next cell has its turn


def step(cell: Cell, coroutine: Coroutine[Any, Any, Any]) -> object:
    """Run `coroutine` to its next wait: SUSPENDED, or the value it returned."""
    rq = cell.rq
    if rq.unwinding:
        return postpone(cell, coroutine)
    outer, rq.driving = rq.driving, cell
    trace, cause = rq.trace, 0
    if trace is not None:
        cause, trace.running = trace.running, cell.turn
    context = cell.context
    if context is None:
        context = cell.context = rq.context.copy()
    # The one private name of trio: a scope or nursery opened in the turn belongs to the task
    # that happened to drive it, and would corrupt that task's stack of scopes.
    leader: Any = rq.leader
    scope = leader._cancel_status  # noqa: SLF001
    try:
        trap = context.run(coroutine.send, None)
    except StopIteration as stop:
        cell.context = None
        return stop.value
    finally:
        rq.driving = outer
        if trace is not None:
            trace.running = cause
    now = leader._cancel_status  # noqa: SLF001
    if trap is PARK and (  # what a refused turn above this one has left is not its fault
        now is scope or (rq.unwinding and rq.unwinding[-1].scopes == (scope, now))
    ):
        cell.parked = coroutine
        return SUSPENDED
    return refuse_trio(cell, coroutine, trap, scope)


def postpone(cell: Cell, coroutine: Coroutine[Any, Any, Any]) -> object:
    """Park a turn, begun or not, until no refused one lies on the leader's stack of scopes."""
    rq = cell.rq
    cell.parked = coroutine
    if cell.context is None:
        cell.context = rq.context.copy()
    rq.postponed.append(PendingAsk(None, cell))
    return SUSPENDED


def refuse_trio(
    cell: Cell, coroutine: Coroutine[Any, Any, Any], trap: object, scope: object
) -> NoReturn:
    """Unwind a turn that awaited trio; what cannot be unwound at once, the leader waits for.

    scope: the leader's innermost before the step.
    """
    error = TrioInTurn(cell.path)
    context, cell.context = cell.context, None
    if context is not None:
        turn = RefusedTurn(coroutine, context, error)
        unwound = turn.postpone(trap) if cell.rq.unwinding else turn.unwind(trap)
        if not unwound:
            leader: Any = cell.rq.leader
            turn.scopes = (scope, leader._cancel_status)  # noqa: SLF001 - as in `step`
            cell.rq.unwinding.append(turn)
            cell.rq.woke_trio = True
    raise error


def conclude(cell: Cell, coroutine: Coroutine[Any, Any, Any]) -> object:
    """Take a step of the cell's turn; once it is over, answer the ask that it was for."""
    value = step(cell, coroutine)
    if value is SUSPENDED:
        return SUSPENDED
    answer = cell.answer
    if answer is None:
        return None
    cell.answer = None
    answer.settle(value)
    if answer.message is START:
        cell.state = "running"
    elif answer.message is STOP:
        return SUSPENDED  # it takes no further message
    return None


def drain(rq: RunQueue, budget: int) -> None:
    """Give turns in order of readiness until nothing is ready or about `budget` were given."""
    ready = rq.ready
    table: dict[type, Any]
    while ready and budget > 0:
        cell = rq.current = ready.popleft()
        mail = cell.mail
        quota = depth = len(mail)
        if depth > cell.high_water:  # noqa: PLR1730 - max() costs a call in the hottest loop
            cell.high_water = depth
        if quota > BATCH:  # noqa: PLR1730
            quota = BATCH
        budget -= quota
        take = mail.popleft
        table = cell.table
        actor = cell.actor
        while quota and mail:
            quota -= 1
            message = take()
            cell.handled += 1
            try:
                handler = table[type(message)]
            except KeyError:
                discard_unknown(cell, message)
                continue
            result = handler(actor, message)
            if result is not None and (
                result is SUSPENDED
                or (type(result) is CoroutineType and conclude(cell, result) is SUSPENDED)
            ):
                break
        else:
            if mail:
                ready.append(cell)
            else:
                cell.idle = True


def drain_shuffled(rq: RunQueue, budget: int, chance: Random) -> None:
    """The same with a drawn cell each time, one message a turn."""
    ready = rq.ready
    draw = chance.random
    while ready and budget > 0:
        budget -= 1
        index = int(draw() * len(ready))
        cell = rq.current = ready[index]
        del ready[index]
        mail = cell.mail
        if not mail:
            cell.idle = True
            continue
        cell.high_water = max(cell.high_water, len(mail))
        message = mail.popleft()
        cell.handled += 1
        handler = cell.table.get(type(message))
        if handler is None:
            discard_unknown(cell, message)
            result = None
        else:
            result = handler(cell.actor, message)
        if type(result) is CoroutineType:
            result = conclude(cell, result)
        if result is not SUSPENDED:
            if mail:
                ready.append(cell)
            else:
                cell.idle = True


def discard_unknown(cell: Cell, message: object) -> None:
    """A message without a handler is a dead letter; its actor lives."""
    no_turn(cell)
    cell.rq.letters.add(cell.path, message, "no handler for this message")


def no_turn(cell: Cell) -> None:
    """What has just been taken begins no turn, so what sent it causes nothing."""
    if cell.rq.trace is not None:
        cell.rq.trace.arriving = None


# -- what the runtime puts into mailboxes


def on_ask(actor: Any, pending: PendingAsk) -> object:
    """A queued ask; one that has timed out meanwhile is skipped."""
    cell: Cell = actor._cell  # noqa: SLF001 - the runtime's own attribute
    if pending.done:
        no_turn(cell)
        return None
    handler = cell.table.get(type(pending.message))
    if handler is None:
        no_turn(cell)
        pending.settle(None, UnknownMessage(cell.path, type(pending.message)))
        return None
    cell.answer = pending
    if pending.message is STOP:
        cell.state = "stopping"
    result = handler(actor, pending.message)
    if result is SUSPENDED or type(result) is CoroutineType:
        return result
    if cell.answer is pending:
        cell.answer = None
        pending.settle(result)
    if pending.message is START:
        cell.state = "running"
    return SUSPENDED if pending.message is STOP else None


def on_resume(actor: Any, _: object) -> object:
    """An answer or a timer: the parked turn goes on."""
    cell: Cell = actor._cell  # noqa: SLF001
    cell.handled -= 1  # a mark, no message
    coroutine, cell.parked = cell.parked, None
    return None if coroutine is None else conclude(cell, coroutine)


def on_attend(actor: Any, _: object) -> object:
    """The oldest report."""
    cell: Cell = actor._cell  # noqa: SLF001
    if not cell.reports:
        return None
    report = cell.reports.popleft()
    handler = cell.table.get(type(report))
    if handler is None:
        discard_unknown(cell, report)
        return None
    result: object = handler(actor, report)
    return result


def on_timed(actor: Any, timed: Any) -> object:
    """A timer's message, where its incarnation still lives and it was not cancelled."""
    cell: Cell = actor._cell  # noqa: SLF001
    message = timed.timer.message
    if timed.epoch != cell.epoch or message is None:
        no_turn(cell)
        return None
    handler = cell.table.get(type(message))
    if handler is None:
        discard_unknown(cell, message)
        return None
    result: object = handler(actor, message)
    return result


def on_requested(actor: Any, request: Any) -> object:
    """A request has its outcome, where its incarnation still lives."""
    cell: Cell = actor._cell  # noqa: SLF001
    requests = cell.requests
    if request.epoch != cell.epoch or requests is None:
        no_turn(cell)
        return None
    requests.pop(request, None)
    pending = request.pending
    result: object = cell.table[Outcome](
        actor, Outcome(request.token, pending.value, pending.error)
    )
    return result


def on_ending(_: Any, __: object) -> object:
    """The supervisor has been told, and does the rest."""
    return SUSPENDED


def on_drained(actor: Any, drained: Any) -> object:
    """All that was queued before has been handled."""
    actor._cell.stop(drained.reason)  # noqa: SLF001
    return SUSPENDED


def on_start(actor: Any, _: object) -> object:
    """The incarnation's first turn."""
    result: object = actor.on_start()
    return result


def on_stop(actor: Any, _: object) -> object:
    """The incarnation's last turn."""
    result: object = actor.on_stop()
    return result


def check_cycle(asker: Cell, target: Cell) -> None:
    """Raise DeadlockError where `target` waits, through whatever chain, for `asker`."""
    trail = [asker.path]
    stack = [(target, trail)]
    seen: set[Cell] = set()
    while stack:
        cell, trail = stack.pop()
        if cell is asker:
            raise DeadlockError((*trail, asker.path))
        if cell in seen:
            continue
        seen.add(cell)
        follow = [*trail, cell.path]
        if cell.waiting_on is not None:
            stack.append((cell.waiting_on, follow))
        stack.extend((other, follow) for other in cell.io_waits or ())
        if cell.state not in {"running", "dead"} and cell.parent is not None:
            stack.append((cell.parent, follow))  # only its supervisor can make it take messages
