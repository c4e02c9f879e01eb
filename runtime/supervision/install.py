"""Making cells and putting fresh incarnations into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..cell import Cell
from ..errors import ActorCrashed
from ..pending import PendingAsk
from ..reports import Attend, Drained, Ending, Requested, Resume, Start, Stop, Timed
from ..runqueue import RunQueue
from ..tracing import traced
from ..turns import (
    on_ask,
    on_attend,
    on_drained,
    on_ending,
    on_requested,
    on_resume,
    on_start,
    on_stop,
    on_timed,
)
from .specs import Child, Supervisor
from .tasks import start_io_turn


def make_cell(rq: RunQueue, spec: Child | Supervisor, parent: Cell | None) -> Cell:
    """A new address; it takes messages at once and handles them once it is started."""
    path = f"{parent.path if parent is not None else ''}/{spec.name}"
    kind = Cell if isinstance(spec, Supervisor) else rq.cell_type
    cell: Cell = kind(rq, path, parent, spec)
    return cell


def install(cell: Cell) -> None:
    """Put a fresh incarnation into `cell`. Raises ActorCrashed where the factory does."""
    if cell.state == "dead":
        revive(cell)
    cell.state = "starting"
    cell.epoch += 1  # what the old incarnation's clean-up has set or subscribed is void
    cell.rq.topics.forget(cell)
    try:
        spec = cell.spec
        actor: Any = spec.factory() if isinstance(spec, Child) else cell.rq.make_supervisor(spec)
    except Exception as error:
        cell.error = error
        cell.state = "stillborn"
        raise ActorCrashed(cell.path) from error
    actor._cell = cell  # noqa: SLF001 - the runtime's own attribute
    actor.publish = cell.publish  # on every candle's way: one call less than through the class
    cell.actor = actor
    cell.table = table_of(cell.rq, type(actor))
    cell.inline = cell.rq.inline_asks and not isinstance(cell.spec, Supervisor)


def revive(cell: Cell) -> None:
    """Give a buried address its mailbox back: its group restarts with it."""
    fresh = type(cell)(cell.rq, cell.path, cell.parent, cell.spec)
    cell.mail = fresh.mail


def table_of(rq: RunQueue, cls: type[Any]) -> dict[type, Any]:
    """The turns of a class by message type: its handlers, wrapped where that is asked for."""
    table = rq.tables.get(cls)
    if table is None:
        table = rq.tables[cls] = make_table(rq, cls)
    return table


def make_table(rq: RunQueue, cls: type[Any]) -> dict[type, Any]:
    """See `table_of`."""
    trace = rq.trace
    wrap: Callable[[Any], Any] = (lambda f: f) if trace is None else (lambda f: traced(f, trace))
    table: dict[type, Any] = {}
    for message_type, handler in cls.handlers.items():
        is_io = message_type in cls.io_messages
        table[message_type] = wrap(start_io_turn(handler) if is_io else handler)
    table[PendingAsk] = on_ask
    table[Attend] = on_attend
    table[Timed] = on_timed
    table[Requested] = on_requested
    table[Resume] = wrap(on_resume)
    table[Start] = wrap(on_start)
    table[Stop] = wrap(on_stop)
    table[Ending] = on_ending
    table[Drained] = wrap(on_drained)
    return table
