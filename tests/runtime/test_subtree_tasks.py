"""Tasks of a subtree that misses its deadline: none outlives it, however deep it lies."""

import attrs
import trio

from benthic.runtime import (
    Actor,
    Child,
    Millis,
    Schedule,
    StartChild,
    Supervisor,
    System,
    run_virtual,
)

Log = list[tuple[str, int]]


class Reader(Actor):
    """Has a background task."""

    def __init__(self, log: Log) -> None:
        self.log = log

    def on_start(self) -> None:
        self.log.append(("start", self.elapsed))
        self.spawn(self.read)

    async def read(self) -> None:
        try:
            await trio.sleep_forever()
        finally:
            self.log.append(("read ends", self.elapsed))


class Hanging(Actor):
    """Its farewell takes longer than anybody waits."""

    async def on_stop(self) -> None:
        await self.sleep(1_000_000)


def test_the_tasks_below_a_supervisor_end_when_it_is_cut_short(schedule: Schedule) -> None:
    """No task, and no nursery for one, outlives a subtree that missed its deadline."""
    log: Log = []

    leaf = Supervisor("leaf", [Child("reader", lambda: Reader(log))])
    hanging = Child("hanging", Hanging, stop_deadline=Millis(900_000))
    middle = Supervisor("middle", [leaf, hanging])

    async def body(system: System) -> None:
        await trio.sleep(1)
        system.lookup("/bot/middle").stop(deadline=2_000)
        await trio.sleep(3)

        assert log[-1] == ("read ends", 3_000)
        assert [node.name for node in system.tree().walk()] == ["bot"]

    run_virtual(Supervisor("bot", [middle]), body, schedule=schedule)


def test_a_subtree_is_gone_only_once_its_last_task_is(schedule: Schedule) -> None:
    """Trap 12, two floors down: what is asked of the supervisor next waits for them."""
    log: Log = []

    class Lingering(Reader):
        async def read(self) -> None:
            try:
                await trio.sleep_forever()
            finally:
                with trio.CancelScope(shield=True):
                    await trio.sleep(0.5)
                self.log.append(("unwound", self.elapsed))

    leaf = Supervisor("leaf", [Child("reader", lambda: Lingering(log))])
    hanging = Child("hanging", Hanging, stop_deadline=Millis(900_000))
    middle = Supervisor("middle", [leaf, hanging])

    async def body(system: System) -> None:
        await trio.sleep(1)
        system.lookup("/bot/middle").stop(deadline=2_000)
        await system.lookup("/bot").ask(StartChild(attrs.evolve(leaf, name="middle")))

        assert log == [("start", 0), ("unwound", 3_500), ("start", 3_500)]

    run_virtual(Supervisor("bot", [middle]), body, schedule=schedule)
