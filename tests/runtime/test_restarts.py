"""Who is restarted with whom, how often, and after which wait.

The rules as a whole are compared with a model of OTP's in `tests/benchmarks/test_supervisors.py`;
here each stands alone, in words, and with what the model leaves out: back-off and addresses.
"""

from collections.abc import Awaitable, Callable
from itertools import pairwise
from random import Random

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Backoff,
    Child,
    Millis,
    Restart,
    RestartLimit,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    UsageError,
    on,
    run_virtual,
)
from benthic.runtime.supervision.intensity import Intensity, delay_before

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


# -- back-off


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


# -- declarations


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Child("", Actor), "non-empty"),
        (lambda: Child("a/b", Actor), "without '/'"),
        (lambda: Child("..", Actor), "cannot be the name"),
        (lambda: Supervisor("s", [Child("a", Actor), Child("a", Actor)]), "two children named"),
        (lambda: Supervisor("s", [], max_restarts=-1), "max_restarts >= 0"),
        (lambda: Supervisor("s", [], window=Millis(0)), "window >= 1"),
        (lambda: Backoff(base=Millis(-1)), "0 <= base"),
        (lambda: Backoff(base=Millis(10), cap=Millis(5)), "base <= cap"),
        (lambda: Backoff(factor=0.5), "factor >= 1"),
        (lambda: Backoff(jitter=1.5), r"jitter 0\.\.1"),
    ],
    ids=[
        "empty", "slash", "dots", "twice", "restarts", "window", "base", "cap", "factor", "jitter",
    ],
)  # fmt: skip
def test_a_tree_that_makes_no_sense_is_refused(make: Callable[[], object], text: str) -> None:
    with pytest.raises(UsageError, match=text):
        make()
