"""Children that are asked for while their supervisor runs: `StartChild`."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    AskTimeout,
    Child,
    Millis,
    NameTaken,
    NotStarted,
    Restart,
    Schedule,
    StartChild,
    Supervisor,
    System,
    Tell,
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


class Broken(Worker):
    """Does not start as long as there is a failure left."""

    def __init__(self, log: Log, failures: list[str]) -> None:
        super().__init__(log)
        self.failures = failures
        if failures and failures[-1] == "factory":
            failures.pop()
            log.append("!")
            raise LookupError("in the factory")

    def on_start(self) -> Awaitable[None] | None:
        failure = self.failures.pop() if self.failures else ""
        if failure:
            self.log.append("!")
        if failure == "late":
            return self.fail_late()
        if failure:
            raise LookupError("in on_start")
        self.log.append(f"+{self.path[-1]}")
        return None

    async def fail_late(self) -> None:
        await self.sleep(5)
        raise LookupError("late in on_start")


FAILURES = pytest.mark.parametrize("where", ["factory", "sync", "late"])


def test_a_child_may_be_started_later(run: Run) -> None:
    log: Log = []

    async def body(system: System) -> None:
        bot = system.lookup("/bot")
        ref = await bot.ask(StartChild(Child("b", lambda: Worker(log))))

        assert ref is system.lookup("/bot/b")
        assert await ref.ask(Ping()) == "/bot/b"
        ref.tell(Crash())
        assert await ref.ask(Ping()) == "/bot/b"
        await system.stop()

        assert log == ["+a", "+b", "-b", "+b", "-b", "-a"]

    run(Supervisor("bot", [Child("a", lambda: Worker(log))], backoff=AT_ONCE), body)


def test_a_subtree_may_be_started_later_and_stopped_again(run: Run) -> None:
    log: Log = []
    subtree = Supervisor("s", [Child(name, lambda: Worker(log)) for name in "xy"])

    async def body(system: System) -> None:
        await system.lookup("/bot").ask(StartChild(subtree))
        assert await system.lookup("/bot/s/y").ask(Ping()) == "/bot/s/y"
        system.lookup("/bot/s").stop()
        await system.settle()

        assert log == ["+x", "+y", "-y", "-x"]
        assert [node.path for node in system.tree().walk()] == ["/bot"]

    run(Supervisor("bot", []), body)


def test_a_name_is_free_again_once_its_child_has_stopped(run: Run) -> None:
    async def body(system: System) -> None:
        bot = system.lookup("/bot")
        child = Child("a", lambda: Worker([]))
        with pytest.raises(NameTaken, match="a child named 'a'"):
            await bot.ask(StartChild(child))
        old = system.lookup("/bot/a")
        old.stop()
        await system.settle()
        new = await bot.ask(StartChild(child))

        assert new is not old
        assert not old.is_alive
        assert await new.ask(Ping()) == "/bot/a"

    run(Supervisor("bot", [Child("a", lambda: Worker([]))]), body)


@FAILURES
def test_a_later_child_that_does_not_start_harms_nobody(where: str, schedule: Schedule) -> None:
    async def body(system: System) -> None:
        bot = system.lookup("/bot")
        broken = Child("b", lambda: Broken([], [where]))
        with pytest.raises(NotStarted, match="/bot/b did not start") as caught:
            await bot.ask(StartChild(broken))

        assert isinstance(caught.value.__cause__, LookupError)
        assert [node.name for node in system.tree().children] == ["a"]
        assert await system.lookup("/bot/a").ask(Ping()) == "/bot/a"
        assert await (await bot.ask(StartChild(Child("b", lambda: Worker([]))))).ask(Ping())

    run_virtual(Supervisor("bot", [Child("a", lambda: Worker([]))]), body, schedule=schedule)


def test_a_later_child_that_takes_too_long_harms_nobody(schedule: Schedule) -> None:
    class Endless(Worker):
        async def on_start(self) -> None:
            await self.sleep(1_000_000)

    async def body(system: System) -> None:
        endless = Child("b", lambda: Endless([]), start_deadline=Millis(500))
        with pytest.raises(NotStarted) as caught:
            await system.lookup("/bot").ask(StartChild(endless))

        assert isinstance(caught.value.__cause__, AskTimeout)
        assert [node.name for node in system.tree().walk()] == ["bot"]

    run_virtual(Supervisor("bot", []), body, schedule=schedule)


def test_later_children_are_forgotten_when_their_supervisor_restarts(run: Run) -> None:
    log: Log = []
    inner = Supervisor("inner", [Child("a", lambda: Worker(log))], max_restarts=0)

    async def body(system: System) -> None:
        later = await system.lookup("/bot/inner").ask(
            StartChild(Child("b", lambda: Worker(log), restart=Restart.TEMPORARY))
        )
        system.lookup("/bot/inner/a").tell(Crash())
        await system.settle()

        assert log == ["+a", "+b", "-b", "-a", "+a"]
        assert not later.is_alive

    run(Supervisor("bot", [inner], backoff=AT_ONCE), body)
