"""The supervisor: an actor that starts, restarts and stops its children as OTP's does.

Its waiting is done in parked turns, so reports that come meanwhile are handled in order
afterwards. Back-off is a timer instead: a group that waits for it does not keep its supervisor
from the others. Addresses survive the supervisor's own restart.
"""

from __future__ import annotations

from enum import Enum

import attrs

from ..actor import Actor
from ..cell import Cell
from ..errors import (
    ActorCrashed,
    ActorStopped,
    AskTimeout,
    NameTaken,
    NotStarted,
    RestartLimit,
    StartFailed,
    StillRunning,
)
from ..handlers import on
from ..messages import Ask
from ..notices import Terminated
from ..pending import PendingAsk
from ..ref import Ref
from ..reports import START, STOP, ChildExited, ChildFailed, RestartDue, StopChild
from ..turns import SUSPENDED
from .boundary import run_system
from .halting import bury, cut_turn, drop_backlog, halt, lineage, unready
from .install import install, make_cell
from .intensity import Intensity, delay_before
from .specs import Backlog, Child, Restart, Strategy, Supervisor

NO_ANSWER = (AskTimeout, ActorCrashed, ActorStopped)


@attrs.frozen
class StartChild(Ask[Ref]):
    """Start one more child; it is forgotten when its supervisor restarts. Answers its address."""

    spec: Child | Supervisor


class Manner(Enum):
    """How an incarnation ends."""

    ORDERLY = "orderly"  # its turn may end first
    ABRUPT = "abrupt"  # its turn is cut short


