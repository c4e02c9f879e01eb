"""The root of a System, which may be a single actor, and its one run."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest
import trio

from benthic.runtime import (
    Actor,
    Ask,
    Child,
    LiveClock,
    NoSuchActor,
    Schedule,
    Supervisor,
    System,
    Tell,
    UsageError,
    VirtualClock,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Log = list[str]


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Ping(Ask[str]):
    pass


class Worker(Actor):
    def __init__(self, log: Log) -> None:
        self.log = log

    def on_start(self) -> Any:
        self.log.append(f"+{self.path[-1]}")

    def on_stop(self) -> None:
        self.log.append(f"-{self.path[-1]}")

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Ping)
    def ping(self, _: Ping) -> str:
        return self.path


def test_a_single_actor_may_be_the_root(run: Run) -> None:
    log: Log = []

    async def body(system: System) -> None:
        assert await system.lookup("/a").ask(Ping()) == "/a"

    run(Child("a", lambda: Worker(log)), body)

    assert log == ["+a", "-a"]


def test_a_single_actor_ends_its_turn_before_its_system_does(schedule: Schedule) -> None:
    log: Log = []

    class Thinker(Worker):
        @on(Ping)
        async def think(self, _: Ping) -> str:
            await self.sleep(100)
            self.log.append("thought")
            return "thought"

    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def stop_meanwhile() -> None:
                await trio.sleep(0.05)
                await system.stop()

            assert await system.lookup("/a").ask(Ping()) == "thought"

    run_virtual(Child("a", lambda: Thinker(log)), body, schedule=schedule)

    assert log == ["+a", "thought", "-a"]


def test_the_end_of_a_single_actor_is_the_end_of_its_system(schedule: Schedule) -> None:
    class Leaver(Worker):
        @on(Crash)
        def leave(self, _: Crash) -> None:
            self.stop()

    log: Log = []

    async def body(system: System) -> None:
        system.lookup("/a").tell(Crash())
        while system.tree().state != "dead":
            await trio.lowlevel.checkpoint()  # no System runs any more that would move time

        assert log == ["+a", "-a"]

    run_virtual(Child("a", lambda: Leaver(log)), body, schedule=schedule)


def test_the_crash_of_a_single_actor_leaves_through_the_nursery(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        system.lookup("/a").tell(Crash())
        await trio.sleep(1)

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(Child("a", lambda: Worker([])), body, schedule=schedule)

    assert caught.group_contains(ValueError, match="as asked")


def test_a_system_runs_once_and_not_after_its_stop() -> None:
    async def main() -> None:
        system = System(Supervisor("bot", []), clock=LiveClock())
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            with pytest.raises(UsageError, match="runs once"):
                await system.run()
            await system.stop()
        with pytest.raises(UsageError, match="runs once"):
            await system.run()

        never = System(Supervisor("bot", []))
        await never.stop()
        with pytest.raises(UsageError, match="not after its stop"):
            await never.run()

    trio.run(main)


def test_a_system_without_a_seed_draws_one_from_the_host() -> None:
    systems = [System(Supervisor("bot", []), clock=VirtualClock()) for _ in range(2)]

    assert systems[0].seed != systems[1].seed


def test_stopping_the_roots_address_stops_its_system(schedule: Schedule) -> None:
    log: Log = []

    async def body(system: System) -> None:
        system.lookup("/bot").stop("enough")
        while system.tree().state != "dead":
            await trio.lowlevel.checkpoint()

        assert log == ["+a", "-a"]

    run_virtual(Supervisor("bot", [Child("a", lambda: Worker(log))]), body, schedule=schedule)


def test_before_it_runs_a_system_has_a_plan_and_no_addresses() -> None:
    system = System(Supervisor("bot", [Child("a", lambda: Worker([]))]))

    assert [node.state for node in system.tree().walk()] == ["planned", "planned"]
    assert system.trace is None
    with pytest.raises(NoSuchActor):
        system.lookup("/bot/a")
