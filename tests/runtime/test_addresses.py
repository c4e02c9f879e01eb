"""Addresses: found by path, alive across restarts, and what becomes of messages to dead ones."""

import pickle
from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    ActorStopped,
    Ask,
    AskTimeout,
    Backlog,
    Child,
    DeadLetter,
    NoSuchActor,
    Ref,
    Restart,
    Schedule,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Add(Tell):
    amount: int


@attrs.frozen
class Total(Ask[int]):
    pass


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Pause(Tell):
    ms: int


@attrs.frozen
class Find(Ask[str]):
    path: str


class Counter(Actor):
    def __init__(self) -> None:
        self.total = 0

    @on(Add)
    def add(self, message: Add) -> None:
        self.total += message.amount

    @on(Total)
    def tell_total(self, _: Total) -> int:
        return self.total

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Pause)
    async def pause(self, message: Pause) -> None:
        await self.sleep(message.ms)

    @on(Find)
    def find(self, message: Find) -> str:
        return self.lookup(message.path).path


def a_tree(*children: Child | Supervisor) -> Supervisor:
    return Supervisor("bot", children, backoff=AT_ONCE)


def test_a_reference_reaches_the_next_incarnation_after_a_crash(run: Run) -> None:
    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        counter.tell(Add(5))
        counter.tell(Crash())
        counter.tell(Add(2))

        assert await counter.ask(Total()) == 2
        assert counter.is_alive
        assert system.lookup("/bot/counter") is counter

    run(a_tree(Child("counter", Counter)), body)


def test_a_message_that_crashes_is_never_tried_again(run: Run) -> None:
    seen: list[int] = []

    class Poisoned(Counter):
        @on(Crash)
        def crash(self, _: Crash) -> None:
            seen.append(1)
            raise ValueError("always")

    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        counter.tell(Crash())

        assert await counter.ask(Total()) == 0
        assert seen == [1]

    run(a_tree(Child("counter", Poisoned)), body)


def test_messages_that_waited_are_kept_across_a_restart(run: Run) -> None:
    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        counter.tell(Pause(5))
        counter.tell(Crash())
        for _ in range(3):
            counter.tell(Add(1))

        assert await counter.ask(Total()) == 3
        assert system.dead_letters.count == 0

    run(a_tree(Child("counter", Counter)), body)


def test_messages_that_waited_are_dropped_where_declared(run: Run) -> None:
    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        counter.tell(Pause(5))
        counter.tell(Crash())
        counter.tell(Add(1))
        with pytest.raises(ActorCrashed):
            await counter.ask(Total())

        assert await counter.ask(Total()) == 0
        assert [letter.message_type for letter in system.dead_letters.latest] == ["Add"]

    run(a_tree(Child("counter", Counter, backlog=Backlog.DROP)), body)


def test_a_drain_survives_a_crash_that_drops_the_backlog(run: Run) -> None:
    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        counter.tell(Pause(5))
        counter.tell(Crash())
        counter.tell(Add(1))
        counter.drain()
        with pytest.raises(ActorCrashed):
            await counter.ask(Total())
        with pytest.raises((ActorStopped, AskTimeout)):
            await counter.ask(Total(), timeout=20)

        assert not counter.is_alive

    run(a_tree(Child("counter", Counter, backlog=Backlog.DROP)), body)


def test_a_drained_actor_handles_what_waits_and_no_more(run: Run) -> None:
    totals: list[int] = []

    class Last(Counter):
        def on_stop(self) -> None:
            totals.append(self.total)

    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        counter.tell(Add(1))
        counter.tell(Add(2))
        counter.drain()
        counter.tell(Add(100))
        with pytest.raises(ActorStopped):
            await counter.ask(Total())
        counter.drain()  # of a dead address: nothing

        assert totals == [3]
        assert [letter.message_type for letter in system.dead_letters.latest] == ["Add"]

    run(a_tree(Child("counter", Last)), body)


def test_a_stopped_address_is_dead_for_good(run: Run) -> None:
    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        watcher = system.lookup("/bot/watcher")
        counter.stop("no longer needed")
        with pytest.raises(ActorStopped):
            await counter.ask(Total())
        counter.tell(Add(1))
        counter.stop("twice")

        assert not counter.is_alive
        assert system.dead_letters.latest[-1].why == "the actor has stopped"
        assert watcher.is_alive

    run(a_tree(Child("counter", Counter), Child("watcher", Counter)), body)


