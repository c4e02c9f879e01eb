"""Death-watch: told once, of a death and not of a restart, and only to the one who asked."""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    Restart,
    Schedule,
    Supervisor,
    System,
    Tell,
    Terminated,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Watch(Ask[None]):
    name: str


@attrs.frozen
class Heard(Ask[tuple[tuple[str, str], ...]]):
    pass


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Wait(Ask[str]):
    """Ask the other one, and say what was heard of it until it answered."""


@attrs.frozen
class Think(Ask[str]):
    pass


class Watcher(Actor):
    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    @on(Watch)
    def start_watching(self, message: Watch) -> None:
        self.watch(self.lookup(message.name))

    @on(Terminated)
    async def note(self, message: Terminated) -> None:
        await self.sleep(1)
        self.heard.append((message.ref.path, message.reason))

    @on(Heard)
    def tell_heard(self, _: Heard) -> tuple[tuple[str, str], ...]:
        return tuple(self.heard)

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Wait)
    async def wait(self, _: Wait) -> str:
        answer = await self.ask(self.lookup("mortal"), Think())
        return f"{answer}, then {self.heard}"


class Mortal(Actor):
    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Think)
    async def think(self, _: Think) -> str:
        await self.sleep(5)
        return "thought"


def a_tree(restart: Restart = Restart.PERMANENT, watcher: type[Actor] = Watcher) -> Supervisor:
    return Supervisor(
        "bot",
        [Child("watcher", watcher), Child("mortal", Mortal, restart=restart)],
        backoff=AT_ONCE,
        max_restarts=100,
    )


def test_a_watcher_is_told_of_a_stop_with_its_reason(run: Run) -> None:
    async def body(system: System) -> None:
        watcher = system.lookup("/bot/watcher")
        await watcher.ask(Watch("mortal"))
        system.lookup("/bot/mortal").stop("enough")
        await trio.sleep(0.01)

        assert await watcher.ask(Heard()) == (("/bot/mortal", "enough"),)

    run(a_tree(), body)


def test_a_watcher_is_told_of_a_crash_that_is_final(run: Run) -> None:
    async def body(system: System) -> None:
        watcher = system.lookup("/bot/watcher")
        await watcher.ask(Watch("mortal"))
        system.lookup("/bot/mortal").tell(Crash())
        await trio.sleep(0.01)

        assert await watcher.ask(Heard()) == (("/bot/mortal", "crashed: ValueError"),)

    run(a_tree(Restart.TEMPORARY), body)


def test_a_restart_is_no_death(run: Run) -> None:
    async def body(system: System) -> None:
        watcher = system.lookup("/bot/watcher")
        await watcher.ask(Watch("mortal"))
        system.lookup("/bot/mortal").tell(Crash())
        await trio.sleep(0.01)

        assert await watcher.ask(Heard()) == ()

    run(a_tree(), body)


def test_watching_the_dead_is_answered_at_once(schedule: Schedule) -> None:
    """The address is held from before, as a dead child cannot be looked up any more."""

    class Late(Watcher):
        def on_start(self) -> None:
            self.mortal = self.lookup("mortal")

        @on(Watch)
        def start_watching(self, _: Watch) -> None:
            self.watch(self.mortal)

    async def body(system: System) -> None:
        watcher = system.lookup("/bot/watcher")
        system.lookup("/bot/mortal").stop()
        await system.settle()
        await watcher.ask(Watch("mortal"))
        await trio.sleep(0.01)

        assert await watcher.ask(Heard()) == (("/bot/mortal", "dead"),)

    run_virtual(a_tree(watcher=Late), body, schedule=schedule)


def test_watching_twice_is_told_once(run: Run) -> None:
    async def body(system: System) -> None:
        watcher = system.lookup("/bot/watcher")
        await watcher.ask(Watch("mortal"))
        await watcher.ask(Watch("mortal"))
        system.lookup("/bot/mortal").stop("enough")
        await trio.sleep(0.01)

        assert len(await watcher.ask(Heard())) == 1

    run(a_tree(), body)


def test_a_new_incarnation_hears_only_what_it_watches_itself(run: Run) -> None:
    """Trap 4: the watch of a dead incarnation is void."""

    class Eager(Watcher):
        def on_start(self) -> None:
            self.watch(self.lookup("mortal"))

    async def body(system: System) -> None:
        watcher = system.lookup("/bot/watcher")
        for _ in range(3):
            watcher.tell(Crash())
        await watcher.ask(Heard())
        system.lookup("/bot/mortal").stop("enough")
        await trio.sleep(0.01)

        assert await watcher.ask(Heard()) == (("/bot/mortal", "enough"),)

    run(a_tree(watcher=Eager), body)


def test_a_restarted_watcher_that_does_not_watch_hears_nothing(run: Run) -> None:
    async def body(system: System) -> None:
        watcher = system.lookup("/bot/watcher")
        await watcher.ask(Watch("mortal"))
        watcher.tell(Crash())
        await watcher.ask(Heard())
        system.lookup("/bot/mortal").stop("enough")
        await trio.sleep(0.01)

        assert await watcher.ask(Heard()) == ()

    run(a_tree(), body)


def test_a_watcher_without_a_handler_lives_and_leaves_a_dead_letter(run: Run) -> None:
    """Trap 9."""

    class Careless(Actor):
        @on(Watch)
        def start_watching(self, message: Watch) -> None:
            self.watch(self.lookup(message.name))

    async def body(system: System) -> None:
        await system.lookup("/bot/watcher").ask(Watch("mortal"))
        system.lookup("/bot/mortal").stop()
        await system.settle()

        assert [letter.message_type for letter in system.dead_letters.latest] == ["Terminated"]
        assert system.tree().children[0].restarts == 0

    run(a_tree(watcher=Careless), body)


@pytest.mark.parametrize("delay", [0.002, 0.005], ids=["midway", "with-the-answer"])
def test_news_of_a_death_wait_until_the_parked_turn_has_ended(
    delay: float, schedule: Schedule
) -> None:
    """A report never runs in the middle of a turn, not even if it overtakes the answer."""

    async def body(system: System) -> None:
        watcher, mortal = system.lookup("/bot/watcher"), system.lookup("/bot/mortal")
        await watcher.ask(Watch("mortal"))
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def end_it() -> None:
                await trio.sleep(delay)
                mortal.stop("enough")

            assert await watcher.ask(Wait()) == "thought, then []"
        await trio.sleep(0.01)

        assert await watcher.ask(Heard()) == (("/bot/mortal", "enough"),)

    run_virtual(a_tree(), body, schedule=schedule)


def test_news_that_come_in_the_same_batch_as_the_answer_wait_too(schedule: Schedule) -> None:
    """The answer resumes the asker, then the answerer dies, all in one slice of turns."""

    async def body(system: System) -> None:
        watcher, mortal = system.lookup("/bot/watcher"), system.lookup("/bot/mortal")
        await watcher.ask(Watch("mortal"))
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def kill_behind_the_question() -> None:
                await trio.sleep(0.001)
                mortal.tell(Crash())

            assert await watcher.ask(Wait()) == "thought, then []"
        await trio.sleep(0.01)

        assert len(await watcher.ask(Heard())) == 1

    run_virtual(a_tree(Restart.TEMPORARY), body, schedule=schedule)
