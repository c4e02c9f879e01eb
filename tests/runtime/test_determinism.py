"""One seed, one run: whatever the process, its hash seed, and the order in which trio wakes."""

import contextlib
import subprocess
import sys
from collections.abc import Callable

import attrs
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    Ask,
    Backoff,
    Child,
    Millis,
    Schedule,
    Strategy,
    Supervisor,
    System,
    Tell,
    Trace,
    on,
    run_virtual,
)

PATIENCE = 120  # s of wall time until a child process counts as hung


@attrs.frozen
class Begin(Tell):
    pass


@attrs.frozen
class Question(Ask[int]):
    pass


@attrs.frozen
class Event(Tell):
    pass


@attrs.frozen
class Hop(Tell):
    left: int


class Wanderer(Actor):
    """Draws what it does next: tell, ask, sleep, set a timer, crash, publish."""

    def __init__(self, count: int) -> None:
        self.count = count

    def on_start(self) -> None:
        self.subscribe(None, Event)

    def somebody(self) -> str:
        return f"../group{self.chance.randrange(2)}/actor{self.chance.randrange(self.count)}"

    @on(Hop)
    async def hop(self, message: Hop) -> None:
        if not message.left:
            return
        what = self.chance.randrange(6)
        following = Hop(message.left - 1)
        other = self.lookup(self.somebody())
        if what == 0:
            await self.sleep(self.chance.randrange(50))
        elif what == 1:
            self.after(self.chance.randrange(20), following)
            return
        elif what == 2:
            try:
                await self.ask(other, Question(), timeout=self.chance.randrange(1, 30))
            except Exception:  # noqa: BLE001 - whatever became of it is part of the story
                self.publish(Event())
        elif what == 3 and self.chance.random() < 0.3:
            raise ValueError("bad luck")
        elif what == 4:
            self.publish(Event())
        other.tell(following)

    @on(Question)
    async def answer(self, _: Question) -> int:
        await self.sleep(self.chance.randrange(40))
        return 1

    @on(Event)
    def hear(self, _: Event) -> None:
        if self.chance.random() < 0.05:
            raise LookupError("heard too much")


def a_wandering_tree(count: int = 4) -> Supervisor:
    group = [Child(f"actor{number}", lambda: Wanderer(count)) for number in range(count)]
    return Supervisor(
        "bot",
        [
            Supervisor("group0", group, strategy=Strategy.ONE_FOR_ALL, max_restarts=10_000),
            Supervisor(
                "group1",
                group,
                max_restarts=10_000,
                backoff=Backoff(base=Millis(5), cap=Millis(100)),
            ),
        ],
    )


def trace_hash(seed: int, schedule: Schedule = Schedule.SHUFFLE, *, hops: int = 60) -> str:
    """The hash of one run that wanders about."""
    trace = Trace()

    async def body(system: System) -> None:
        for group in range(2):
            for number in range(4):
                system.lookup(f"/bot/group{group}/actor{number}").tell(Hop(hops))
        await trio.sleep(30)

    run_virtual(a_wandering_tree(), body, seed=seed, schedule=schedule, trace=trace)
    return f"{trace.turns} {trace.hash}"


@given(st.integers(0, 2**64 - 1))
def test_two_runs_of_one_seed_are_the_same_bit_for_bit(seed: int) -> None:
    assert trace_hash(seed, hops=15) == trace_hash(seed, hops=15)


def test_other_seeds_take_other_ways() -> None:
    hashes = {trace_hash(seed) for seed in range(20)}

    assert len(hashes) == 20


def test_chance_depends_on_path_and_incarnation_and_not_on_the_schedule() -> None:
    def draws(schedule: Schedule) -> dict[str, float]:
        drawn: dict[str, float] = {}

        class Drawing(Actor):
            def on_start(self) -> None:
                drawn[self.path] = self.chance.random()

        async def body(_: System) -> None:
            return

        tree = Supervisor("bot", [Child("a", Drawing), Child("b", Drawing)])
        run_virtual(tree, body, seed=5, schedule=schedule)
        return drawn

    first = draws(Schedule.FIFO)
    assert first == draws(Schedule.DIRECT) == draws(Schedule.SHUFFLE)
    assert len(set(first.values())) == 2


@attrs.frozen
class Crash(Tell):
    pass


