"""Mailboxes at their bound, and what the statistics say of them."""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorStopped,
    Ask,
    Backlog,
    Child,
    Mailbox,
    MailboxFull,
    Overflow,
    Schedule,
    Supervisor,
    System,
    Tell,
    Terminated,
    Trace,
    UsageError,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Price(Tell):
    symbol: str
    value: int


@attrs.frozen
class Busy(Tell):
    ms: int


@attrs.frozen
class Tick(Tell):
    pass


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Seen(Ask[tuple[str, ...]]):
    pass


class Listener(Actor):
    def __init__(self) -> None:
        self.seen: list[str] = []

    def on_start(self) -> None:
        self.watch(self.lookup("neighbour"))

    @on(Price)
    def hear(self, message: Price) -> None:
        self.seen.append(f"{message.symbol}{message.value}")

    @on(Tick)
    def tick(self, _: Tick) -> None:
        self.seen.append("tick")

    @on(Terminated)
    def mourn(self, _: Terminated) -> None:
        self.seen.append("terminated")

    @on(Busy)
    async def be_busy(self, message: Busy) -> None:
        self.after(1, Tick())
        await self.sleep(message.ms)

    @on(Seen)
    def tell_seen(self, _: Seen) -> tuple[str, ...]:
        return tuple(self.seen)

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")


class Neighbour(Actor):
    pass


def a_tree(mailbox: Mailbox) -> Supervisor:
    return Supervisor(
        "bot",
        [Child("neighbour", Neighbour), Child("listener", Listener, mailbox=mailbox)],
        backoff=AT_ONCE,
    )


def by_symbol(message: object) -> str | None:
    return message.symbol if isinstance(message, Price) else None


RAISING = Mailbox(bound=3)
DROPPING = Mailbox(bound=3, overflow=Overflow.DROP_OLDEST)
CONFLATING = Mailbox(bound=3, overflow=Overflow.CONFLATE, key=by_symbol)
TRACES = pytest.mark.parametrize("trace", [None, Trace], ids=["untraced", "traced"])


async def make_busy(system: System) -> None:
    system.lookup("/bot/listener").tell(Busy(100))
    await system.settle()


