"""Asks that would wait for themselves are an error at once, whatever lies between.

Every test gives the asks a deadline of 30 s and looks at the clock: it must not have moved.
"""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    BenthicError,
    Child,
    DeadlockError,
    Schedule,
    StartChild,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Visit(Ask[str]):
    """Ask the first of `path` to visit the others; the answer says where it ended, and how."""

    path: tuple[str, ...]


@attrs.frozen
class VisitWithTrio(Ask[str]):
    """The same from a handler that awaits trio."""

    path: tuple[str, ...]


@attrs.frozen
class VisitBoth(Ask[str]):
    """Ask two at once from a handler that awaits trio."""

    first: Visit
    second: Visit


@attrs.frozen
class Busy(Tell):
    ms: int


class Visitor(Actor):
    @on(Visit)
    async def visit(self, message: Visit) -> str:
        return await self._go(message.path)

    @on(VisitWithTrio, io=True)
    async def visit_with_trio(self, message: VisitWithTrio) -> str:
        await trio.lowlevel.checkpoint()
        return await self._go(message.path)

    @on(VisitBoth, io=True)
    async def visit_both(self, message: VisitBoth) -> str:
        ends: list[str] = []

        async def follow(path: tuple[str, ...]) -> None:
            ends.append(await self._go(path))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(follow, message.first.path)
            nursery.start_soon(follow, message.second.path)
        return " and ".join(sorted(ends))

    @on(Busy)
    async def be_busy(self, message: Busy) -> None:
        await self.sleep(message.ms)

    async def _go(self, path: tuple[str, ...]) -> str:
        if not path:
            return f"{self.ref.path} has arrived"
        try:
            return await self.ask(self.lookup(path[0]), Visit(path[1:]))
        except DeadlockError as error:
            return " -> ".join(step.removeprefix("/bot/") for step in error.cycle)


def a_tree(*names: str) -> Supervisor:
    return Supervisor("bot", [Child(name, Visitor) for name in names], backoff=AT_ONCE)


@pytest.mark.parametrize("first", [Visit, VisitWithTrio], ids=["turn", "io"])
@pytest.mark.parametrize(
    ("path", "cycle"),
    [
        (("a",), "a -> a"),
        (("b", "a"), "b -> a -> b"),
        (("b", "c", "a"), "c -> a -> b -> c"),
        (("b", "c", "b"), "c -> b -> c"),
        (("b", "c", "d", "a"), "d -> a -> b -> c -> d"),
    ],
    ids=["self", "two", "three", "two-behind-one", "four"],
)
def test_a_cycle_of_asks_is_an_error_at_once(
    first: type[Visit | VisitWithTrio], path: tuple[str, ...], cycle: str, schedule: Schedule
) -> None:
    """Trap 5: the wait-for edge is set before the nested step."""

    async def body(system: System) -> None:
        assert await system.lookup("/bot/a").ask(first(path)) == cycle
        assert system.clock.now() == 0

    run_virtual(a_tree("a", "b", "c", "d"), body, schedule=schedule)


