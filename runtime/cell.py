"""The cell: the address that survives restarts, its mailbox and its current incarnation.

A cell is idle, ready (in the run-queue), in a turn, parked (its turn awaits something), suspended
(between two incarnations) or dead. `idle` alone is read on the hot path: whoever finds it set may
give the cell a turn, whoever finds it unset queues the message and leaves.
"""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Coroutine, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar, cast

from .clock import Millis
from .errors import ActorCrashed, ActorStopped, AskTimeout, MailboxFull
from .mailbox import (
    ConflatingMail,
    DroppingMail,
    MailboxStatistics,
    Overflow,
    SystemMessage,
    make_mail,
    payload,
)
from .messages import Ask
from .pending import PendingAsk
from .ref import Ref
from .reports import ATTEND, ENDING, RESUME, Drained, Requested, StopChild
from .runqueue import RunQueue
from .supervision.specs import Child, Supervisor
from .topics import ByTopic, Heard
from .tracing import TracedMail

R = TypeVar("R")

Audiences: TypeAlias = Mapping[type, Heard | ByTopic]
"""Who hears an event of each class: addresses, each with the handler of its incarnation."""

NOBODY: Audiences = MappingProxyType({})

UNBOUNDED = 1 << 62  # the queue itself holds the bound


class Cell(Ref):
    """An address under the schedules that queue every tell."""

    __slots__ = (
        "__weakref__",
        "_path",
        "actor",
        "answer",
        "audience",
        "bound",
        "children",
        "context",
        "deferred",
        "epoch",
        "error",
        "handled",
        "high_water",
        "host",
        "idle",
        "inline",
        "io_waits",
        "mail",
        "parent",
        "parked",
        "reports",
        "requests",
        "restarts",
        "round",
        "rq",
        "since",
        "spec",
        "state",
        "table",
        "tasks",
        "turn",
        "waiting_on",
        "watchers",
    )

    def __init__(
        self, rq: RunQueue, path: str, parent: Cell | None, spec: Child | Supervisor
    ) -> None:
        self.rq = rq
        self._path = path
        self.parent = parent
        self.spec = spec
        mail: Any = make_mail(path, spec.mailbox)
        self.mail: Any = mail if rq.trace is None else TracedMail(mail, rq.trace)
        self.bound = spec.mailbox.bound if spec.mailbox.overflow is Overflow.RAISE else UNBOUNDED
        self.idle = False
        self.inline = False  # whether asks may run on the asker's stack
        self.table: dict[type, Any] = {}
        self.actor: Any = None
        self.epoch = 0  # stamps what belongs to one incarnation
        self.round = 0  # stamps a restart that waits for its back-off
        self.state = "new"
        self.error: BaseException | None = None  # what the latest crash raised
        self.parked: Coroutine[Any, Any, Any] | None = None
        self.context: contextvars.Context | None = None
        self.answer: PendingAsk | None = None  # the ask that the current turn answers
        self.deferred: dict[PendingAsk, None] | None = None  # asks to be answered later, in order
        self.requests: dict[Requested, None] | None = None  # under way, in order
        self.waiting_on: Cell | None = None
        self.io_waits: list[Cell] | None = None  # asks of an I/O turn, which may be several
        self.watchers: list[tuple[Cell, int]] | None = None  # with the epoch that watches
        self.reports: deque[Any] | None = None
        self.children: dict[str, Cell] | None = None
        self.tasks: Any = None  # of the incarnation
        self.host: Any = None  # of a supervisor: the nursery of its children
        self.audience: Audiences = NOBODY  # of its events, where resolved
        self.handled = 0
        self.high_water = 0
        self.restarts = 0
        self.since = Millis(0)
        self.turn = 0

    # -- the public face

    @property
    def path(self) -> str:
        return self._path

    @property
    def is_alive(self) -> bool:
        return self.state != "dead"

    def tell(self, message: object) -> None:
        mail = self.mail
        if self.idle:
            mail.append(message)  # first: a conflating mailbox's key may raise
            self.idle = False
            rq = self.rq
            self.since = rq.slice_at
            rq.ready.append(self)
            if rq.asleep:
                rq.wake()
        elif len(mail) >= self.bound:
            raise MailboxFull(self._path, bound=self.bound)
        else:
            mail.append(message)

    async def ask(self, message: Ask[R], *, timeout: int | None = None) -> R:
        pending = PendingAsk(message, None)
        return cast("R", await self.await_answer(pending, timeout))

    def stop(self, reason: str = "stopped", *, deadline: int | None = None) -> None:
        if self.parent is None:
            self.rq.stop_root(reason)
        else:
            if self.state != "dead":
                self.take_no_more()
            self.parent.report(StopChild(self, reason, deadline))  # it may know one that has ended

    def drain(self, reason: str = "drained") -> None:
        if self.state == "dead":
            self.stop(reason)  # there is nothing to be handled
        else:
            self.mail.append(Drained(reason))
            self.make_ready()

    def statistics(self) -> MailboxStatistics:
        inner = self.mail.inner if isinstance(self.mail, TracedMail) else self.mail
        depth = len(inner)
        return MailboxStatistics(
            depth=depth,
            bound=self.spec.mailbox.bound,
            high_water=max(self.high_water, depth),
            handled=self.handled,
            dropped=inner.dropped if isinstance(inner, DroppingMail) else 0,
            conflated=inner.conflated if isinstance(inner, ConflatingMail) else 0,
            age=Millis(max(0, self.rq.clock.elapsed() - self.since)) if depth else Millis(0),
        )

    # -- for the runtime

    def publish(self, event: object) -> None:
        """Tell each subscriber; one full mailbox does not keep it from the others."""
        try:
            audience = self.audience[type(event)]
        except KeyError:
            audience = self.rq.topics.audience(self, type(event))
        if type(audience) is ByTopic:
            audience = audience.of(event)
        full: MailboxFull | None = None
        for cell, _ in audience:
            try:
                cell.tell(event)
            except MailboxFull as error:
                full = error
        if full is not None:
            raise full

    def make_ready(self) -> None:
        """Give an idle cell a turn."""
        if self.idle:
            self.idle = False
            self.since = self.rq.slice_at
            self.rq.push(self)

    def take_no_more(self) -> None:
        """Let the current turn be the last until the supervisor has dealt with the cell."""
        if self.idle:
            self.idle = False
        else:
            self.mail.appendleft(ENDING)

    def report(self, report: object) -> None:
        """Queue what the runtime says: before user messages, in order among reports."""
        if self.state == "dead":
            return
        if self.reports is None:
            self.reports = deque()
        self.reports.append(report)
        mail = self.mail
        if next(iter(mail), None) is RESUME:
            mail.insert(1, ATTEND)  # a parked turn ends before another begins
        else:
            mail.appendleft(ATTEND)
        if self.idle:
            self.idle = False
            self.rq.push_first(self)

    def queue_ask(self, pending: PendingAsk) -> None:
        """Queue an ask behind what waits; raises as `tell` does."""
        if self.state == "dead":
            raise ActorStopped(self._path)
        Cell.tell(self, pending)

    async def await_answer(self, pending: PendingAsk, timeout: int | None) -> object:
        """Queue an ask and wait for it in the current trio task."""
        self.queue_ask(pending)
        rq = self.rq
        patience = rq.deadline if timeout is None else timeout
        due = rq.clock.elapsed() + patience
        rq.timers.set(due, expire_ask, (pending, self._path, patience))
        rq.outside[pending] = None
        if rq.asleep:
            rq.wake()  # its deadline may be the next
        try:
            await pending.wait_on_trio(rq)
        finally:
            rq.outside.pop(pending, None)
            rq.timers.note_dead()  # the deadline
        return pending.outcome()

    def resume_front(self) -> None:
        """An answer came: the parked turn goes on next."""
        self.mail.appendleft(RESUME)
        self.rq.push_first(self)

    def resume_back(self) -> None:
        """A timer fired: the parked turn goes on after what is ready."""
        self.mail.appendleft(RESUME)
        self.rq.push(self)

    def end_turn(self) -> None:
        """The turn is over: take the next message, or rest."""
        if self.mail:
            self.rq.push(self)
        else:
            self.idle = True

    def discard_mail(self, error: type[ActorCrashed | ActorStopped], why: str) -> None:
        """Empty the mailbox: asks fail with `error`, the rest become dead letters."""
        while self.mail:
            message = payload(self.mail.popleft())
            if isinstance(message, PendingAsk):
                message.settle(None, error(self._path))
            elif not isinstance(message, SystemMessage):
                self.rq.letters.add(self._path, message, why)


def expire_ask(late: tuple[PendingAsk, str, int]) -> None:
    """An ask's deadline has passed."""
    pending, path, patience = late
    if not pending.done:
        pending.expire(AskTimeout(path, timeout=patience))
