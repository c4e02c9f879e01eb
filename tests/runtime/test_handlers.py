"""Handlers: which one runs, in which of their three kinds, and what one turn leaves to the next."""

import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    Ask,
    Child,
    Refusal,
    Schedule,
    Supervisor,
    System,
    Tell,
    UsageError,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Until = Callable[[Callable[[], bool]], Awaitable[None]]


@attrs.frozen
class Plain(Ask[str]):
    pass


@attrs.frozen
class Maybe(Ask[str]):
    wait: int


@attrs.frozen
class Parked(Ask[str]):
    pass


@attrs.frozen
class World(Ask[str]):
    pass


@attrs.frozen
class Note(Tell):
    text: str


@attrs.frozen
class Notes(Ask[tuple[str, ...]]):
    pass


class AllKinds(Actor):
    """A handler of each kind in one class."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @on(Plain)
    def plain(self, _: Plain) -> str:
        return "at once"

    @on(Maybe)
    def maybe(self, message: Maybe) -> str | Coroutine[Any, Any, str]:
        return self.later(message.wait) if message.wait else "at once"

    async def later(self, wait: int) -> str:
        await self.sleep(wait)
        return "later"

    @on(Parked)
    async def parked(self, _: Parked) -> str:
        await self.sleep(5)
        return "after a sleep"

    @on(World, io=True)
    async def world(self, _: World) -> str:
        await trio.sleep(0.005)
        return "from the world"

    @on(Note)
    def note(self, message: Note) -> None:
        self.notes.append(message.text)

    @on(Notes)
    def tell_notes(self, _: Notes) -> tuple[str, ...]:
        return tuple(self.notes)


def a_tree(*actors: Callable[[], Actor]) -> Supervisor:
    children = [Child(f"actor{number}", actor) for number, actor in enumerate(actors)]
    return Supervisor("bot", children, backoff=AT_ONCE)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (Plain(), "at once"),
        (Maybe(0), "at once"),
        (Maybe(5), "later"),
        (Parked(), "after a sleep"),
        (World(), "from the world"),
    ],
    ids=["def", "def-that-answers", "def-that-returns-a-coroutine", "async-def", "io"],
)
def test_each_kind_of_handler_answers(message: Ask[str], answer: str, run: Run) -> None:
    class Asker(Actor):
        @on(Notes)
        async def ask_it(self, _: Notes) -> tuple[str, ...]:
            return (await self.ask(self.lookup("actor0"), message),)

    async def body(system: System) -> None:
        assert await system.lookup("/bot/actor0").ask(message) == answer
        assert await system.lookup("/bot/actor1").ask(Notes()) == (answer,)

    run(a_tree(AllKinds, Asker), body)


@pytest.mark.parametrize("message", [Parked(), World(), Maybe(3)], ids=["parked", "io", "maybe"])
def test_one_message_is_handled_at_a_time(message: Ask[str], run: Run) -> None:
    async def body(system: System) -> None:
        actor = system.lookup("/bot/actor0")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(actor.ask, message)
            await trio.lowlevel.checkpoint()
            actor.tell(Note("during"))

            assert actor.statistics().depth >= 1
        assert await actor.ask(Notes()) == ("during",)

    run(a_tree(AllKinds), body)


def test_messages_of_one_sender_arrive_in_their_order(run: Run, until: Until) -> None:
    class Sender(Actor):
        @on(Note)
        async def send(self, message: Note) -> None:
            target = self.lookup("actor0")
            for number in range(3):
                target.tell(Note(f"{message.text}{number}"))
            await self.ask(target, Parked())
            target.tell(Note(f"{message.text}3"))

    async def body(system: System) -> None:
        for name in "12":
            system.lookup(f"/bot/actor{name}").tell(Note(name))
        target = system.lookup("/bot/actor0")
        await until(lambda: target.statistics().handled == 2 * (4 + 1))
        notes = await target.ask(Notes())

        for name in "12":
            assert [note for note in notes if note.startswith(name)] == [
                f"{name}{number}" for number in range(4)
            ]

    run(a_tree(AllKinds, Sender, Sender), body)


def test_a_handler_of_a_subclass_replaces_that_of_its_base(run: Run) -> None:
    class Calmer(AllKinds):
        @on(World)
        def no_world(self, _: World) -> str:
            return "without the world"

    async def body(system: System) -> None:
        assert await system.lookup("/bot/actor0").ask(World()) == "without the world"
        assert await system.lookup("/bot/actor0").ask(Plain()) == "at once"

    run(a_tree(Calmer), body)
    assert World in AllKinds.io_messages
    assert World not in Calmer.io_messages


def test_one_handler_may_take_several_messages(run: Run) -> None:
    class Both(Actor):
        @on(Plain, Parked)
        def either(self, message: Plain | Parked) -> str:
            return type(message).__name__

    async def body(system: System) -> None:
        assert await system.lookup("/bot/actor0").ask(Plain()) == "Plain"
        assert await system.lookup("/bot/actor0").ask(Parked()) == "Parked"

    run(a_tree(Both), body)


def test_two_handlers_of_one_message_are_refused() -> None:
    with pytest.raises(UsageError, match="handles Plain twice: in one and in two"):

        class _Twice(Actor):
            @on(Plain)
            def one(self, _: Plain) -> str:
                return ""

            @on(Plain)
            def two(self, _: Plain) -> str:
                return ""


def test_an_io_handler_that_is_no_async_def_is_refused() -> None:
    with pytest.raises(UsageError, match="is no async def"):

        class _Sync(Actor):
            @on(Plain, io=True)
            def one(self, _: Plain) -> str:
                return ""


def test_a_handler_is_declared_for_classes_only() -> None:
    with pytest.raises(UsageError, match="message classes"):
        on("Plain")  # type: ignore[arg-type]  # the mistake that is tested


@pytest.mark.parametrize("message", [Plain, Parked, World], ids=["def", "async-def", "io"])
def test_what_a_handler_raises_reaches_the_asker_as_the_cause(
    message: type[Ask[str]], run: Run
) -> None:
    class Broken(Actor):
        @on(Plain)
        def plain(self, _: Plain) -> str:
            raise LookupError("def")

        @on(Parked)
        async def parked(self, _: Parked) -> str:
            await self.sleep(1)
            raise LookupError("async def")

        @on(World, io=True)
        async def world(self, _: World) -> str:
            await trio.lowlevel.checkpoint()
            raise LookupError("io")

    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed) as caught:
            await system.lookup("/bot/actor0").ask(message())

        assert isinstance(caught.value.__cause__, LookupError)
        assert system.tree().children[0].error == "LookupError"

    run(a_tree(Broken), body)


def test_a_refusal_of_an_io_handler_is_unwrapped_from_its_nursery(run: Run) -> None:
    """Trap 16."""

    class Connector(AllKinds):
        @on(World, io=True)
        async def world_refused(self, _: World) -> str:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.refuse)
            return "never"

        async def refuse(self) -> None:
            raise Refusal("the venue said no")

    async def body(system: System) -> None:
        with pytest.raises(Refusal, match="the venue said no"):
            await system.lookup("/bot/actor0").ask(World())

        assert system.tree().children[0].restarts == 0

    run(a_tree(Connector), body)


# -- context variables

request_id: ContextVar[str] = ContextVar("request_id", default="none")


@attrs.frozen
class Mark(Ask[str]):
    """Set the context variable; the answer is what it was before."""

    value: str
    then: str = ""


class Marker(Actor):
    @on(Mark)
    async def mark(self, message: Mark) -> str:
        before = request_id.get()
        request_id.set(message.value)
        if message.then == "park":
            await self.sleep(1)
            assert request_id.get() == message.value
        if message.then == "refuse":
            raise Refusal("no")
        if message.then == "crash":
            raise ValueError("no")
        return before


class MarkerOfOthers(Actor):
    @on(Mark)
    async def mark(self, message: Mark) -> str:
        request_id.set("asker")
        with contextlib.suppress(Refusal, ActorCrashed):
            await self.ask(self.lookup("actor0"), message)
        assert request_id.get() == "asker"
        return await self.ask(self.lookup("actor0"), Mark("last"))


@pytest.mark.parametrize("asked", ["actor0", "actor1"], ids=["by-a-task", "by-an-actor"])
@pytest.mark.parametrize("end", ["return", "park", "refuse", "crash"])
def test_context_variables_of_an_async_turn_end_with_it(end: str, asked: str, run: Run) -> None:
    """Trap 7: each async turn has a context of its own, whichever task drives it."""

    async def body(system: System) -> None:
        actor = system.lookup(f"/bot/{asked}")
        with contextlib.suppress(Refusal, ActorCrashed):
            assert await actor.ask(Mark("first", then=end)) == "none"

        assert await actor.ask(Mark("second")) == "none"
        assert request_id.get() == "none"

    run(a_tree(Marker, MarkerOfOthers), body)


def test_a_turn_that_is_cut_short_ends_in_its_own_context(schedule: Schedule) -> None:
    class Tidy(Actor):
        @on(Mark)
        async def mark(self, message: Mark) -> str:
            token = request_id.set(message.value)
            try:
                await self.sleep(1_000_000)
            finally:
                request_id.reset(token)  # ValueError in any other context
            return ""

    async def body(system: System) -> None:
        tidy = system.lookup("/bot/actor0")
        tidy.tell(Mark("x"))
        await trio.sleep(1)
        tidy.stop(deadline=10)
        await trio.sleep(1)

        whys = [letter.why for letter in system.dead_letters.latest]
        assert whys == ["on_stop: /bot/actor0 did not answer within 10 ms"]

    run_virtual(a_tree(Tidy), body, schedule=schedule)
