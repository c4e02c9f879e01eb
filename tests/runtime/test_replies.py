"""Answers that are given after their turn."""

from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    ActorStopped,
    Ask,
    AskTimeout,
    Child,
    Refusal,
    Reply,
    Schedule,
    Supervisor,
    System,
    Tell,
    UsageError,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Write(Ask[int]):
    number: int
    timeout: int = 10_000


@attrs.frozen
class Commit(Tell):
    pass


@attrs.frozen
class FailAll(Tell):
    pass


@attrs.frozen
class Crash(Tell):
    pass


class Store(Actor):
    """Answers what it was asked to write when it commits."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Reply, int]] = []

    @on(Write)
    def write(self, message: Write) -> None:
        self.waiting.append((self.reply_later(), message.number))

    @on(Commit)
    def commit(self, _: Commit) -> None:
        for reply, number in self.waiting:
            reply.answer(number * 10)
        self.waiting.clear()

    @on(FailAll)
    def fail(self, _: FailAll) -> None:
        for reply, _number in self.waiting:
            reply.fail(Refusal("the disk is full"))
        self.waiting.clear()

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise OSError("disk gone")


class AsyncStore(Store):
    """The same, with a turn that goes on after it has put off its answer."""

    @on(Write)
    async def write_slowly(self, message: Write) -> None:
        self.waiting.append((self.reply_later(), message.number))
        await self.sleep(1)


class Client(Actor):
    @on(Write)
    async def write(self, message: Write) -> int:
        return await self.ask(self.lookup("store"), message, timeout=message.timeout)


def a_tree(store: type[Store] = Store, clients: int = 1) -> Supervisor:
    askers = [Child(f"client{number}", Client) for number in range(clients)]
    return Supervisor("bot", [Child("store", store), *askers], backoff=AT_ONCE)


STORES = pytest.mark.parametrize("store", [Store, AsyncStore])


@STORES
def test_many_asks_are_answered_by_one_commit(store: type[Store], run: Run) -> None:
    async def body(system: System) -> None:
        answers: list[int] = []

        async def write(number: int) -> None:
            answers.append(await system.lookup(f"/bot/client{number}").ask(Write(number)))

        async with trio.open_nursery() as nursery:
            for number in range(5):
                nursery.start_soon(write, number)
            await trio.sleep(0.02)

            assert answers == []
            system.lookup("/bot/store").tell(Commit())

        assert sorted(answers) == [0, 10, 20, 30, 40]

    run(a_tree(store, clients=5), body)


@STORES
@pytest.mark.parametrize("asker", ["store", "client0"], ids=["task", "actor"])
def test_a_late_answer_may_be_an_error(store: type[Store], asker: str, schedule: Schedule) -> None:
    async def body(system: System) -> None:
        system.lookup("/bot/store").tell(Crash())
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def fail_later() -> None:
                await trio.sleep(0.1)
                system.lookup("/bot/store").tell(FailAll())

            with pytest.raises(Refusal, match="the disk is full"):  # the client passes it on
                await system.lookup(f"/bot/{asker}").ask(Write(1))

        assert [node.restarts for node in system.tree().children] == [1, 0]

    run_virtual(a_tree(store), body, schedule=schedule)


@STORES
def test_an_answer_that_is_owed_fails_when_its_actor_crashes(
    store: type[Store], schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def crash_later() -> None:
                await trio.sleep(0.1)
                system.lookup("/bot/store").tell(Crash())

            with pytest.raises(ActorCrashed, match="/bot/store"):
                await system.lookup("/bot/store").ask(Write(1))

            assert system.clock.now() == 100

    run_virtual(a_tree(store), body, schedule=schedule)


@STORES
def test_an_answer_that_is_owed_fails_when_its_actor_stops(
    store: type[Store], schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def stop_later() -> None:
                await trio.sleep(0.1)
                system.lookup("/bot/store").stop()

            with pytest.raises((ActorCrashed, ActorStopped)):
                await system.lookup("/bot/store").ask(Write(1))

            assert system.clock.now() == 100

    run_virtual(a_tree(store), body, schedule=schedule)


@STORES
def test_an_answer_after_the_deadline_is_ignored(store: type[Store], schedule: Schedule) -> None:
    async def body(system: System) -> None:
        with pytest.raises(AskTimeout):
            await system.lookup("/bot/store").ask(Write(1), timeout=50)
        system.lookup("/bot/store").tell(Commit())
        await system.settle()

        assert [node.restarts for node in system.tree().children] == [0, 0]

    run_virtual(a_tree(store), body, schedule=schedule)


def test_an_answer_may_be_given_within_the_turn_itself(run: Run) -> None:
    class Eager(Store):
        @on(Write)
        def write(self, message: Write) -> None:
            self.reply_later().answer(message.number)

    async def body(system: System) -> None:
        assert await system.lookup("/bot/client0").ask(Write(3)) == 3
        assert await system.lookup("/bot/store").ask(Write(4)) == 4

    run(a_tree(Eager), body)


def test_a_reply_knows_whether_somebody_still_waits(schedule: Schedule) -> None:
    seen: list[Reply] = []

    class Keeper(Store):
        @on(Write)
        def write(self, _: Write) -> None:
            seen.append(self.reply_later())

    async def body(system: System) -> None:
        with pytest.raises(AskTimeout):
            await system.lookup("/bot/store").ask(Write(1), timeout=50)
        assert seen[0].is_settled

        async with trio.open_nursery() as nursery:
            nursery.start_soon(system.lookup("/bot/client0").ask, Write(2))
            await trio.sleep(0.01)
            assert not seen[1].is_settled
            seen[1].answer(1)
            assert seen[1].is_settled

    run_virtual(a_tree(Keeper), body, schedule=schedule)


@pytest.mark.parametrize("asker", ["store", "client0"], ids=["task", "actor"])
def test_an_answer_is_taken_away_once(asker: str, run: Run) -> None:
    heard: list[str] = []

    class Greedy(Store):
        @on(Write)
        def write(self, message: Write) -> None:
            reply = self.reply_later()
            try:
                self.reply_later()
            except UsageError as error:
                heard.append(str(error))
            reply.answer(message.number)

    async def body(system: System) -> None:
        assert await system.lookup(f"/bot/{asker}").ask(Write(6)) == 6
        assert len(heard) == 1
        assert "its answer was taken before" in heard[0]

    run(a_tree(Greedy), body)


def test_a_tell_has_no_answer_to_take(run: Run) -> None:
    class Confused(Store):
        @on(Commit)
        def commit(self, _: Commit) -> None:
            self.reply_later()

    async def body(system: System) -> None:
        store = system.lookup("/bot/store")
        store.tell(Commit())
        store.tell(Commit())
        await system.settle()
        node = next(node for node in system.tree().children if node.name == "store")

        assert (node.restarts, node.error) == (2, "UsageError")

    run(a_tree(Confused), body)


def test_a_turn_that_fails_after_it_put_off_its_answer_fails_the_answer(run: Run) -> None:
    class Broken(Store):
        @on(Write)
        async def write_badly(self, _: Write) -> None:
            self.reply_later()
            await self.sleep(1)
            raise ValueError("lost")

    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed, match="/bot/store"):
            await system.lookup("/bot/store").ask(Write(1))

    run(a_tree(Broken), body)


@pytest.mark.parametrize("asker", ["store", "client0"], ids=["task", "actor"])
def test_a_refusal_after_the_answer_was_taken_is_a_crash(asker: str, run: Run) -> None:
    """There is no ask left for it to answer, whoever asked and on whose stack the turn ran."""

    class Fickle(Store):
        @on(Write)
        def write(self, _: Write) -> None:
            self.reply_later()
            raise Refusal("no, after all")

    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed):
            await system.lookup(f"/bot/{asker}").ask(Write(1))

        assert system.tree().children[0].restarts == 1

    run(a_tree(Fickle), body)
