"""Stops: in reverse order, in time, and nothing left behind (H4, R2)."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    ActorStopped,
    Ask,
    Child,
    Millis,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    UsageError,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Log = list[tuple[str, int]]


@attrs.frozen
class Think(Ask[str]):
    ms: int


@attrs.frozen
class Note(Tell):
    pass


@attrs.frozen
class AskOther(Ask[str]):
    """Think by asking the other one."""

    name: str
    ms: int


class Worker(Actor):
    def __init__(self, log: Log, farewell: int = 0) -> None:
        self.log, self.farewell = log, farewell

    def on_stop(self) -> Any:
        if self.farewell:
            return self.say_goodbye()
        self.write("stop")
        return None

    async def say_goodbye(self) -> None:
        await self.sleep(self.farewell)
        self.write("stop")

    def write(self, what: str) -> None:
        self.log.append((f"{self.path[-1]} {what}", self.elapsed))

    @on(Think)
    async def think(self, message: Think) -> str:
        try:
            await self.sleep(message.ms)
        finally:
            self.write("turn ends")
        return "thought"

    @on(Note)
    def note(self, _: Note) -> None:
        self.write("note")

    @on(AskOther)
    async def ask_other(self, message: AskOther) -> str:
        return await self.ask(self.lookup(message.name), Think(message.ms))


def a_child(name: str, log: Log, *, farewell: int = 0, deadline: int = 5_000) -> Child:
    return Child(name, lambda: Worker(log, farewell), stop_deadline=Millis(deadline))


def test_a_system_stops_its_children_in_reverse_each_before_the_next(schedule: Schedule) -> None:
    log: Log = []
    inner = Supervisor("inner", [a_child("x", log, farewell=10), a_child("y", log, farewell=20)])
    tree = Supervisor("bot", [a_child("a", log, farewell=5), inner, a_child("z", log)])

    async def body(system: System) -> None:
        await system.stop()

    run_virtual(tree, body, schedule=schedule)

    assert log == [("z stop", 0), ("y stop", 20), ("x stop", 30), ("a stop", 35)]


def test_a_parked_turn_ends_in_time(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        worker = system.lookup("/bot/a")
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def stop_meanwhile() -> None:
                await trio.sleep(0.1)
                worker.tell(Note())
                worker.stop()

            assert await worker.ask(Think(1_000)) == "thought"
        await system.settle()

        assert log == [("a turn ends", 1_000), ("a stop", 1_000)]  # the note is not worked off
        assert not worker.is_alive

    run_virtual(Supervisor("bot", [a_child("a", log)]), body, schedule=schedule)


def test_a_parked_turn_is_cut_at_the_deadline(schedule: Schedule) -> None:
    """What a cut turn leaves is told: its asker hears of it, and `on_stop` is not run."""
    log: Log = []

    async def body(system: System) -> None:
        worker = system.lookup("/bot/a")
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def stop_meanwhile() -> None:
                await trio.sleep(0.1)
                worker.stop()

            with pytest.raises((ActorCrashed, ActorStopped)):
                await worker.ask(Think(100_000), timeout=200_000)

        assert log == [("a turn ends", 2_100)]
        assert not worker.is_alive
        assert "did not answer within 2000 ms" in system.dead_letters.latest[-1].why

    run_virtual(Supervisor("bot", [a_child("a", log, deadline=2_000)]), body, schedule=schedule)


def test_the_caller_may_set_another_deadline(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        worker = system.lookup("/bot/a")
        worker.tell(Think(100_000))
        await system.settle()
        worker.stop(deadline=300)
        await trio.sleep(1)

        assert log == [("a turn ends", 300)]

    run_virtual(Supervisor("bot", [a_child("a", log)]), body, schedule=schedule)


def test_a_farewell_that_takes_too_long_is_cut(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await system.stop()
        log.append(("stopped", system.clock.now()))

    tree = Supervisor(
        "bot", [a_child("a", log), a_child("b", log, farewell=100_000, deadline=2_000)]
    )
    run_virtual(tree, body, schedule=schedule)

    assert log == [("a stop", 2_000), ("stopped", 2_000)]


def test_a_farewell_that_raises_is_told_and_harms_nobody(run: Run) -> None:
    """H4."""
    log: Log = []

    class Rough(Worker):
        def on_stop(self) -> None:
            raise OSError("no goodbyes")

    async def body(system: System) -> None:
        await system.stop()

        assert [what for what, _ in log] == ["a stop"]
        assert system.dead_letters.latest[-1].why == "on_stop: no goodbyes"

    run(Supervisor("bot", [a_child("a", log), Child("b", lambda: Rough(log))]), body)


def test_clean_up_of_a_cut_turn_may_not_wait(schedule: Schedule) -> None:
    """Trap 12: a parked turn sees GeneratorExit; who has to wait does so in `on_stop`."""
    refused: list[str] = []

    class Waiting(Worker):
        @on(Think)
        async def think(self, message: Think) -> str:
            try:
                await self.sleep(message.ms)
            finally:
                for wait in (self.sleep(5), self.ask(self.lookup("b"), Think(1))):
                    try:
                        await wait
                    except UsageError as error:
                        refused.append(str(error))
            return ""

    async def body(system: System) -> None:
        worker, other = system.lookup("/bot/a"), system.lookup("/bot/b")
        worker.tell(Think(100_000))
        other.tell(Think(50))
        await system.settle()
        worker.stop(deadline=10)
        await trio.sleep(1)

        assert refused == ["/bot/a: a turn that is cut short cannot wait; do that in on_stop"] * 2
        assert other.statistics().handled == 1

    tree = Supervisor("bot", [Child("a", lambda: Waiting([])), a_child("b", [])])
    run_virtual(tree, body, schedule=schedule)


def test_clean_up_that_ignores_its_end_is_told_and_harms_nobody(schedule: Schedule) -> None:
    class Clinging(Worker):
        @on(Think)
        async def think(self, message: Think) -> str:
            while True:
                try:
                    await self.sleep(message.ms)
                except BaseException:  # noqa: BLE001 - the mistake that is tested
                    await trio.lowlevel.cancel_shielded_checkpoint()
                    return "never"

    async def body(system: System) -> None:
        worker = system.lookup("/bot/a")
        worker.tell(Think(100_000))
        await system.settle()
        worker.stop(deadline=10)
        await trio.sleep(1)

        assert not worker.is_alive
        whys = [letter.why for letter in system.dead_letters.latest]
        assert "raised while its turn was closed" in whys

    run_virtual(Supervisor("bot", [Child("a", lambda: Clinging([]))]), body, schedule=schedule)


def test_an_actor_that_stops_itself_ends_its_turn_first(schedule: Schedule) -> None:
    log: Log = []

    class Leaver(Worker):
        @on(Think)
        async def think(self, message: Think) -> str:
            self.stop()
            self.stop()
            self.write("stopping")
            return await super().think(message)

    async def body(system: System) -> None:
        assert await system.lookup("/bot/a").ask(Think(20)) == "thought"
        await system.settle()

    tree = Supervisor("bot", [Child("a", lambda: Leaver(log))], max_restarts=1)
    run_virtual(tree, body, schedule=schedule)

    assert log[:3] == [("a stopping", 0), ("a turn ends", 20), ("a stop", 20)]


@pytest.mark.parametrize("moment", [50, 150, 250])
def test_a_stop_during_a_restart_leaves_no_half_started_child(
    moment: int, schedule: Schedule
) -> None:
    """H5."""
    log: Log = []

    class SlowStarter(Worker):
        async def on_start(self) -> None:
            self.write("starting")
            await self.sleep(100)
            self.write("started")

        @on(Note)
        def note(self, _: Note) -> None:
            raise ValueError("as asked")

    inner = Supervisor(
        "inner",
        [Child("x", lambda: SlowStarter(log)), Child("y", lambda: SlowStarter(log))],
        strategy=Strategy.ONE_FOR_ALL,
        backoff=AT_ONCE,
    )

    async def body(system: System) -> None:
        log.clear()
        system.lookup("/bot/inner/y").tell(Note())
        await trio.sleep(moment / 1000)
        await system.stop()

        assert {node.state for node in system.tree().walk()} == {"dead"}

    run_virtual(Supervisor("bot", [a_child("a", log), inner]), body, schedule=schedule)

    said = [what for what, _ in log]
    assert (
        said
        == {
            50: ["y stop", "x stop", "x starting", "a stop"],
            150: ["y stop", "x stop", "x starting", "x started", "y starting", "x stop", "a stop"],
            250: [
                *("y stop", "x stop", "x starting", "x started", "y starting", "y started"),
                *("y stop", "x stop", "a stop"),
            ],
        }[moment]
    )


@pytest.mark.parametrize("moment", [20, 150], ids=["while-its-turn-ends", "in-its-farewell"])
def test_a_system_that_stops_lets_a_stop_under_way_come_to_its_end(
    moment: int, schedule: Schedule
) -> None:
    """A child is stopped once, however often it is asked to, and nobody waits for a second time."""
    log: Log = []

    async def body(system: System) -> None:
        worker = system.lookup("/bot/a")
        worker.tell(Think(100))
        await system.settle()
        worker.stop()
        await trio.sleep(moment / 1000)
        await system.stop()
        log.append(("stopped", system.clock.now()))

    tree = Supervisor("bot", [a_child("a", log, farewell=100)])
    run_virtual(tree, body, schedule=schedule)

    assert log == [("a turn ends", 100), ("a stop", 200), ("stopped", 200)]


def test_what_a_cut_turn_had_asked_is_withdrawn(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        a, b = system.lookup("/bot/a"), system.lookup("/bot/b")
        b.tell(Think(100))
        a.tell(AskOther("b", 10))
        await system.settle()
        a.stop(deadline=50)
        await trio.sleep(1)

        assert log == [("b turn ends", 100)]

    run_virtual(Supervisor("bot", [a_child("a", log), a_child("b", log)]), body, schedule=schedule)
