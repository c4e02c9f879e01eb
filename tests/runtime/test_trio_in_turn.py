"""Turns that await trio without saying so are refused, and trio is left as it was.

Trap 3 throughout: a scope or nursery held across a park would corrupt the leader's stack.
"""

import contextlib
from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    Ask,
    Child,
    Schedule,
    Supervisor,
    System,
    TrioInTurn,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


@attrs.frozen
class Offend(Ask[str]):
    how: str


@attrs.frozen
class Slow(Ask[str]):
    """Takes a while: who asks it is parked."""


@attrs.frozen
class Through(Ask[str]):
    """Have an offender asked in a turn: its own turn is then a nested one."""

    how: str


async def forever() -> None:
    await trio.sleep_forever()


class Offender(Actor):
    @on(Offend)
    async def offend(self, message: Offend) -> str:
        offence: Callable[[], Awaitable[None]] = getattr(self, message.how)
        await offence()
        return "unharmed"

    async def sleep_in_trio(self) -> None:
        await trio.sleep(1)

    async def checkpoint(self) -> None:
        await trio.lowlevel.checkpoint()

    async def wait_for_an_event(self) -> None:
        await trio.Event().wait()

    async def wait_in_a_scope(self) -> None:
        with trio.move_on_after(1):
            await trio.sleep(2)

    async def park_in_a_scope(self) -> None:
        with trio.fail_after(1):
            await self.ask(self.lookup("slow"), Slow())

    async def sleep_in_a_scope(self) -> None:
        with trio.CancelScope():
            await self.sleep(5)

    async def park_in_a_nursery(self) -> None:
        async with trio.open_nursery():
            await self.ask(self.lookup("slow"), Slow())

    async def park_in_a_nursery_with_tasks(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(forever)
            nursery.start_soon(forever)
            await self.ask(self.lookup("slow"), Slow())

    async def wait_in_a_nursery_with_tasks(self) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(forever)

    async def wait_for_a_thread(self) -> None:
        await trio.to_thread.run_sync(str)

    async def take_a_lock(self) -> None:
        async with trio.Lock():
            await trio.sleep(1)

    async def ask_by_reference(self) -> None:
        await self.lookup("slow").ask(Slow())

    async def swallow(self) -> None:
        with contextlib.suppress(TrioInTurn):
            await trio.sleep(1)

    async def insist(self) -> None:
        while True:
            with contextlib.suppress(TrioInTurn):
                await trio.sleep(1)

    async def wait_again_in_cleanup(self) -> None:
        try:
            await trio.sleep(1)
        finally:
            await trio.sleep(1)

    async def raise_something_else(self) -> None:
        try:
            await trio.sleep(1)
        except TrioInTurn as error:
            raise ValueError("covered up") from error


OFFENCES = [
    name
    for name in vars(Offender)
    if callable(getattr(Offender, name)) and name != "offend" and not name.startswith("_")
]


class SlowOne(Actor):
    @on(Slow)
    async def answer(self, _: Slow) -> str:
        await self.sleep(20)
        return "slow"


class Asker(Actor):
    """Innocent: parks both before and after it has asked the offender."""

    @on(Through)
    async def through(self, message: Through) -> str:
        await self.sleep(1)
        try:
            answer = await self.ask(self.lookup("offender"), Offend(message.how))
        except ActorCrashed as error:
            answer = type(error.__cause__).__name__
        await self.sleep(1)
        return answer


def a_tree() -> Supervisor:
    return Supervisor(
        "bot",
        [Child("offender", Offender), Child("slow", SlowOne), Child("asker", Asker)],
        backoff=AT_ONCE,
        max_restarts=100,
    )


@pytest.mark.parametrize("how", OFFENCES)
def test_a_turn_that_awaits_trio_is_refused(how: str, run: Run) -> None:
    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed) as caught:
            await system.lookup("/bot/offender").ask(Offend(how))

        assert isinstance(caught.value.__cause__, TrioInTurn)
        assert await system.lookup("/bot/slow").ask(Slow()) == "slow"
        assert system.lookup("/bot/offender").is_alive

    run(a_tree(), body)


@pytest.mark.parametrize("how", OFFENCES)
def test_a_nested_turn_that_awaits_trio_is_refused_and_its_asker_lives(how: str, run: Run) -> None:
    async def body(system: System) -> None:
        assert await system.lookup("/bot/asker").ask(Through(how)) == "TrioInTurn"
        assert [node.restarts for node in system.tree().children] == [1, 0, 0]
        assert await system.lookup("/bot/slow").ask(Slow()) == "slow"

    run(a_tree(), body)


@pytest.mark.parametrize("how", OFFENCES)
def test_trio_works_as_before_once_a_turn_was_refused(how: str, schedule: Schedule) -> None:
    """Whatever was registered for the leader's task is undone: nothing wakes it later."""

    async def body(system: System) -> None:
        for _ in range(3):
            with pytest.raises(ActorCrashed):
                await system.lookup("/bot/offender").ask(Offend(how))
        for _ in range(20):
            await trio.sleep(0.3)
            assert await system.lookup("/bot/slow").ask(Slow()) == "slow"
        assert trio.to_thread.current_default_thread_limiter().borrowed_tokens == 0

    run_virtual(a_tree(), body, schedule=schedule)