@TRACES
def test_a_full_mailbox_says_so_to_the_sender(
    trace: Callable[[], Trace] | None, schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        for value in range(3):
            listener.tell(Price("A", value))
        with pytest.raises(MailboxFull, match=r"/bot/listener is full \(3 messages\)") as caught:
            listener.tell(Price("A", 3))
        with pytest.raises(MailboxFull):
            await listener.ask(Seen())
        await trio.sleep(1)

        assert caught.value.bound == 3
        assert await listener.ask(Seen()) == ("A0", "A1", "A2", "tick")

    run_virtual(a_tree(RAISING), body, schedule=schedule, trace=trace and trace())


@TRACES
def test_a_dropping_mailbox_loses_its_oldest(
    trace: Callable[[], Trace] | None, schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        for value in range(10):
            listener.tell(Price("A", value))
        statistics = listener.statistics()
        await trio.sleep(1)

        assert (statistics.depth, statistics.dropped) == (3, 7)
        assert await listener.ask(Seen()) == ("A7", "A8", "A9", "tick")

    run_virtual(a_tree(DROPPING), body, schedule=schedule, trace=trace and trace())


@TRACES
def test_an_ask_that_is_dropped_is_answered(
    trace: Callable[[], Trace] | None, schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def ask_first() -> None:
                with pytest.raises(MailboxFull):
                    await listener.ask(Seen())
                assert system.clock.now() == 10

            await trio.sleep(0.01)
            for value in range(3):
                listener.tell(Price("A", value))

    run_virtual(a_tree(DROPPING), body, schedule=schedule, trace=trace and trace())


@TRACES
def test_conflation_keeps_the_newest_in_the_place_of_the_oldest(
    trace: Callable[[], Trace] | None, schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        for symbol, value in [("A", 0), ("B", 0), ("A", 1), ("C", 0), ("B", 1), ("A", 2)]:
            listener.tell(Price(symbol, value))
        statistics = listener.statistics()
        await trio.sleep(1)

        assert (statistics.depth, statistics.conflated) == (3, 3)
        assert await listener.ask(Seen()) == ("A2", "B1", "C0", "tick")

    run_virtual(a_tree(CONFLATING), body, schedule=schedule, trace=trace and trace())


def test_a_conflating_mailbox_has_a_bound_for_new_keys(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        for symbol in "ABC":
            listener.tell(Price(symbol, 0))
        with pytest.raises(MailboxFull):
            listener.tell(Price("D", 0))
        listener.tell(Price("B", 1))
        await trio.sleep(1)

        assert await listener.ask(Seen()) == ("A0", "B1", "C0", "tick")

    run_virtual(a_tree(CONFLATING), body, schedule=schedule)


def test_a_message_without_a_key_is_not_conflated(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        listener.tell(Price("A", 0))
        listener.tell(Tick())
        listener.tell(Tick())
        listener.tell(Price("A", 1))
        await trio.sleep(1)

        assert await listener.ask(Seen()) == ("A1", "tick", "tick", "tick")

    run_virtual(a_tree(CONFLATING), body, schedule=schedule)


def test_a_key_that_raises_does_so_in_the_sender_and_harms_nobody(run: Run) -> None:
    def strict(message: Price) -> str:
        return message.symbol

    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        with pytest.raises(AttributeError):
            listener.tell(Tick())
        listener.tell(Price("A", 1))

        assert await listener.ask(Seen()) == ("A1",)

    run(a_tree(Mailbox(overflow=Overflow.CONFLATE, key=strict)), body)


@TRACES
@pytest.mark.parametrize(
    "mailbox", [RAISING, DROPPING, CONFLATING], ids=lambda box: box.overflow.value
)
def test_what_the_runtime_queues_is_never_dropped_or_refused(
    mailbox: Mailbox, trace: Callable[[], Trace] | None, schedule: Schedule
) -> None:
    """Trap 14: a full mailbox takes timers, news of deaths, answers and stops."""

    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        for symbol in "ABC":
            listener.tell(Price(symbol, 0))
        system.lookup("/bot/neighbour").stop()
        await trio.sleep(0.05)
        for symbol in "ABC":
            if mailbox is not RAISING:
                listener.tell(Price(symbol, 1))
        await trio.sleep(1)
        seen = await listener.ask(Seen())

        assert seen.count("terminated") == 1
        assert seen.count("tick") == 1
        listener.stop()
        with pytest.raises(ActorStopped):
            await listener.ask(Seen())

    run_virtual(a_tree(mailbox), body, schedule=schedule, trace=trace and trace())


@pytest.mark.parametrize(
    "mailbox", [RAISING, DROPPING, CONFLATING], ids=lambda box: box.overflow.value
)
@pytest.mark.parametrize("backlog", list(Backlog), ids=lambda backlog: backlog.value)
def test_a_crash_keeps_or_drops_what_waits_in_any_mailbox(
    mailbox: Mailbox, backlog: Backlog, schedule: Schedule
) -> None:
    tree = Supervisor(
        "bot",
        [
            Child("neighbour", Neighbour),
            Child("listener", Listener, mailbox=mailbox, backlog=backlog),
        ],
        backoff=AT_ONCE,
    )

    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        await make_busy(system)
        listener.tell(Crash())
        listener.tell(Price("A", 1))
        listener.tell(Price("B", 2))
        await trio.sleep(1)
        listener.tell(Price("A", 3))

        kept = ("A1", "B2") if backlog is Backlog.KEEP else ()
        assert await listener.ask(Seen()) == (*kept, "A3")

    run_virtual(tree, body, schedule=schedule)


def test_system_messages_keep_their_order_among_themselves(schedule: Schedule) -> None:
    """Trap 15: marks go to the front, what they speak of waits in a queue of its own."""

    class Mourner(Listener):
        def on_start(self) -> None:
            for name in "abc":
                self.watch(self.lookup(name))

        @on(Terminated)
        def mourn(self, message: Terminated) -> None:
            self.seen.append(message.ref.path[-1])

    tree = Supervisor(
        "bot", [*(Child(name, Neighbour) for name in "abc"), Child("listener", Mourner)]
    )

    async def body(system: System) -> None:
        await make_busy(system)
        listener = system.lookup("/bot/listener")
        listener.tell(Price("A", 1))
        for name in "bca":
            system.lookup(f"/bot/{name}").stop()
            await system.settle()
        await trio.sleep(1)

        assert await listener.ask(Seen()) == ("b", "c", "a", "A1", "tick")

    run_virtual(tree, body, schedule=schedule)


def test_statistics_tell_of_depth_age_and_messages_handled(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        listener = system.lookup("/bot/listener")
        empty = listener.statistics()
        for value in range(3):
            listener.tell(Price("A", value))
        await system.settle()
        done = listener.statistics()
        await make_busy(system)
        for value in range(5):
            listener.tell(Price("A", value))
        await trio.sleep(0.04)
        waiting = listener.statistics()
        await trio.sleep(1)
        end = listener.statistics()

        assert (empty.depth, empty.handled, empty.age, empty.bound) == (0, 0, 0, 10)
        assert (done.depth, done.handled) == (0, 3)
        assert waiting.depth == 6  # with the tick
        assert waiting.age >= 40
        assert (end.depth, end.handled, end.age) == (0, 10, 0)
        assert end.high_water in {6, 7}  # the mark that resumes the turn may count
        assert (end.dropped, end.conflated) == (0, 0)

    run_virtual(a_tree(Mailbox(bound=10)), body, schedule=schedule)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Mailbox(bound=0), "at least 1 message"),
        (lambda: Mailbox(key=by_symbol), "only a conflating one"),
        (lambda: Mailbox(overflow=Overflow.CONFLATE), "needs key="),
    ],
    ids=["no-room", "key-without-conflation", "conflation-without-key"],
)
def test_a_mailbox_that_makes_no_sense_is_refused(make: Callable[[], Mailbox], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        make()
