"""The trace: what ran, what caused it, and that two runs of one seed agree bit for bit."""

import contextlib

import attrs
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    AskTimeout,
    Child,
    Schedule,
    Supervisor,
    System,
    Tell,
    Trace,
    TurnRecord,
    on,
    run_virtual,
)
from benthic.runtime.cell import Cell
from benthic.runtime.tracing import TracedMail

PATIENCE = 120  # s of wall time until a child process counts as hung


@attrs.frozen
class Begin(Tell):
    pass


@attrs.frozen
class Question(Ask[int]):
    pass


@attrs.frozen
class Nudge(Tell):
    pass


@attrs.frozen
class Event(Tell):
    pass


class Head(Actor):
    @on(Begin)
    async def start(self, _: Begin) -> None:
        await self.ask(self.lookup("answerer"), Question())
        self.after(5, Nudge())
        self.publish(Event())

    @on(Nudge)
    def nudge(self, _: Nudge) -> None:
        self.lookup("tail").tell(Nudge())


class Answerer(Actor):
    @on(Question)
    async def answer(self, _: Question) -> int:
        await self.sleep(2)
        return 1


class Tail(Actor):
    def on_start(self) -> None:
        self.subscribe(None, Event)

    @on(Nudge, Event)
    def hear(self, _: object) -> None:
        return


def a_tree() -> Supervisor:
    return Supervisor(
        "bot", [Child("head", Head), Child("answerer", Answerer), Child("tail", Tail)]
    )


def a_traced_run(schedule: Schedule) -> list[TurnRecord]:
    records: list[TurnRecord] = []

    async def body(system: System) -> None:
        system.lookup("/bot/head").tell(Begin())
        await trio.sleep(1)

    run_virtual(a_tree(), body, schedule=schedule, trace=Trace(records.append))
    return records


def test_the_trace_numbers_every_turn_from_one(schedule: Schedule) -> None:
    records = a_traced_run(schedule)

    assert [record.number for record in records] == list(range(1, len(records) + 1))
    assert all(record.cause < record.number for record in records)


def test_the_trace_says_what_caused_each_turn(schedule: Schedule) -> None:
    records = a_traced_run(schedule)

    def turn(path: str, message: str) -> TurnRecord:
        (found,) = (r for r in records if r.path == f"/bot/{path}" and r.message == message)
        return found

    start = turn("head", "Begin")
    question = turn("answerer", "Question")
    resumed = turn("head", "Resume")
    assert start.cause == 0  # told from outside
    assert question.cause == start.number
    assert turn("answerer", "Resume").at == 2
    assert resumed.cause == turn("answerer", "Resume").number
    assert turn("tail", "Event").cause == resumed.number
    assert (turn("head", "Nudge").at, turn("tail", "Nudge").at) == (7, 7)
    assert turn("tail", "Nudge").cause == turn("head", "Nudge").number


def test_a_message_that_is_skipped_causes_nothing(schedule: Schedule) -> None:
    """What an expired ask or a void timer was caused by does not stick to the next turn."""
    records: list[TurnRecord] = []

    class Busy(Actor):
        @on(Begin)
        async def start(self, _: Begin) -> None:
            await self.sleep(100)

        @on(Question)
        def answer(self, _: Question) -> int:
            return 1

    class Asker(Actor):
        @on(Begin)
        async def start(self, _: Begin) -> None:
            with contextlib.suppress(AskTimeout):
                await self.ask(self.lookup("busy"), Question(), timeout=10)

    async def body(system: System) -> None:
        system.lookup("/bot/busy").tell(Begin())
        await system.settle()
        system.lookup("/bot/asker").tell(Begin())
        await trio.sleep(0.1)
        await system.replay([(200, system.lookup("/bot/tail"), Nudge())])

    tree = Supervisor("bot", [Child("busy", Busy), Child("asker", Asker), Child("tail", Tail)])
    run_virtual(tree, body, schedule=schedule, trace=Trace(records.append))

    (nudge,) = (record for record in records if record.message == "Nudge")
    assert nudge.cause == 0


def test_a_run_without_a_trace_wraps_nothing() -> None:
    """It costs nothing while off: the table holds the handlers themselves, the queue is plain."""

    async def plain(system: System) -> None:
        cell = system.lookup("/bot/tail")
        assert isinstance(cell, Cell)
        assert cell.table[Nudge] is Tail.hear
        assert not isinstance(cell.mail, TracedMail)

    async def traced(system: System) -> None:
        cell = system.lookup("/bot/tail")
        assert isinstance(cell, Cell)
        assert cell.table[Nudge] is not Tail.hear
        assert isinstance(cell.mail, TracedMail)

    run_virtual(a_tree(), plain)
    run_virtual(a_tree(), traced, trace=Trace())


def test_a_stop_and_a_restart_are_in_the_trace_as_well() -> None:
    records: list[TurnRecord] = []

    class Fragile(Actor):
        def on_stop(self) -> None:
            """A turn of its own, after the crash too."""

        @on(Begin)
        def start(self, _: Begin) -> None:
            raise ValueError("as asked")

    async def body(system: System) -> None:
        system.lookup("/bot/a").tell(Begin())
        await system.settle()

    tree = Supervisor("bot", [Child("a", Fragile)], backoff=AT_ONCE)
    run_virtual(tree, body, trace=Trace(records.append))
    turns = [(record.path, record.message) for record in records]

    assert turns.count(("/bot/a", "Start")) == 2
    assert ("/bot", "ChildFailed") in turns
    assert turns.count(("/bot/a", "Stop")) == 2
