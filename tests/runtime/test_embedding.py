"""A System in somebody else's nursery: what it takes, what it leaves, how it fails (R2, H5, H7)."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    Ask,
    Child,
    LiveClock,
    RestartLimit,
    Schedule,
    Supervisor,
    System,
    Tell,
    VirtualClock,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Work(Ask[int]):
    left: int


@attrs.frozen
class Crash(Tell):
    pass


def leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in leaves(inner)]
    return [error]


def test_cancelling_the_nursery_stops_the_tree_in_order(schedule: Schedule) -> None:
    log: list[str] = []

    class Noting(Actor):
        async def on_stop(self) -> None:
            await self.sleep(10)
            log.append(self.path)

    async def main() -> None:
        system = System(tree, clock=clock, schedule=schedule)
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            nursery.cancel_scope.cancel()

    clock = VirtualClock()
    tree = Supervisor("bot", [Child("a", Noting), Supervisor("s", [Child("b", Noting)])])
    trio.run(main, clock=clock)

    assert log == ["/bot/s/b", "/bot/a"]
    assert clock.now() == 20


def test_a_failure_leaves_through_the_embedding_nursery_as_a_group(run: Run) -> None:
    async def body(system: System) -> None:
        for _ in range(2):
            system.lookup("/bot/busy").tell(Crash())
        await trio.sleep_forever()

    tree = Supervisor("bot", [Child("busy", Quick)], max_restarts=1, backoff=AT_ONCE)
    with pytest.raises(ExceptionGroup) as caught:
        run(tree, body)

    assert caught.group_contains(RestartLimit, match="/bot: 2 restarts within")


class Quick(Actor):
    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("as asked")

    @on(Work)
    def work(self, message: Work) -> int:
        return message.left


def test_a_failure_cancels_what_runs_beside_it() -> None:
    seen: list[str] = []

    async def main() -> None:
        system = System(Supervisor("bot", [Child("busy", Quick)], max_restarts=0))
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            system.lookup("/bot/busy").tell(Crash())
            try:
                await trio.sleep_forever()
            finally:
                seen.append("cancelled")

    with pytest.raises(ExceptionGroup):
        trio.run(main)
    assert seen == ["cancelled"]


def test_several_systems_live_beside_each_other_in_one_nursery() -> None:
    async def main() -> list[int]:
        systems = [
            System(Supervisor("bot", [Child("busy", Quick)]), clock=LiveClock()) for _ in range(5)
        ]
        async with trio.open_nursery() as nursery:
            for system in systems:
                await nursery.start(system.run)
            answers = [
                await system.lookup("/bot/busy").ask(Work(number))
                for number, system in enumerate(systems)
            ]
            for system in systems[::2]:
                await system.stop()
            answers.append(await systems[1].lookup("/bot/busy").ask(Work(10)))
            for system in systems[1::2]:
                await system.stop()
        return answers

    assert trio.run(main) == [0, 1, 2, 3, 4, 10]


def test_the_failure_of_one_system_is_not_that_of_another() -> None:
    async def break_down(system: System) -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            system.lookup("/bot/busy").tell(Crash())

    async def main() -> int:
        good = System(Supervisor("bot", [Child("busy", Quick)]))
        bad = System(Supervisor("bot", [Child("busy", Quick)], max_restarts=0))
        async with trio.open_nursery() as nursery:
            await nursery.start(good.run)
            with pytest.raises(ExceptionGroup):
                await break_down(bad)
            answer = await good.lookup("/bot/busy").ask(Work(1))
            await good.stop()
        return answer

    assert trio.run(main) == 1


def test_actors_of_one_system_may_ask_those_of_another() -> None:
    class Agent(Actor):
        def __init__(self, other: System) -> None:
            self.other = other

        @on(Work)
        def work(self, message: Work) -> None:
            reply = self.reply_later()
            self.spawn(self.fetch, message, reply)

        async def fetch(self, message: Work, reply: Any) -> None:
            reply.answer(await self.other.lookup("/bot/busy").ask(message))

    async def main() -> int:
        back = System(Supervisor("bot", [Child("busy", Quick)]), seed=1)
        front = System(Supervisor("bot", [Child("agent", lambda: Agent(back))]), seed=2)
        async with trio.open_nursery() as nursery:
            await nursery.start(back.run)
            await nursery.start(front.run)
            answer = await front.lookup("/bot/agent").ask(Work(4))
            await front.stop()
            await back.stop()
        return answer

    assert trio.run(main) == 4


def test_an_error_of_the_body_ends_the_system_and_comes_out(schedule: Schedule) -> None:
    async def body(_: System) -> None:
        raise LookupError("of the body")

    with pytest.raises(ExceptionGroup) as caught:
        run_virtual(Supervisor("bot", [Child("busy", Quick)]), body, schedule=schedule)

    assert caught.group_contains(LookupError, match="of the body")


@pytest.mark.parametrize("kind", ["def", "async", "io", "task"])
def test_an_interrupt_is_no_crash_and_comes_out_at_once(kind: str, run: Run) -> None:
    """Trap 16: KeyboardInterrupt is nobody's to catch; what was open is closed all the same."""

    class Interrupted(Actor):
        @on(Crash)
        def interrupt(self, _: Crash) -> Any:
            if kind == "def":
                raise KeyboardInterrupt
            if kind == "task":
                self.spawn(self.interrupt_later)
                return None
            return self.interrupt_parked()

        async def interrupt_parked(self) -> None:
            await self.sleep(1)
            raise KeyboardInterrupt

        async def interrupt_later(self) -> None:
            await trio.sleep(0.001)
            raise KeyboardInterrupt

        @on(Work, io=True)
        async def interrupt_in_the_world(self, _: Work) -> int:
            await trio.sleep(0.001)
            raise KeyboardInterrupt

    async def body(system: System) -> None:
        message = Work(0) if kind == "io" else Crash()
        system.lookup("/bot/a").tell(message)
        await trio.sleep_forever()

    with pytest.raises(BaseExceptionGroup) as caught:
        run(Supervisor("bot", [Child("a", Interrupted), Child("b", Quick)]), body)

    found = leaves(caught.value)
    assert any(isinstance(error, KeyboardInterrupt) for error in found)
    assert not any(isinstance(error, RuntimeError) for error in found)
