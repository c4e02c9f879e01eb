"""Background tasks and I/O turns: bound to their incarnation, in life and in death."""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    Millis,
    Schedule,
    StillRunning,
    Strategy,
    Supervisor,
    System,
    Tell,
    UsageError,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]
Until = Callable[[Callable[[], bool]], Awaitable[None]]
Log = list[tuple[str, int]]


@attrs.frozen
class Tick(Tell):
    number: int


@attrs.frozen
class Crash(Tell):
    pass


@attrs.frozen
class Fetch(Ask[str]):
    seconds: float = 0.0


@attrs.frozen
class Seen(Ask[tuple[int, ...]]):
    pass


class Reader(Actor):
    """Has a background task that tells it what it read."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.seen: list[int] = []

    def on_start(self) -> None:
        self.log.append(("start", self.elapsed))
        self.spawn(self.read, 3)

    def on_stop(self) -> None:
        self.log.append(("stop", self.elapsed))

    async def read(self, count: int) -> None:
        try:
            for number in range(count):
                self.ref.tell(Tick(number))
                await trio.sleep(0.001)
            await trio.sleep_forever()
        finally:
            self.log.append(("read ends", self.elapsed))

    @on(Tick)
    def tick(self, message: Tick) -> None:
        self.seen.append(message.number)

    @on(Seen)
    def tell_seen(self, _: Seen) -> tuple[int, ...]:
        return tuple(self.seen)

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Fetch, io=True)
    async def fetch(self, message: Fetch) -> str:
        try:
            await trio.sleep(message.seconds)
        finally:
            self.log.append(("fetch ends", self.elapsed))
        return "fetched"


class Bystander(Actor):
    def __init__(self, log: Log) -> None:
        self.log = log

    def on_start(self) -> None:
        self.log.append(("bystander starts", self.elapsed))

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Seen)
    def tell_seen(self, _: Seen) -> tuple[int, ...]:
        return ()


def a_tree(
    log: Log,
    reader: type[Reader] = Reader,
    strategy: Strategy = Strategy.ONE_FOR_ONE,
    *,
    deadline: int = 5_000,
) -> Supervisor:
    return Supervisor(
        "bot",
        [
            Child("bystander", lambda: Bystander(log)),
            Child("reader", lambda: reader(log), stop_deadline=Millis(deadline)),
        ],
        backoff=AT_ONCE,
        strategy=strategy,
    )


def names(log: Log) -> list[str]:
    return [name for name, _ in log]


def test_a_background_task_reaches_its_actor_by_message(run: Run, until: Until) -> None:
    async def body(system: System) -> None:
        reader = system.lookup("/bot/reader")
        await until(lambda: reader.statistics().handled == 3)

        assert await reader.ask(Seen()) == (0, 1, 2)

    run(a_tree([]), body)


def test_a_background_task_ends_before_the_next_incarnation_starts(run: Run) -> None:
    """Trap 12."""
    log: Log = []

    class Lingering(Reader):
        async def read(self, count: int) -> None:
            try:
                await super().read(count)
            finally:
                with trio.CancelScope(shield=True):
                    await trio.sleep(0.02)
                self.log.append(("unwound", self.elapsed))

    async def body(system: System) -> None:
        reader = system.lookup("/bot/reader")
        await trio.sleep(0.01)
        reader.tell(Crash())
        await reader.ask(Seen())

        assert names(log)[:6] == [
            "bystander starts", "start", "stop", "read ends", "unwound", "start",
        ]  # fmt: skip
        assert log[4][1] - log[3][1] >= 19

    run(a_tree(log, Lingering), body)


@pytest.mark.parametrize("strategy", [Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE])
def test_the_tasks_of_a_sibling_end_in_a_group_restart(
    strategy: Strategy, run: Run, until: Until
) -> None:
    log: Log = []

    async def body(system: System) -> None:
        await trio.sleep(0.01)
        system.lookup("/bot/bystander").tell(Crash())
        await until(lambda: len(log) == 6)

        assert names(log) == [
            "bystander starts", "start", "stop", "read ends", "bystander starts", "start",
        ]  # fmt: skip
        assert log[5][1] - log[2][1] < 1_000

    run(a_tree(log, strategy=strategy), body)


@pytest.mark.parametrize("nested", [0, 1, 2], ids=["bare", "in-a-group", "in-two-groups"])
def test_the_crash_of_a_task_is_its_actors_crash_unwrapped(
    nested: int, run: Run, until: Until
) -> None:
    """Trap 16: a group of one is unwrapped, and kept as the cause."""
    log: Log = []

    class Breaking(Reader):
        def on_start(self) -> None:
            super().on_start()
            if len(self.log) < 3:
                self.spawn(self.break_down, nested)

        async def break_down(self, depth: int) -> None:
            if depth == 0:
                await trio.sleep(0.005)
                raise LookupError("in the background")
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.break_down, depth - 1)

    async def body(system: System) -> None:
        await until(lambda: names(log).count("start") == 2)
        node = system.tree().children[1]

        assert (node.restarts, node.error, node.state) == (1, "LookupError", "running")
        error = system.lookup("/bot/reader").error  # type: ignore[attr-defined]  # of the cell
        assert isinstance(error.__cause__, ExceptionGroup) is (nested > 0)

    run(a_tree(log, Breaking), body)


def test_several_crashes_at_once_stay_a_group(run: Run, until: Until) -> None:
    """H10."""
    log: Log = []

    class Breaking(Reader):
        def on_start(self) -> None:
            super().on_start()
            if len(self.log) < 3:
                self.spawn(self.break_down)

        async def break_down(self) -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self.fail, LookupError("one"))
                nursery.start_soon(self.fail, ValueError("two"))

        async def fail(self, error: Exception) -> None:
            raise error

    async def body(system: System) -> None:
        await until(lambda: names(log).count("start") == 2)

        assert system.tree().children[1].error == "ExceptionGroup"

    run(a_tree(log, Breaking), body)


class Stubborn(Reader):
    """Its task ignores cancellation for a minute."""

    async def read(self, _: int) -> None:
        try:
            await trio.sleep_forever()
        finally:
            with trio.CancelScope(shield=True):
                await trio.sleep(60)
            self.log.append(("gave in", self.elapsed))


def test_nothing_is_started_beside_a_task_that_ignores_cancellation(schedule: Schedule) -> None:
    """H4: the failure escalates with the name of the offender."""
    log: Log = []

    async def body(system: System) -> None:
        await trio.sleep(1)
        system.lookup("/bot/reader").tell(Crash())
        await trio.sleep(300)

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(a_tree(log, Stubborn, deadline=2_000), body, schedule=schedule)

    assert caught.group_contains(StillRunning, match="/bot/reader: 1 tasks ignored cancellation")
    assert names(log).count("start") == 1
    assert log[-1] == ("gave in", 61_000)


def test_a_stop_tells_of_a_task_that_ignored_cancellation(schedule: Schedule) -> None:
    """H4, and the others have their orderly end all the same."""
    log: Log = []

    class Elder(Bystander):
        def on_stop(self) -> None:
            self.log.append(("elder stops", self.elapsed))

    async def body(system: System) -> None:
        await system.stop()

    tree = Supervisor(
        "bot",
        [
            Child("elder", lambda: Elder(log)),
            Child("stubborn", lambda: Stubborn(log), stop_deadline=Millis(2_000)),
        ],
    )
    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(tree, body, schedule=schedule)

    assert caught.group_contains(StillRunning)
    assert log[2:] == [("stop", 0), ("elder stops", 2_000), ("gave in", 60_000)]


def test_a_task_of_a_dead_incarnation_changes_nothing_any_more(run: Run) -> None:
    """Trap 4: what clean-up sets, subscribes or spawns does not reach the next incarnation."""
    refused: list[str] = []

    class Meddler(Reader):
        async def read(self, _: int) -> None:
            try:
                await trio.sleep_forever()
            finally:
                self.after(1, Tick(99))
                self.subscribe(self.lookup("bystander"), Tick)
                self.watch(self.lookup("bystander"))
                try:
                    self.spawn(trio.sleep_forever)
                except UsageError as error:
                    refused.append(str(error))
                raise LookupError("late")

    class Publisher(Bystander):
        @on(Tick)
        def pass_on(self, message: Tick) -> None:
            self.publish(message)

    async def body(system: System) -> None:
        reader, publisher = system.lookup("/bot/reader"), system.lookup("/bot/bystander")
        await trio.sleep(0.005)
        reader.tell(Crash())
        await reader.ask(Seen())
        publisher.tell(Tick(77))
        await trio.sleep(0.02)

        assert await reader.ask(Seen()) == ()
        assert refused == ["/bot/reader: this incarnation has ended and can start no task"]
        assert system.tree().children[1].restarts == 1

    tree = Supervisor(
        "bot",
        [Child("bystander", lambda: Publisher([])), Child("reader", lambda: Meddler([]))],
        backoff=AT_ONCE,
    )
    run(tree, body)


def test_a_background_task_may_sleep_on_the_clock_of_its_actor(schedule: Schedule) -> None:
    log: Log = []

    class Dozing(Reader):
        async def read(self, count: int) -> None:
            for number in range(count):
                await self.sleep(100)
                self.ref.tell(Tick(number))
            log.append(("woke", self.elapsed))
            await self.sleep(1_000_000)  # ends with the incarnation

    async def body(system: System) -> None:
        await trio.sleep(1)

        assert await system.lookup("/bot/reader").ask(Seen()) == (0, 1, 2)
        assert log[-1] == ("woke", 300)

    run_virtual(a_tree(log, Dozing), body, schedule=schedule)
