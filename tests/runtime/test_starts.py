"""Starts: in order, in time, and what is left of one that fails (H3)."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorStopped,
    Ask,
    AskTimeout,
    Backoff,
    Child,
    LiveClock,
    Millis,
    NameTaken,
    NotStarted,
    Restart,
    RestartLimit,
    Schedule,
    StartChild,
    StartFailed,
    Strategy,
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


class SlowStarter(Worker):
    async def on_start(self) -> None:
        await self.sleep(10)
        self.log.append(f"+{self.path[-1]}")


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


def test_children_start_in_order_each_after_the_one_before(run: Run) -> None:
    log: Log = []
    inner = Supervisor("inner", [Child("b", lambda: SlowStarter(log))])
    tree = Supervisor(
        "bot", [Child("a", lambda: SlowStarter(log)), inner, Child("c", lambda: Worker(log))]
    )

    async def body(_: System) -> None:
        assert log == ["+a", "+b", "+c"]

    run(tree, body)


def test_a_message_to_an_actor_that_starts_waits_for_its_start(run: Run) -> None:
    heard: list[str] = []

    class Teller(Worker):
        def on_start(self) -> None:
            self.lookup("b").tell(Crash())

    class Late(SlowStarter):
        @on(Crash)
        def crash(self, _: Crash) -> None:
            heard.extend(self.log)

    tree = Supervisor("bot", [Child("a", lambda: Teller([])), Child("b", lambda: Late([]))])

    async def body(system: System) -> None:
        await system.lookup("/bot/b").ask(Ping())

        assert heard == ["+b"]

    run(tree, body)


@FAILURES
def test_a_tree_that_does_not_start_says_who_and_leaves_nothing(
    where: str, schedule: Schedule
) -> None:
    log: Log = []
    inner = Supervisor("inner", [Child("b", lambda: Worker(log)),
                                 Child("c", lambda: Broken(log, [where]))])  # fmt: skip
    tree = Supervisor(
        "bot", [Child("a", lambda: Worker(log)), inner, Child("d", lambda: Worker(log))]
    )

    async def body(_: System) -> None:
        pytest.fail("the tree has started")

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(tree, body, schedule=schedule)

    assert caught.group_contains(StartFailed, match="/bot/inner did not start")
    assert log == ["+a", "+b", "!", "-b", "-a"]
    error: BaseException | None = caught.value
    while isinstance(error, BaseExceptionGroup):
        (error,) = error.exceptions
    assert isinstance(error, StartFailed)
    assert isinstance(error.__cause__, StartFailed)
    assert error.__cause__.path == "/bot/inner/c"
    assert isinstance(error.__cause__.__cause__, LookupError)


@FAILURES
def test_a_failed_restart_counts_and_is_tried_again(where: str, schedule: Schedule) -> None:
    log: Log = []
    failures: list[str] = []
    tree = Supervisor(
        "bot", [Child("a", lambda: Broken(log, failures))], backoff=AT_ONCE, max_restarts=3
    )

    async def body(system: System) -> None:
        log.clear()
        failures[:] = [where] * 2
        a = system.lookup("/bot/a")
        a.tell(Crash())

        assert await a.ask(Ping()) == "/bot/a"
        assert log == ["-a", "!", "!", "+a"]
        assert system.tree().children[0].restarts == 3

    run_virtual(tree, body, schedule=schedule)


@FAILURES
def test_restarts_that_fail_too_often_pass_the_limit(where: str, schedule: Schedule) -> None:
    log: Log = []
    failures: list[str] = []
    tree = Supervisor(
        "bot", [Child("a", lambda: Broken(log, failures))], backoff=AT_ONCE, max_restarts=3
    )

    async def body(system: System) -> None:
        failures[:] = [where] * 3
        a = system.lookup("/bot/a")
        a.tell(Crash())
        with pytest.raises(ActorStopped):
            await a.ask(Ping())

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(tree, body, schedule=schedule)

    assert caught.group_contains(RestartLimit)
    assert log == ["+a", "-a", "!", "!", "!"]


def test_a_failed_restart_waits_for_its_back_off(schedule: Schedule) -> None:
    moments: list[int] = []
    failures: list[str] = []

    class Noting(Broken):
        def on_start(self) -> Awaitable[None] | None:
            moments.append(self.now)
            return super().on_start()

    tree = Supervisor(
        "bot",
        [Child("a", lambda: Noting([], failures))],
        backoff=Backoff(base=Millis(100), factor=2.0, jitter=0.0),
        max_restarts=5,
    )

    async def body(system: System) -> None:
        failures[:] = ["sync"] * 2
        a = system.lookup("/bot/a")
        a.tell(Crash())
        await a.ask(Ping())

    run_virtual(tree, body, schedule=schedule)

    assert moments == [0, 100, 300, 700]


def test_the_rest_of_a_group_waits_for_the_member_that_fails(schedule: Schedule) -> None:
    log: Log = []
    failures: list[str] = []
    tree = Supervisor(
        "bot",
        [
            Child("a", lambda: Worker(log)),
            Child("b", lambda: Broken(log, failures)),
            Child("c", lambda: Worker(log)),
        ],
        strategy=Strategy.ONE_FOR_ALL,
        backoff=AT_ONCE,
    )

    async def body(system: System) -> None:
        log.clear()
        failures[:] = ["sync"]
        system.lookup("/bot/c").tell(Crash())
        await system.settle()

        assert log == ["-c", "-b", "-a", "+a", "!", "-a", "+a", "+b", "+c"]

    run_virtual(tree, body, schedule=schedule)


def test_a_start_has_a_deadline(schedule: Schedule) -> None:
    class Endless(Worker):
        async def on_start(self) -> None:
            await self.sleep(1_000_000)

    async def body(_: System) -> None:
        pytest.fail("the tree has started")

    tree = Supervisor(
        "bot",
        [
            Child("a", lambda: Worker([])),
            Child("b", lambda: Endless([]), start_deadline=Millis(2_000)),
        ],
    )
    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(tree, body, schedule=schedule)

    assert caught.group_contains(StartFailed, match="/bot/b did not start")


# -- StartChild


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


# -- the root


def test_a_single_actor_may_be_the_root(run: Run) -> None:
    log: Log = []

    async def body(system: System) -> None:
        assert await system.lookup("/a").ask(Ping()) == "/a"

    run(Child("a", lambda: Worker(log)), body)

    assert log == ["+a", "-a"]


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
