"""Who is restarted with whom, how often, and after which wait.

The rules as a whole are compared with a model of OTP's in `tests/benchmarks/test_supervisors.py`;
here each stands alone, in words, and with what the model leaves out: back-off and addresses.
"""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    Millis,
    Restart,
    RestartLimit,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)
from benthic.runtime.supervision.intensity import Intensity

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


def a_tree(
    log: Log, strategy: Strategy, kinds: dict[str, Restart] | None = None, **options: int
) -> Supervisor:
    kinds = kinds or {}
    children = [
        Child(name, lambda: Worker(log), restart=kinds.get(name, Restart.PERMANENT))
        for name in "abcd"
    ]
    return Supervisor(
        "bot",
        children,
        strategy=strategy,
        backoff=AT_ONCE,
        max_restarts=options.get("max_restarts", 3),
        window=Millis(options.get("window", 5_000)),
    )


@pytest.mark.parametrize(
    ("strategy", "story"),
    [
        (Strategy.ONE_FOR_ONE, "-b +b"),
        (Strategy.ONE_FOR_ALL, "-d -c -b -a +a +b +c +d"),
        (Strategy.REST_FOR_ONE, "-d -c -b +b +c +d"),
    ],
    ids=lambda value: getattr(value, "value", ""),
)
def test_a_strategy_restarts_its_group_stopped_in_reverse(
    strategy: Strategy, story: str, run: Run
) -> None:
    """H1."""
    log: Log = []

    async def body(system: System) -> None:
        log.clear()
        system.lookup("/bot/b").tell(Crash())
        await system.settle()

        assert " ".join(log) == story

    run(a_tree(log, strategy), body)


@pytest.mark.parametrize(
    ("kind", "message", "story"),
    [
        (Restart.PERMANENT, Crash(), "-b +b"),
        (Restart.PERMANENT, Exit(), "-b +b"),
        (Restart.TRANSIENT, Crash(), "-b +b"),
        (Restart.TRANSIENT, Exit(), "-b"),
        (Restart.TEMPORARY, Crash(), "-b"),
        (Restart.TEMPORARY, Exit(), "-b"),
    ],
    ids=lambda value: getattr(value, "value", type(value).__name__),
)
def test_a_kind_of_child_is_restarted_or_not(
    kind: Restart, message: Tell, story: str, run: Run
) -> None:
    log: Log = []

    async def body(system: System) -> None:
        child = system.lookup("/bot/b")
        log.clear()
        child.tell(message)
        await system.settle()

        assert " ".join(log) == story
        assert child.is_alive is ("+" in story)

    run(a_tree(log, Strategy.ONE_FOR_ONE, {"b": kind}), body)


def test_a_group_restart_leaves_out_temporary_members_for_good(run: Run) -> None:
    log: Log = []

    async def body(system: System) -> None:
        log.clear()
        system.lookup("/bot/a").tell(Crash())
        await system.settle()
        system.lookup("/bot/a").tell(Crash())
        await system.settle()

        assert " ".join(log) == "-d -c -b -a +a +b +d -d -b -a +a +b +d"
        assert [node.name for node in system.tree().children] == ["a", "b", "d"]

    run(a_tree(log, Strategy.ONE_FOR_ALL, {"c": Restart.TEMPORARY}), body)


def test_a_group_restart_starts_a_transient_member_that_had_ended(run: Run) -> None:
    log: Log = []

    async def body(system: System) -> None:
        c = system.lookup("/bot/c")
        c.tell(Exit())
        await system.settle()
        assert not c.is_alive
        log.clear()
        system.lookup("/bot/a").tell(Crash())
        await system.settle()

        assert " ".join(log) == "-d -b -a +a +b +c +d"
        assert await c.ask(Ping()) >= 0  # the address of before

    run(a_tree(log, Strategy.ONE_FOR_ALL, {"c": Restart.TRANSIENT}), body)


@pytest.mark.parametrize("pause", [0, 1, 4_999, 5_000, 5_001])
def test_the_limit_is_passed_by_strictly_more_in_a_window_with_its_edge(
    pause: int, schedule: Schedule
) -> None:
    """Three restarts are allowed: the fourth counts while the first is at most 5,000 ms old."""
    log: Log = []

    async def body(system: System) -> None:
        child = system.lookup("/bot/a")
        for _ in range(3):
            child.tell(Crash())
            await system.settle()
        await trio.sleep(pause / 1000)
        child.tell(Crash())
        await trio.sleep(60)

    if pause > 5_000:
        run_virtual(a_tree(log, Strategy.ONE_FOR_ONE), body, schedule=schedule)
    else:
        with pytest.raises(ExceptionGroup) as caught:
            run_virtual(a_tree(log, Strategy.ONE_FOR_ONE), body, schedule=schedule)
        assert caught.group_contains(RestartLimit, match="/bot: 4 restarts within 5000 ms")


@given(
    limit=st.integers(0, 5),
    window=st.integers(1, 50),
    steps=st.lists(st.integers(0, 20), max_size=60),
)
def test_intensity_counts_as_a_list_of_all_moments_would(
    limit: int, window: int, steps: list[int]
) -> None:
    intensity = Intensity(limit, Millis(window))
    now = 0
    moments: list[int] = []
    for step in steps:
        now += step
        moments.append(now)
        recent = [moment for moment in moments if now - moment <= window]

        assert intensity.add(Millis(now)) is (len(recent) <= limit)
        assert intensity.count == len(recent)


def test_the_root_that_gives_up_stops_its_children_in_reverse(schedule: Schedule) -> None:
    """H6."""
    log: Log = []

    async def body(system: System) -> None:
        child = system.lookup("/bot/b")
        log.clear()
        for _ in range(2):
            child.tell(Crash())
        await trio.sleep(1)

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(a_tree(log, Strategy.ONE_FOR_ONE, max_restarts=1), body, schedule=schedule)

    assert " ".join(log) == "-b +b -d -c -b -a"
    error: BaseException = caught.value
    while isinstance(error, BaseExceptionGroup):
        (error,) = error.exceptions
    assert isinstance(error, RestartLimit)
    assert isinstance(error.__cause__, ValueError)


def test_a_supervisor_that_gives_up_is_restarted_by_its_own(run: Run) -> None:
    log: Log = []
    inner = Supervisor(
        "inner",
        [Child("x", lambda: Worker(log)), Child("y", lambda: Worker(log))],
        max_restarts=0,
        backoff=AT_ONCE,
    )
    outer = Supervisor("bot", [inner, Child("z", lambda: Worker(log))], backoff=AT_ONCE)

    async def body(system: System) -> None:
        x, y = system.lookup("/bot/inner/x"), system.lookup("/bot/inner/y")
        log.clear()
        x.tell(Crash())
        await system.settle()

        assert " ".join(log) == "-y -x +x +y"
        assert await x.ask(Ping()) >= 0  # addresses survive their supervisor's restart
        assert await y.ask(Ping()) >= 0
        node = system.tree().children[0]
        assert (node.restarts, node.error) == (1, "RestartLimit")

    run(outer, body)