@pytest.mark.parametrize("first", [Visit, VisitWithTrio], ids=["turn", "io"])
@pytest.mark.parametrize("busy", ["a", "b", "c"])
def test_a_cycle_through_asks_that_waited_is_an_error(
    busy: str, first: type[Visit | VisitWithTrio], schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        system.lookup(f"/bot/{busy}").tell(Busy(50))
        answer = await system.lookup("/bot/a").ask(first(("b", "c", "a")))

        assert answer == "c -> a -> b -> c"
        assert system.clock.now() == 50

    run_virtual(a_tree("a", "b", "c"), body, schedule=schedule)


def test_a_cycle_is_an_error_on_the_hosts_clocks_too(run: Run) -> None:
    async def body(system: System) -> None:
        answer = await system.lookup("/bot/a").ask(Visit(("b", "c", "a")))

        assert answer == "c -> a -> b -> c"

    run(a_tree("a", "b", "c"), body)


def test_two_askers_that_meet_end_in_one_error(schedule: Schedule) -> None:
    """Both asks are under way when the cycle closes; the later one is refused."""

    async def body(system: System) -> None:
        answers: list[str] = []

        async def start(at: str, to: str) -> None:
            answers.append(await system.lookup(f"/bot/{at}").ask(Visit((to,))))

        system.lookup("/bot/a").tell(Busy(10))
        system.lookup("/bot/b").tell(Busy(10))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(start, "a", "b")
            nursery.start_soon(start, "b", "a")

        assert len([answer for answer in answers if "->" in answer]) == 1
        assert system.clock.now() == 10

    run_virtual(a_tree("a", "b"), body, schedule=schedule)


@pytest.mark.parametrize("order", [1, -1], ids=["cycle-first", "cycle-last"])
def test_one_of_two_asks_of_a_turn_may_close_a_cycle(order: int, schedule: Schedule) -> None:
    """Trap 17: an I/O turn that asks twice at once has two edges."""

    async def body(system: System) -> None:
        paths = [Visit(("b", "a")), Visit(("c", "d"))][::order]
        answer = await system.lookup("/bot/a").ask(VisitBoth(*paths))

        assert answer == "/bot/d has arrived and b -> a -> b"
        assert system.clock.now() == 0

    run_virtual(a_tree("a", "b", "c", "d"), body, schedule=schedule)


def test_both_of_two_asks_of_a_turn_may_close_a_cycle(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        system.lookup("/bot/b").tell(Busy(20))
        answer = await system.lookup("/bot/a").ask(VisitBoth(Visit(("b", "a")), Visit(("c", "a"))))

        assert answer == "b -> a -> b and c -> a -> c"
        assert system.clock.now() == 20

    run_virtual(a_tree("a", "b", "c"), body, schedule=schedule)


def test_a_background_task_that_asks_is_no_turn(run: Run) -> None:
    """Trap 17: what it asks, its own actor included, is answered as anybody's ask."""
    answers: list[str] = []

    class Spawner(Visitor):
        def on_start(self) -> None:
            self.spawn(self.work)

        async def work(self) -> None:
            answers.append(await self.ask(self.ref, Visit(())))
            answers.append(await self.ref.ask(Visit(("b", "a"))))

    async def body(system: System) -> None:
        await system.settle()
        while len(answers) < 2:
            await trio.lowlevel.checkpoint()

        assert answers == ["/bot/a has arrived", "b -> a -> b"]

    run(Supervisor("bot", [Child("a", Spawner), Child("b", Visitor)]), body)


def test_the_actors_of_a_refused_cycle_go_on(run: Run) -> None:
    async def body(system: System) -> None:
        a = system.lookup("/bot/a")
        await a.ask(Visit(("b", "a")))

        assert await a.ask(Visit(("b", "c"))) == "/bot/c has arrived"
        assert [node.restarts for node in system.tree().children] == [0, 0, 0]

    run(a_tree("a", "b", "c"), body)


@pytest.mark.parametrize("target", ["later", "self"])
def test_an_ask_that_only_the_own_supervisor_could_further_is_refused(
    target: str, schedule: Schedule
) -> None:
    """`on_start` keeps its supervisor waiting, so a sibling that is yet to start cannot answer."""
    heard: list[tuple[str, int]] = []

    class Starter(Visitor):
        async def on_start(self) -> None:
            try:
                await self.ask(self.lookup(target), Visit(()))
            except BenthicError as error:
                heard.append((type(error).__name__, self.elapsed))

    async def body(system: System) -> None:
        assert heard == [("DeadlockError", 0)]
        assert await system.lookup("/bot/later").ask(Visit(("self",))) == "/bot/self has arrived"

    run_virtual(
        Supervisor("bot", [Child("self", Starter), Child("later", Visitor)]),
        body,
        schedule=schedule,
    )


def test_an_actor_cannot_ask_its_supervisor_for_a_sibling_while_it_starts(
    schedule: Schedule,
) -> None:
    heard: list[str] = []

    class Starter(Visitor):
        async def on_start(self) -> None:
            try:
                await self.ask(self.lookup(".."), StartChild(Child("more", Visitor)))
            except BenthicError as error:
                heard.append(type(error).__name__)

    async def body(system: System) -> None:
        assert heard == ["DeadlockError"]
        assert system.clock.now() == 0

    run_virtual(Supervisor("bot", [Child("a", Starter)]), body, schedule=schedule)


def test_a_sibling_that_has_stopped_already_cannot_be_asked_on_the_way_out(
    schedule: Schedule,
) -> None:
    heard: list[tuple[str, int]] = []

    class Leaver(Visitor):
        async def on_stop(self) -> None:
            try:
                await self.ask(self.lookup("younger"), Visit(()))
            except BenthicError as error:
                heard.append((type(error).__name__, self.elapsed))

    async def body(system: System) -> None:
        await system.stop()

        assert heard == [("DeadlockError", 0)]

    tree = Supervisor(
        "bot",
        [Child("older", Leaver), Child("younger", Visitor)],
        strategy=Strategy.ONE_FOR_ALL,
    )
    run_virtual(tree, body, schedule=schedule)