def test_answers_that_are_owed_fail_in_the_order_of_their_asks(schedule: Schedule) -> None:
    """Nothing is ordered by where it lies in memory, as the elements of a set are."""

    class Debtor(Actor):
        @on(Question)
        def owe(self, _: Question) -> None:
            self.reply_later()

        @on(Crash)
        def crash(self, _: Crash) -> None:
            raise ValueError("as asked")

    class Creditor(Actor):
        @on(Begin)
        async def ask_in_vain(self, _: Begin) -> None:
            with contextlib.suppress(ActorCrashed):
                await self.ask(self.lookup("debtor"), Question())
            heard.append(self.path)

    async def body(system: System) -> None:
        for number in range(12):
            system.lookup(f"/bot/creditor{number}").tell(Begin())
        await system.settle()
        system.lookup("/bot/debtor").tell(Crash())
        await system.settle()

    tree = Supervisor(
        "bot",
        [Child("debtor", Debtor), *(Child(f"creditor{n}", Creditor) for n in range(12))],
        backoff=AT_ONCE,
    )
    orders: set[tuple[str, ...]] = set()
    for _ in range(5):
        heard: list[str] = []
        run_virtual(tree, body, schedule=schedule)
        orders.add(tuple(heard))

    assert len(orders) == 1


CHILD = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("story", sys.argv[1])
story = importlib.util.module_from_spec(spec)
sys.modules["story"] = story
spec.loader.exec_module(story)
for schedule in story.Schedule:
    for seed in range(8):
        print(seed, schedule.value, story.trace_hash(seed, schedule))
"""


def hashes_in_a_process(hash_seed: str) -> str:
    """What a fresh interpreter computes; trio is not seeded in it."""
    child = subprocess.run(
        [sys.executable, "-c", CHILD, __file__],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
        timeout=PATIENCE,
    )
    return child.stdout


def test_processes_with_different_hash_seeds_agree() -> None:
    """Trap 8, the half that holds: without I/O turns, nothing is ordered by trio or by hashes."""
    first, second = hashes_in_a_process("1"), hashes_in_a_process("31337")

    assert len(first.splitlines()) == 24
    assert first == second


SEEDED = """
import trio, trio._core._run as core
core._ALLOW_DETERMINISTIC_SCHEDULING = True
core._r.seed(7)
from benthic.runtime import *
class Go(Ask[int]): pass
class Worldly(Actor):
    @on(Go, io=True)
    async def go(self, message):
        for _ in range(3):
            await trio.lowlevel.checkpoint()
        return 1
trace = Trace()
async def body(system):
    async with trio.open_nursery() as nursery:
        for number in range(8):
            nursery.start_soon(system.lookup(f"/bot/a{number}").ask, Go())
run_virtual(Supervisor("bot", [Child(f"a{n}", Worldly) for n in range(8)]), body, trace=trace)
print(trace.turns, trace.hash)
"""


def test_turns_that_await_trio_are_ordered_by_trio_and_repeat_where_it_is_seeded() -> None:
    """Trap 8, the other half: an I/O turn is the world's; only a seeded trio repeats it."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SEEDED],
            capture_output=True,
            check=True,
            text=True,
            env={"PYTHONHASHSEED": hash_seed, "PATH": ""},
            timeout=PATIENCE,
        ).stdout
        for hash_seed in ("1", "2")
    }

    assert len(outputs) == 1


@pytest.mark.parametrize("schedules", [(Schedule.FIFO, Schedule.SHUFFLE)], ids=["fifo-shuffle"])
def test_a_planted_race_shows_under_shuffle_only(
    schedules: tuple[Schedule, Schedule],
) -> None:
    """Two tells to two actors that both tell a third: who comes first is nobody's promise."""

    def orders(schedule: Schedule) -> set[str]:
        found: set[str] = set()
        for seed in range(20):
            seen: list[str] = []
            run_virtual(race(seen.append), tell_both, seed=seed, schedule=schedule)
            found.add("".join(seen))
        return found

    fifo, shuffle = schedules
    assert orders(fifo) == {"ab"}
    assert orders(shuffle) == {"ab", "ba"}


@attrs.frozen
class From(Tell):
    name: str


def race(note: Callable[[str], None]) -> Supervisor:
    class Runner(Actor):
        @on(Begin)
        def run(self, _: Begin) -> None:
            self.lookup("finish").tell(From(self.path[-1]))

    class Finish(Actor):
        @on(From)
        def note(self, message: From) -> None:
            note(message.name)

    return Supervisor("bot", [Child("a", Runner), Child("b", Runner), Child("finish", Finish)])


async def tell_both(system: System) -> None:
    for name in "ab":
        system.lookup(f"/bot/{name}").tell(Begin())
    await system.settle()