class SupervisorActor(Actor):
    """Made from a `Supervisor` value by the runtime."""

    def __init__(self, spec: Supervisor) -> None:
        self._spec = spec
        self._intensity = Intensity(spec.max_restarts, spec.window)
        self._round = 0

    @property
    def _children(self) -> dict[str, Cell]:
        return self._cell.children or {}

    # -- start and stop

    async def on_start(self) -> None:
        me = self._cell
        before = me.children or {}
        me.children = {}
        for spec in self._spec.children:  # all addresses first, so that siblings find each other
            known = before.pop(spec.name) if spec.name in before else None
            me.children[spec.name] = make_cell(me.rq, spec, me) if known is None else known
        for extra in before.values():
            bury(extra, "its supervisor restarted")
        for child in tuple(self._children.values()):
            try:
                await self._boot(child)
            except NO_ANSWER as error:
                await self._end_all()
                raise StartFailed(child.path) from (error.__cause__ or error)

    async def on_stop(self) -> None:
        await self._end_all()

    async def _end_all(self) -> None:
        stuck: StillRunning | None = None
        for child in reversed(tuple(self._children.values())):
            try:
                await self._end(child, Manner.ORDERLY)
            except StillRunning as error:
                stuck = stuck or error  # the others have their orderly end all the same
        if stuck is not None:
            raise stuck

    @on(StartChild)
    async def start_child(self, message: StartChild) -> Ref:
        me = self._cell
        spec = message.spec
        old = self._children.get(spec.name)
        if old is not None and old.is_alive:
            raise NameTaken(me.path, spec.name)
        child = make_cell(me.rq, spec, me)
        me.children = {**self._children, spec.name: child}
        try:
            await self._boot(child)
        except NO_ANSWER as error:
            await self._remove(child, "did not start")
            raise NotStarted(child.path) from (error.__cause__ or error)
        return child

    # -- what children report

    @on(ChildFailed)
    async def failed(self, report: ChildFailed) -> None:
        child = report.child
        if child.epoch == report.epoch and child.state in {"failed", "stillborn"}:
            await self._ended(child, report.error)

    @on(ChildExited)
    async def exited(self, report: ChildExited) -> None:
        child = report.child
        if child.epoch == report.epoch and child.state == "running":
            await self._end(child, Manner.ORDERLY)
            await self._ended(child, None, report.reason)

    @on(StopChild)
    async def stop_child(self, report: StopChild) -> None:
        child = report.child
        if child.is_alive:
            await self._end(child, Manner.ORDERLY, report.deadline)
            await self._remove(child, report.reason)
        else:  # a transient child that has ended: its group must not start it again
            self._forget(child)

    @on(RestartDue)
    async def restart_due(self, report: RestartDue) -> None:
        group = [c for c in report.group if c.round == report.round and c.state in WAITING]
        await self._boot_group(group)

    @on(Terminated)
    def terminated(self, message: Terminated) -> None:
        """A supervisor may be made to watch; it has nothing to do about it."""

    # -- restarting

    async def _ended(self, child: Cell, error: BaseException | None, reason: str = "") -> None:
        kind = child.spec.restart
        if kind is Restart.TEMPORARY or (kind is Restart.TRANSIENT and error is None):
            await self._end(child, Manner.ABRUPT)
            bury(child, reason or f"crashed: {type(error).__name__}")
            if kind is Restart.TEMPORARY:
                self._forget(child)
            return
        if not self._intensity.add(self.elapsed):
            await self._end_all()
            raise RestartLimit(
                self.path, restarts=self._intensity.count, window=self._spec.window
            ) from error
        await self._restart(child)

    async def _restart(self, child: Cell) -> None:
        group = self._group(child)
        for member in reversed(group):
            await self._end(member, Manner.ABRUPT)
            if member is not child and member.spec.restart is Restart.TEMPORARY:
                await self._remove(member, "its group restarted")
        group = [member for member in group if member.spec.restart is not Restart.TEMPORARY]
        delay = delay_before(self._intensity.count, self._spec.backoff, self.chance)
        if delay == 0:
            await self._boot_group(group)
            return
        self._round += 1
        for member in group:
            member.round = self._round
        rq = self._cell.rq
        due = RestartDue(tuple(group), self._round)
        rq.timers.set(rq.clock.elapsed() + delay, self._due, (self._cell.epoch, due))

    def _due(self, stamped: tuple[int, RestartDue]) -> None:
        epoch, due = stamped
        if self._cell.epoch == epoch:
            self._cell.report(due)

    def _group(self, child: Cell) -> list[Cell]:
        if self._spec.strategy is Strategy.ONE_FOR_ONE:
            return [child]
        children = list(self._children.values())
        if self._spec.strategy is Strategy.ONE_FOR_ALL:
            return children
        return children[children.index(child) :]

    async def _boot_group(self, group: list[Cell]) -> None:
        """Start the members in order; where one fails, that is its next failure."""
        for child in group:
            child.restarts += 1
            try:
                await self._boot(child)
            except NO_ANSWER as error:
                if child.state != "failed":
                    child.state = "stillborn"
                self._cell.report(ChildFailed(child, child.epoch, error.__cause__ or error))
                return

    # -- one child

    async def _boot(self, child: Cell) -> None:
        """Start a fresh incarnation and wait for its `on_start`."""
        if may_unwind(child):
            await self._unwound(child)
        install(child)
        value = self._run(child, START)
        if value is SUSPENDED:
            try:
                await self._await(child, START, child.spec.start_deadline)
            except AskTimeout:
                halt(child)
                child.state = "stillborn"
                raise
        else:
            child.state = "running"
            child.end_turn()

    async def _end(self, child: Cell, manner: Manner, patience: int | None = None) -> None:
        """End the incarnation: its turn, `on_stop`, its tasks. The address stays."""
        if child.state == "failed" and not may_unwind(child) and not overrides_stop(child):
            child.state = "suspended"  # the crash has ended all that there was
            return
        if child.state in {"running", "failed", "stopping"}:
            try:
                await self._run_stop(child, manner, patience)
            except NO_ANSWER as error:
                child.rq.letters.add(child.path, STOP, f"on_stop: {error.__cause__ or error}")
        if child.state not in {"dead", "new"}:
            halt(child)
            child.state = "suspended"
        await self._unwound(child)
        if manner is Manner.ABRUPT and child.spec.backlog is Backlog.DROP:
            drop_backlog(child)

    async def _run_stop(self, child: Cell, manner: Manner, patience: int | None) -> None:
        deadline = child.spec.stop_deadline if patience is None else patience
        if child.state == "stopping":  # under way since before this supervisor's turn was cut
            if child.parked is not None:
                await self._await(child, STOP, deadline)
            return
        if child.children is not None or manner is Manner.ABRUPT:
            cut_turn(child)
            if cancel_io_turn(child):
                await self._unwound(child)
        if is_busy(child):
            pending = PendingAsk(STOP, self._cell)
            child.report(pending)
            await self._park_for(child, pending, deadline)
            return
        unready(child)
        child.state = "stopping"
        if self._run(child, STOP) is SUSPENDED:
            await self._await(child, STOP, deadline)

    def _run(self, child: Cell, message: Ask[None]) -> object:
        """Begin a turn of `child`; what it asks meanwhile must not wait for this supervisor."""
        me = self._cell
        me.waiting_on = child
        try:
            return run_system(child, message)
        finally:
            me.waiting_on = None

    async def _await(self, child: Cell, message: Ask[None], deadline: int) -> None:
        """Wait for a turn that `run_system` began."""
        pending = PendingAsk(message, self._cell)
        child.answer = pending
        await self._park_for(child, pending, deadline)

    async def _unwound(self, child: Cell) -> None:
        """Wait until no task of the old incarnations below `child` is left."""
        for below in tuple(lineage(child)):
            tasks = below.tasks
            if tasks is None:
                continue
            if tasks.running:
                pending = PendingAsk(None, self._cell)
                tasks.tell_when_done(pending)
                try:
                    await self._park_for(below, pending, below.spec.stop_deadline)
                except AskTimeout:
                    raise StillRunning(below.path, tasks=tasks.running) from None
            below.tasks = None

    async def _remove(self, child: Cell, reason: str) -> None:
        await self._end(child, Manner.ABRUPT)
        bury(child, reason)
        self._forget(child)

    def _forget(self, child: Cell) -> None:
        kept = {name: cell for name, cell in self._children.items() if cell is not child}
        self._cell.children = kept


WAITING = frozenset({"suspended", "stillborn", "failed"})


def may_unwind(child: Cell) -> bool:
    """Whether tasks may be left of the incarnations at and below `child`."""
    return child.tasks is not None or child.children is not None


def overrides_stop(child: Cell) -> bool:
    """Whether the incarnation has something to do when it ends."""
    return type(child.actor).on_stop is not Actor.on_stop


def is_busy(child: Cell) -> bool:
    """Whether a turn of `child` is under way."""
    return child.parked is not None or (child.tasks is not None and child.tasks.has_io_turn)


def cancel_io_turn(child: Cell) -> bool:
    """Cut the I/O turn of a child short, where it has one; background tasks end with it."""
    if child.tasks is None or not child.tasks.has_io_turn:
        return False
    child.epoch += 1
    child.tasks.cancel()
    child.tasks.has_io_turn = False
    return True
