"""Actor: the class that users inherit from. An instance is one incarnation.

An actor owns its state, is reached only by message, and reads time and chance only through
`self.now` and `self.chance`. Whatever a handler raises crashes the incarnation; its supervisor
makes a new one behind the same address.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, ClassVar, TypeVar, cast

from . import chance
from .cell import Cell, expire_ask
from .clock import Millis
from .errors import AskError, MailboxFull, NoSuchActor, Refusal, UnknownMessage, UsageError
from .handlers import collect
from .messages import Ask
from .notices import Outcome, Terminated
from .pending import PendingAsk, Reply, park
from .ref import Ref
from .reports import ChildExited, Requested, Timed
from .supervision.boundary import run_nested
from .supervision.tasks import spawn
from .timers import Timer
from .turns import INLINE, check_cycle

R = TypeVar("R")

LIVING = frozenset({"starting", "running", "stopping"})  # states of a cell with an incarnation


class Actor:
    """One life of an actor. `__init__` takes values; references are looked up in `on_start`."""

    handlers: ClassVar[dict[type, Any]] = {}
    io_messages: ClassVar[frozenset[type]] = frozenset()
    _cell: Cell
    _chance: Random | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.handlers, cls.io_messages = collect(cls)

    # -- to be overridden

    def on_start(self) -> Any:
        """Called before the first message. May be `async def`; later siblings wait for it."""

    def on_stop(self) -> Any:
        """Called when the incarnation ends, after a crash too. May be `async def`."""

    # -- who and when

    @property
    def ref(self) -> Ref:
        """The own address."""
        return self._cell

    @property
    def path(self) -> str:
        """The own path, from the root."""
        return self._cell.path

    @property
    def now(self) -> Millis:
        """Wall time, ms UTC."""
        return self._cell.rq.clock.now()

    @property
    def elapsed(self) -> Millis:
        """Monotonic time, ms."""
        return self._cell.rq.clock.elapsed()

    @property
    def chance(self) -> Random:
        """This incarnation's stream of chance, from the System's seed and the path."""
        if self._chance is None:
            cell = self._cell
            self._chance = chance.stream(cell.rq.seed, cell.path, cell.epoch)
        return self._chance

    @property
    def backlog(self) -> int:
        """How many messages wait in the own mailbox."""
        return len(self._cell.mail)

    def lookup(self, path: str) -> Ref:
        """The address at `path`: a sibling's name, `../name` one level up, or `/from/the/root`.

        Raises NoSuchActor. Siblings can be looked up before they have started.
        """
        return find(self._cell, path)

    # -- asking and waiting

    async def ask(self, ref: Ref, message: Ask[R], *, timeout: int | None = None) -> R:
        """The answer of `ref`, in a handler.

        timeout: ms; the System's default deadline where it is None. Where the target is idle, its
        turn runs here and now. Raises as `Ref.ask`, and DeadlockError where the ask would wait
        for itself.
        """
        me = self._cell
        rq = me.rq
        target: Any = ref  # a Cell; no cast() in here, it is a call on every order's way
        answer: Any
        if rq.driving is not me:
            answer = await self._ask_from_task(target, message, timeout)
            return answer  # type: ignore[no-any-return]  # the message says that it is an R
        if target.idle and target.inline and rq.room:
            answer = run_nested(rq, target, message, me)
            pending = target.answer
            if pending is None:
                return answer  # type: ignore[no-any-return]
            if pending is INLINE:
                pending = target.answer = PendingAsk(message, me)
            else:
                adopt(pending, me)
                target.answer = None
        else:
            check_cycle(me, target)
            pending = PendingAsk(message, me)
            target.queue_ask(pending)
        answer = await self._park_for(target, pending, timeout)
        return answer  # type: ignore[no-any-return]

    def request(
        self, ref: Ref, message: Ask[Any], token: object = None, *, timeout: int | None = None
    ) -> Outcome | None:
        """Ask without waiting: the outcome now, where it is known now, or None.

        After None it comes as an `Outcome` with this `token`, which the actor must handle, in a
        turn of its own and behind what waits already; the mailbox goes on meanwhile. What an ask
        would raise is in the outcome. timeout: ms, as of an ask. It belongs to this incarnation:
        where that ends, the request is withdrawn if it was not taken up, and nothing comes.
        """
        me = self._cell
        if Outcome not in me.table:
            raise UsageError(f"{me.path} makes a request: declare a handler with @on(Outcome)")
        rq = me.rq
        target: Any = ref
        try:
            if target.idle and target.inline and rq.room:
                answer = run_nested(rq, target, message, None)
                pending = target.answer
                if pending is None:
                    return Outcome(token, answer)
                if pending is INLINE:
                    request = Requested(me, token, PendingAsk(message, None))
                    target.answer = request.pending
                else:
                    target.answer = None
                    request = Requested(me, token, pending)
            else:
                request = Requested(me, token, PendingAsk(message, None))
                target.queue_ask(request.pending)
        except (Refusal, AskError, MailboxFull, UnknownMessage) as error:
            return Outcome(token, None, error)
        return self._make(request, target, timeout)

    async def sleep(self, duration: int) -> None:
        """Let `duration` ms pass; the mailbox waits meanwhile."""
        me = self._cell
        rq = me.rq
        if rq.driving is me:
            pending = PendingAsk(None, me)
            rq.timers.set(rq.clock.elapsed() + duration, expire_sleep, pending)
            await park()
        else:
            refuse_in_cut_turn(me)
            pending = PendingAsk(None, None)
            rq.timers.set(rq.clock.elapsed() + duration, expire_sleep, pending)
            rq.wake()
            rq.outside[pending] = None
            try:
                await pending.wait_on_trio(rq)
            finally:
                rq.outside.pop(pending, None)
        pending.outcome()

    def reply_later(self) -> Reply:
        """Take the answer of this turn's ask away, to be given after the turn.

        Where the incarnation ends first, the asker gets ActorCrashed.
        """
        me = self._cell
        pending = me.answer
        if pending is None or (me.deferred is not None and pending in me.deferred):
            raise UsageError(f"{me.path}: this turn answers no ask, or its answer was taken before")
        if pending is INLINE:
            pending = me.answer = PendingAsk(None, None)
        else:
            me.answer = None
        if me.deferred is None:
            me.deferred = {}
        me.deferred[pending] = None
        return Reply(pending, me.deferred)

    # -- timers and tasks

    def after(self, delay: int, message: object) -> Timer:
        """Handle `message` in `delay` ms, in this incarnation."""
        me = self._cell
        return self._set_timer(me.rq.clock.elapsed() + delay, message)

    def at(self, moment: int, message: object) -> Timer:
        """Handle `message` at the wall time `moment`, ms UTC; at once where that has passed."""
        return self.after(max(0, moment - self.now), message)

    def spawn(self, function: Callable[..., Awaitable[Any]], *args: object) -> None:
        """Run an async function as a background task of this incarnation.

        It may await trio. It reaches the own state only through `self.ref.tell`, and asks with
        `ref.ask`. Its crash is the actor's crash; restart and stop cancel it and wait for it.
        """
        me = self._cell
        if me.actor is not self or me.state not in LIVING:
            raise UsageError(f"{me.path}: this incarnation has ended and can start no task")
        spawn(me, function, args)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Let virtual time stand still while real work (a thread, a socket) runs."""
        rq = self._cell.rq
        rq.holds += 1
        rq.woke_trio = True  # so that time does not move before the hold is seen
        try:
            yield
        finally:
            rq.holds -= 1
            rq.wake()

    # -- others

    def publish(self, event: object) -> None:
        """Tell `event` to all who subscribed to its class."""
        self._cell.publish(event)

    def announce(self, event_type: Callable[..., object], *fields: object) -> None:
        """Publish `event_type(*fields)`, which is built only where somebody may hear it."""
        cell = self._cell
        if cell.audience.get(event_type) != ():  # type: ignore[call-overload]
            cell.publish(event_type(*fields))

    def subscribe(self, source: Ref | None, event_type: type, *, about: str | None = None) -> None:
        """Hear events of exactly this class from `source`, or from any publisher where None.

        about: only those whose `about` is this, such as a symbol; None: all.
        """
        me = self._cell
        me.rq.topics.subscribe(me, source, event_type, about)

    def unsubscribe(
        self, source: Ref | None, event_type: type, *, about: str | None = None
    ) -> None:
        """End a subscription."""
        me = self._cell
        me.rq.topics.unsubscribe(me, source, event_type, about)

    def watch(self, ref: Ref) -> None:
        """Hear `Terminated` once `ref` is gone for good; at once where it is."""
        me, target = self._cell, cast("Cell", ref)
        if target.state == "dead":
            me.report(Terminated(target, "dead"))
        elif (me, me.epoch) not in (watchers := target.watchers or ()):
            living = [(cell, epoch) for cell, epoch in watchers if cell.epoch == epoch]
            target.watchers = [*living, (me, me.epoch)]

    def stop(self, reason: str = "done") -> None:
        """End normally after this turn; a permanent child is then restarted."""
        me = self._cell
        if me.parent is None:
            me.rq.stop_root(reason)
        else:
            me.take_no_more()
            me.parent.report(ChildExited(me, me.epoch, reason))

    # -- inside

    def _set_timer(self, due: int, message: object) -> Timer:
        me = self._cell
        timer = Timer(message)
        epoch = me.epoch

        def fire(timer: Timer) -> None:
            if epoch == me.epoch and not timer.is_cancelled:
                me.mail.append(Timed(epoch, timer))
                me.make_ready()

        me.rq.timers.set_timer(due, fire, timer)
        if me.rq.asleep:
            me.rq.wake()
        return timer

    def _make(self, request: Requested, target: Cell, timeout: int | None) -> Outcome | None:
        """Let a request wait for its outcome, or give it where it was answered meanwhile."""
        me, pending = self._cell, request.pending
        if pending.done:
            return Outcome(request.token, pending.value, pending.error)
        pending.waiter, pending.epoch = request, request.epoch
        if me.requests is None:
            me.requests = {}
        me.requests[request] = None
        rq = me.rq
        patience = rq.deadline if timeout is None else timeout
        due = rq.clock.elapsed() + patience
        rq.timers.set(due, expire_ask, (pending, target.path, patience))
        if rq.asleep:
            rq.wake()
        return None

    async def _park_for(self, target: Cell, pending: PendingAsk, timeout: int | None) -> object:
        me = self._cell
        rq = me.rq
        if not pending.done:
            me.waiting_on = target
            patience = rq.deadline if timeout is None else timeout
            due = rq.clock.elapsed() + patience
            rq.timers.set(due, expire_ask, (pending, target.path, patience))
            try:
                while not pending.done:
                    await park()
            finally:
                pending.done = True  # where the turn is cut short, what still waits is withdrawn
                me.waiting_on = None
                rq.timers.note_dead()  # the deadline
        return pending.outcome()

    async def _ask_from_task(self, target: Cell, message: object, timeout: int | None) -> object:
        me = self._cell
        refuse_in_cut_turn(me)
        pending = PendingAsk(message, None)
        if me.tasks is None or not me.tasks.has_io_turn:
            return await target.await_answer(pending, timeout)
        check_cycle(me, target)
        if me.io_waits is None:
            me.io_waits = []
        waits = me.io_waits
        waits.append(target)
        try:
            return await target.await_answer(pending, timeout)
        finally:
            waits.remove(target)


def expire_sleep(pending: PendingAsk) -> None:
    """A sleep is over."""
    pending.expire(None)


def refuse_in_cut_turn(cell: Cell) -> None:
    """While a step runs no trio task does: who waits now is a turn that is being closed."""
    if cell.rq.driving is not None:
        raise UsageError(f"{cell.path}: a turn that is cut short cannot wait; do that in on_stop")


def adopt(pending: PendingAsk, asker: Cell) -> None:
    """Let `asker` wait for an answer that was deferred before anybody waited."""
    pending.waiter = asker
    pending.epoch = asker.epoch


def find(cell: Cell, path: str) -> Ref:
    """Resolve `path` as seen from `cell`."""
    steps = path.split("/")
    place: Cell = cell.parent or cell
    if path.startswith("/"):
        while place.parent is not None:
            place = place.parent
        if steps[1] != place.spec.name:
            raise NoSuchActor(path, known=(place.path,))
        steps = steps[2:]
    for name in steps:
        if name == "..":
            place = place.parent or place
            continue
        children = place.children or {}
        if name not in children:
            raise NoSuchActor(path, known=tuple(children))
        place = children[name]
    return place
