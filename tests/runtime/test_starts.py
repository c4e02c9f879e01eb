"""Starts: in order, in time, and what is left of one that fails (H3)."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorStopped,
    Ask,
    Backoff,
    Child,
    Millis,
    RestartLimit,
    Schedule,
    StartFailed,
    Strategy,
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
