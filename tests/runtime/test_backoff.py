"""How long a restart waits, and what happens meanwhile."""

from collections.abc import Awaitable, Callable
from itertools import pairwise
from random import Random

import attrs
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import (
    Actor,
    Ask,
    Backoff,
    Child,
    Millis,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)
from benthic.runtime.supervision.intensity import delay_before

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Log = list[str]


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Exit(Tell):
    pass


@attrs.frozen
class Ping(Ask[int]):
    pass


class Worker(Actor):
    def __init__(self, log: Log) -> None:
        self.log = log

    def on_start(self) -> None:
        self.log.append(f"+{self.path[-1]}")

    def on_stop(self) -> None:
        self.log.append(f"-{self.path[-1]}")

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Exit)
    def leave(self, _: Exit) -> None:
        self.stop()

    @on(Ping)
    def ping(self, _: Ping) -> int:
        return self.now


def test_a_restart_waits_longer_each_time_in_the_window(schedule: Schedule) -> None:
    started: list[int] = []

    class Noting(Worker):
        def on_start(self) -> None:
            started.append(self.now)

    tree = Supervisor(
        "bot",
        [Child("a", lambda: Noting([]))],
        max_restarts=10,
        window=Millis(60_000),
        backoff=Backoff(base=Millis(100), factor=2.0, cap=Millis(500), jitter=0.0),
    )

    async def body(system: System) -> None:
        for _ in range(5):
            system.lookup("/bot/a").tell(Crash())
            await trio.sleep(1)

    run_virtual(tree, body, schedule=schedule)

    assert [now % 1_000 for now in started] == [0, 100, 200, 400, 500, 500]


def test_messages_wait_while_a_restart_does(schedule: Schedule) -> None:
    tree = Supervisor(
        "bot",
        [Child("a", lambda: Worker([])), Child("b", lambda: Worker([]))],
        backoff=Backoff(base=Millis(1_000), jitter=0.0),
    )

    async def body(system: System) -> None:
        a, b = system.lookup("/bot/a"), system.lookup("/bot/b")
        a.tell(Crash())
        await system.settle()

        assert [node.state for node in system.tree().children] == ["suspended", "running"]
        assert a.is_alive
        assert await b.ask(Ping()) == 0  # its siblings go on meanwhile
        assert await a.ask(Ping()) == 1_000

    run_virtual(tree, body, schedule=schedule)


def test_a_sibling_may_crash_while_a_restart_waits(schedule: Schedule) -> None:
    log: Log = []
    tree = Supervisor(
        "bot",
        [Child(name, lambda: Worker(log)) for name in "abc"],
        strategy=Strategy.REST_FOR_ONE,
        backoff=Backoff(base=Millis(1_000), factor=1.0, jitter=0.0),
    )

    async def body(system: System) -> None:
        log.clear()
        system.lookup("/bot/b").tell(Crash())
        await trio.sleep(0.5)
        system.lookup("/bot/a").tell(Crash())
        await trio.sleep(0.9)
        assert " ".join(log) == "-c -b -a"
        await trio.sleep(0.2)
        assert " ".join(log) == "-c -b -a +a +b +c"

    run_virtual(tree, body, schedule=schedule)


def test_a_child_that_is_stopped_while_its_restart_waits_stays_away(schedule: Schedule) -> None:
    log: Log = []
    tree = Supervisor(
        "bot",
        [Child("a", lambda: Worker(log)), Child("b", lambda: Worker(log))],
        backoff=Backoff(base=Millis(1_000), jitter=0.0),
    )

    async def body(system: System) -> None:
        a = system.lookup("/bot/a")
        log.clear()
        a.tell(Crash())
        await trio.sleep(0.5)
        a.stop()
        await trio.sleep(5)

        assert log == ["-a"]
        assert [node.name for node in system.tree().children] == ["b"]

    run_virtual(tree, body, schedule=schedule)


@given(
    restart=st.integers(1, 200),
    base=st.integers(0, 10_000),
    factor=st.floats(1, 5),
    more=st.integers(0, 100_000),
    jitter=st.floats(0, 1),
    seed=st.integers(0, 1_000),
)
def test_a_wait_lies_between_its_jitter_and_its_cap(
    restart: int, base: int, factor: float, more: int, jitter: float, seed: int
) -> None:
    backoff = Backoff(Millis(base), factor, Millis(base + more), jitter)
    delay = delay_before(restart, backoff, Random(seed))  # noqa: S311 - seeded on purpose
    full = delay_before(restart, attrs.evolve(backoff, jitter=0.0), Random(0))  # noqa: S311

    assert 0 <= delay <= full <= base + more
    assert delay >= round(full * (1 - jitter)) - 1
    assert delay_before(restart, backoff, Random(seed)) == delay  # noqa: S311


def test_waits_grow_until_their_cap() -> None:
    backoff = Backoff(Millis(100), 2.0, Millis(30_000), 0.0)
    waits = [delay_before(number, backoff, Random(0)) for number in range(1, 100)]  # noqa: S311

    assert waits[:4] == [100, 200, 400, 800]
    assert all(one <= other for one, other in pairwise(waits))
    assert waits[-1] == 30_000


def test_jitter_spreads_restarts_over_its_share() -> None:
    backoff = Backoff(Millis(1_000), 1.0, Millis(1_000), 0.5)
    waits = [delay_before(1, backoff, Random(seed)) for seed in range(500)]  # noqa: S311

    assert min(waits) < 520
    assert max(waits) > 980
    assert 700 < sum(waits) / len(waits) < 800


def test_jitter_is_drawn_from_the_seed(schedule: Schedule) -> None:
    def moments(seed: int) -> list[int]:
        started: list[int] = []

        class Noting(Worker):
            def on_start(self) -> None:
                started.append(self.now)

        async def body(system: System) -> None:
            for _ in range(3):
                system.lookup("/bot/a").tell(Crash())
                await trio.sleep(10)

        tree = Supervisor("bot", [Child("a", lambda: Noting([]))], max_restarts=9)
        run_virtual(tree, body, seed=seed, schedule=schedule)
        return started

    assert moments(1) == moments(1)
    assert moments(1) != moments(2)