def test_an_actor_handles_nothing_after_its_own_stop(run: Run) -> None:
    class Quitter(Counter):
        @on(Add)
        def add(self, message: Add) -> None:
            seen.append(message.amount)
            if message.amount == 2:
                self.stop()

    seen: list[int] = []

    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        for amount in range(5):
            counter.tell(Add(amount))
        with pytest.raises(ActorStopped):
            await counter.ask(Total())

        assert seen == [0, 1, 2]
        assert system.dead_letters.count == 2

    run(a_tree(Child("counter", Quitter, restart=Restart.TEMPORARY)), body)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("right", "/bot/desks/right"),
        ("../feed", "/bot/feed"),
        ("/bot/feed", "/bot/feed"),
        ("..", "/bot"),
        ("../..", "/bot"),
        ("../desks/left", "/bot/desks/left"),
    ],
)
def test_a_path_is_resolved_from_where_the_actor_stands(path: str, found: str) -> None:
    async def body(system: System) -> None:
        assert await system.lookup("/bot/desks/left").ask(Find(path)) == found

    desks = Supervisor("desks", [Child("left", Counter), Child("right", Counter)])
    run_virtual(a_tree(desks, Child("feed", Counter)), body)


@pytest.mark.parametrize("path", ["/bot/none", "/other", "/", "", "/bot/feed/deeper", "none"])
def test_an_unknown_path_is_an_error_that_names_it(path: str) -> None:
    async def body(system: System) -> None:
        with pytest.raises(NoSuchActor) as caught:
            system.lookup(path)

        assert caught.value.path.strip("/") == path.strip("/")

    run_virtual(a_tree(Child("feed", Counter)), body)


def test_an_unknown_sibling_is_told_with_those_that_exist() -> None:
    async def body(system: System) -> None:
        with pytest.raises(NoSuchActor, match="there are feed, desk"):
            system.lookup("/bot/dask")

    run_virtual(a_tree(Child("feed", Counter), Child("desk", Counter)), body)


def test_siblings_are_found_before_they_have_started(run: Run) -> None:
    found: list[Ref] = []

    class First(Counter):
        def on_start(self) -> None:
            later = self.lookup("second")
            later.tell(Add(7))
            found.append(later)

    async def body(system: System) -> None:
        assert found == [system.lookup("/bot/second")]
        assert await found[0].ask(Total()) == 7

    run(a_tree(Child("first", First), Child("second", Counter)), body)


def test_dead_letters_are_counted_kept_and_published(run: Run) -> None:
    heard: list[DeadLetter] = []

    class Clerk(Counter):
        def on_start(self) -> None:
            self.subscribe(None, DeadLetter)

        @on(DeadLetter)
        def note(self, letter: DeadLetter) -> None:
            heard.append(letter)

    async def body(system: System) -> None:
        system.lookup("/bot/clerk").tell("no message of ours")
        await system.settle()

        assert system.dead_letters.count == 1
        assert heard == list(system.dead_letters.latest)
        assert (heard[0].path, heard[0].message_type) == ("/bot/clerk", "str")
        assert heard[0].why == "no handler for this message"

    run(a_tree(Child("clerk", Clerk)), body)


def test_a_subscriber_without_a_handler_for_dead_letters_makes_no_loop() -> None:
    class Careless(Counter):
        def on_start(self) -> None:
            self.subscribe(None, DeadLetter)

    async def body(system: System) -> None:
        system.lookup("/bot/careless").tell("nobody's")
        await system.settle()

        assert system.dead_letters.count == 2

    run_virtual(a_tree(Child("careless", Careless)), body)


def test_only_the_latest_dead_letters_are_kept(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        counter = system.lookup("/bot/counter")
        for number in range(250):
            counter.tell(number)
        await system.settle()

        assert system.dead_letters.count == 250
        assert len(system.dead_letters.latest) == 100

    run_virtual(a_tree(Child("counter", Counter)), body, schedule=schedule)


def test_a_reference_is_compared_by_identity_and_never_pickled() -> None:
    async def body(system: System) -> None:
        feed, desk = system.lookup("/bot/feed"), system.lookup("/bot/desk")

        assert feed == system.lookup("/bot/feed")
        assert feed != desk
        assert repr(feed) == "<Ref /bot/feed>"
        with pytest.raises(TypeError, match="send its path"):
            pickle.dumps(feed)

    run_virtual(a_tree(Child("feed", Counter), Child("desk", Counter)), body)


def test_an_address_of_a_stopped_system_is_dead(run: Run) -> None:
    kept: list[Ref] = []

    async def body(system: System) -> None:
        kept.append(system.lookup("/bot/counter"))
        await trio.lowlevel.checkpoint()

    run(a_tree(Child("counter", Counter)), body)

    kept[0].tell(Add(1))
    assert not kept[0].is_alive