@pytest.mark.parametrize("how", ["park_in_a_scope", "park_in_a_nursery_with_tasks"])
def test_a_system_may_end_while_a_refused_turn_unwinds(how: str, run: Run) -> None:
    async def body(system: System) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask_in_vain, system, how)
            await trio.lowlevel.checkpoint()
            await system.stop()

    async def ask_in_vain(system: System, how: str) -> None:
        with contextlib.suppress(Exception):
            await system.lookup("/bot/offender").ask(Offend(how))

    run(a_tree(), body)


@pytest.mark.parametrize("how", ["park_in_a_nursery_with_tasks", "wait_in_a_nursery_with_tasks"])
def test_several_offenders_in_one_breath_are_unwound_one_after_the_other(
    how: str, run: Run
) -> None:
    """The leader can wait for one of them only; turns that would come between are put off."""

    class Member(Offender):
        def on_start(self) -> None:
            self.subscribe(self.lookup("caller"), Offend)

    class Innocent(SlowOne):
        def on_start(self) -> None:
            self.subscribe(self.lookup("caller"), Offend)
            self.heard = 0

        @on(Offend)
        async def hear(self, _: Offend) -> None:
            await self.sleep(1)
            self.heard += 1

        @on(Through)
        def tell_heard(self, _: Through) -> str:
            return str(self.heard)

    class Caller(Offender):
        @on(Through)
        async def call_all(self, message: Through) -> str:
            self.publish(Offend(message.how))
            await self.sleep(1)
            with contextlib.suppress(ActorCrashed):
                await self.ask(self.lookup("one"), Offend(message.how))
            return "called"

    async def body(system: System) -> None:
        assert await system.lookup("/bot/caller").ask(Through(how)) == "called"
        assert await system.lookup("/bot/slow").ask(Slow()) == "slow"
        assert await system.lookup("/bot/slow").ask(Through(how)) == "1"
        assert [node.restarts for node in system.tree().children] == [0, 2, 1, 1, 0]

    tree = Supervisor(
        "bot",
        [
            Child("caller", Caller),
            *(Child(name, Member) for name in ("one", "two", "three")),
            Child("slow", Innocent),
        ],
        backoff=AT_ONCE,
        max_restarts=100,
    )
    run(tree, body)


def test_an_offender_that_asks_another_is_unwound_after_it(run: Run) -> None:
    class Outer(Offender):
        async def ask_in_a_nursery(self) -> None:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(forever)
                with contextlib.suppress(ActorCrashed):
                    await self.ask(self.lookup("offender"), Offend("park_in_a_nursery_with_tasks"))
                await self.ask(self.lookup("slow"), Slow())

    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed):
            await system.lookup("/bot/outer").ask(Offend("ask_in_a_nursery"))
        for _ in range(3):
            assert await system.lookup("/bot/slow").ask(Slow()) == "slow"

    tree = Supervisor(
        "bot",
        [Child("outer", Outer), Child("offender", Offender), Child("slow", SlowOne)],
        backoff=AT_ONCE,
    )
    run(tree, body)


def test_a_starting_or_stopping_actor_may_not_await_trio_either(schedule: Schedule) -> None:
    class Impatient(Actor):
        async def on_stop(self) -> None:
            await trio.sleep(1)

    async def body(system: System) -> None:
        system.lookup("/bot/impatient").stop()
        await system.settle()
        letters = [letter.why for letter in system.dead_letters.latest]

        assert len(letters) == 1
        assert "awaited trio" in letters[0]

    run_virtual(Supervisor("bot", [Child("impatient", Impatient)]), body, schedule=schedule)


def test_a_refusal_to_await_trio_says_what_to_do(run: Run) -> None:
    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed) as caught:
            await system.lookup("/bot/offender").ask(Offend("sleep_in_trio"))

        text = str(caught.value.__cause__)
        assert text.startswith("/bot/offender: ")
        assert "io=True" in text
        assert "timeout=" in text

    run(a_tree(), body)


def test_scopes_that_end_before_the_turn_parks_are_harmless(run: Run) -> None:
    class Careful(Actor):
        @on(Slow)
        async def answer(self, _: Slow) -> str:
            with trio.CancelScope() as scope:  # noqa: ASYNC100 - only its presence matters
                scope.cancel()
            await self.sleep(1)
            return "fine"

    async def body(system: System) -> None:
        assert await system.lookup("/bot/careful").ask(Slow()) == "fine"

    run(Supervisor("bot", [Child("careful", Careful)]), body)


def test_trio_still_has_the_one_private_name_that_the_runtime_reads() -> None:
    """A canary: if this fails, a new trio needs a new way to see the innermost cancel scope.

    `runtime/turns.py` compares `Task._cancel_status` before and after a step, to find a scope or
    nursery that a turn holds while it parks. Nothing else private of trio is used; that what a
    task yields carries its `abort_func` is documented only in trio's sources, so it is tried too.
    """

    async def main() -> None:
        task = trio.lowlevel.current_task()
        missing = "trio.lowlevel.Task has lost _cancel_status: see runtime/turns.py, `step`"
        assert hasattr(task, "_cancel_status"), missing
        before = task._cancel_status
        scope = trio.CancelScope()
        with scope:
            assert task._cancel_status is not before, "a cancel scope no longer changes the status"
        assert task._cancel_status is before, "leaving a cancel scope no longer restores the status"

        waiting = trio.sleep(1)  # noqa: ASYNC105 - looked at, not awaited
        trap = waiting.send(None)
        assert trap.abort_func(lambda: None) is trio.lowlevel.Abort.SUCCEEDED, (
            "a wait no longer yields its abort_func: see runtime/supervision/unwinding.py"
        )
        waiting.close()

    trio.run(main)
