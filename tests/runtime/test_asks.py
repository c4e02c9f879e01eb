"""Asks: who answers, in which words, and by when."""

from collections.abc import Awaitable, Callable
from functools import partial

import attrs
import msgspec
import pytest
import trio

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    ActorStopped,
    Ask,
    AskError,
    AskTimeout,
    Child,
    Millis,
    Refusal,
    Schedule,
    Supervisor,
    System,
    Tell,
    UnknownMessage,
    VirtualClock,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


class Double(msgspec.Struct, Ask[int], frozen=True):
    number: int
    after: int = 0  # ms


class Refuse(msgspec.Struct, Ask[int], frozen=True):
    after: int = 0  # ms


class Crash(msgspec.Struct, Ask[int], frozen=True):
    after: int = 0  # ms


class Unheard(msgspec.Struct, Ask[int], frozen=True):
    pass


class Busy(msgspec.Struct, Tell, frozen=True):
    ms: int


@attrs.frozen
class Through(Ask[str]):
    """Ask the other one in a handler; says what came back."""

    message: Ask[int]
    timeout: int | None = None


class Answerer(Actor):
    def __init__(self) -> None:
        self.doubled: list[int] = []

    @on(Double)
    async def double(self, message: Double) -> int:
        if message.after:
            await self.sleep(message.after)
        self.doubled.append(message.number)
        return 2 * message.number

    @on(Refuse)
    async def refuse(self, message: Refuse) -> int:
        if message.after:
            await self.sleep(message.after)
        raise Refusal("not today")

    @on(Crash)
    async def crash(self, message: Crash) -> int:
        if message.after:
            await self.sleep(message.after)
        raise ValueError("out of order")

    @on(Busy)
    async def be_busy(self, message: Busy) -> None:
        await self.sleep(message.ms)


class Asker(Actor):
    @on(Through)
    async def through(self, message: Through) -> str:
        began = self.elapsed
        try:
            answer = await self.ask(
                self.lookup("answerer"), message.message, timeout=message.timeout
            )
        except (AskError, Refusal, UnknownMessage) as error:
            cause = "" if error.__cause__ is None else f" because {error.__cause__}"
            return f"{type(error).__name__}{cause} after {self.elapsed - began}"
        return f"{answer} after {self.elapsed - began}"


def a_pair() -> Supervisor:
    return Supervisor("bot", [Child("asker", Asker), Child("answerer", Answerer)], backoff=AT_ONCE)


ANSWERS = [
    (Double(4), "8 after 0"),
    (Double(4, 30), "8 after 30"),
    (Refuse(), "Refusal after 0"),
    (Refuse(30), "Refusal after 30"),
    (Crash(), "ActorCrashed because out of order after 0"),
    (Crash(30), "ActorCrashed because out of order after 30"),
    (Unheard(), "UnknownMessage after 0"),
]
IDS = [f"{type(message).__name__}-{said.split()[-1]}" for message, said in ANSWERS]


@pytest.mark.parametrize("busy", [0, 20], ids=["idle", "busy"])
@pytest.mark.parametrize(("message", "said"), ANSWERS, ids=IDS)
def test_an_ask_in_a_handler_tells_what_is_known(
    message: Ask[int], said: str, busy: int, schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        if busy:
            system.lookup("/bot/answerer").tell(Busy(busy))
            await system.settle()
        words = said.split(" after ")

        expected = f"{words[0]} after {int(words[1]) + busy}"
        assert await system.lookup("/bot/asker").ask(Through(message)) == expected

    run_virtual(a_pair(), body, schedule=schedule)


@pytest.mark.parametrize(("message", "said"), ANSWERS, ids=IDS)
def test_an_ask_from_a_trio_task_tells_the_same(
    message: Ask[int], said: str, schedule: Schedule
) -> None:
    async def body(system: System) -> None:
        try:
            heard = str(await system.lookup("/bot/answerer").ask(message))
        except (AskError, Refusal, UnknownMessage) as error:
            heard = type(error).__name__

        assert heard == said.split(maxsplit=1)[0]
        assert system.clock.now() == int(said.rsplit(maxsplit=1)[-1])

    run_virtual(a_pair(), body, schedule=schedule)


def test_an_actor_that_refuses_lives_and_keeps_its_state(run: Run) -> None:
    async def body(system: System) -> None:
        answerer = system.lookup("/bot/answerer")
        with pytest.raises(Refusal, match="not today"):
            await answerer.ask(Refuse())
        with pytest.raises(Refusal, match="not today"):
            await answerer.ask(Refuse(after=2))

        assert await answerer.ask(Double(1)) == 2
        assert [node.restarts for node in system.tree().children] == [0, 0]

    run(a_pair(), body)


def test_a_refusal_in_answer_to_a_tell_is_a_crash(run: Run) -> None:
    async def body(system: System) -> None:
        answerer = system.lookup("/bot/answerer")
        answerer.tell(Refuse())

        assert await answerer.ask(Double(1)) == 2
        assert [node.restarts for node in system.tree().children] == [0, 1]

    run(a_pair(), body)


def test_an_actor_without_a_handler_for_an_ask_lives(run: Run) -> None:
    async def body(system: System) -> None:
        answerer = system.lookup("/bot/answerer")
        with pytest.raises(UnknownMessage, match="declare one with @on") as caught:
            await answerer.ask(Unheard())

        assert caught.value.message_type is Unheard
        assert await system.lookup("/bot/asker").ask(Through(Unheard())) != ""
        assert [node.restarts for node in system.tree().children] == [0, 0]

    run(a_pair(), body)


def test_a_key_error_in_a_handler_is_a_crash_and_no_unknown_message(run: Run) -> None:
    """Trap 9."""

    class Forgetful(Answerer):
        @on(Double)
        def look_up(self, message: Double) -> int:
            empty: dict[int, int] = {}
            return empty[message.number]

    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed) as caught:
            await system.lookup("/bot/forgetful").ask(Double(1))

        assert isinstance(caught.value.__cause__, KeyError)

    run(Supervisor("bot", [Child("forgetful", Forgetful)], backoff=AT_ONCE), body)


def test_a_deadline_passes_at_its_millisecond(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        asker = system.lookup("/bot/asker")
        said = await asker.ask(Through(Double(1, after=100), timeout=40))

        assert said == "AskTimeout after 40"
        assert system.clock.now() == 40

    run_virtual(a_pair(), body, schedule=schedule)


def test_the_default_deadline_is_thirty_seconds(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        asker = system.lookup("/bot/asker")
        assert await asker.ask(Through(Double(1, after=29_999))) == "2 after 29999"

        with pytest.raises(AskTimeout, match="did not answer within 30000 ms"):
            await system.lookup("/bot/answerer").ask(Double(1, after=60_000))

    run_virtual(a_pair(), body, schedule=schedule)


def test_a_system_may_have_another_default_deadline() -> None:
    clock = VirtualClock()
    system = System(a_pair(), clock=clock, deadline=Millis(250))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            with pytest.raises(AskTimeout) as caught:
                await system.lookup("/bot/answerer").ask(Double(1, after=1_000))
            await system.stop()

        assert caught.value.timeout == 250

    trio.run(main, clock=clock)


def test_a_time_out_does_not_stop_the_turn_that_answers(schedule: Schedule) -> None:
    """Trap 13: the target goes on, so what it does must bear being asked twice."""
    done: list[int] = []

    class Slow(Answerer):
        @on(Double)
        async def double(self, message: Double) -> int:
            await self.sleep(100)
            done.append(message.number)
            return 0

    async def body(system: System) -> None:
        with pytest.raises(AskTimeout):
            await system.lookup("/bot/slow").ask(Double(7), timeout=50)
        await trio.sleep(0.1)

        assert done == [7]

    run_virtual(Supervisor("bot", [Child("slow", Slow)]), body, schedule=schedule)


def test_an_ask_that_expired_in_the_mailbox_is_skipped(schedule: Schedule) -> None:
    """Trap 13: an ask whose asker has left is not begun."""
    done: list[int] = []

    class Slow(Answerer):
        @on(Double)
        def note(self, message: Double) -> int:
            done.append(message.number)
            return 0

    async def body(system: System) -> None:
        slow = system.lookup("/bot/slow")
        slow.tell(Busy(100))
        with pytest.raises(AskTimeout):
            await slow.ask(Double(1), timeout=50)
        with trio.move_on_after(0.02):
            await slow.ask(Double(2))
        await slow.ask(Double(3))

        assert done == [3]

    run_virtual(Supervisor("bot", [Child("slow", Slow)]), body, schedule=schedule)


def test_asks_that_wait_at_a_stopping_actor_hear_that_it_stopped(run: Run) -> None:
    async def body(system: System) -> None:
        answerer = system.lookup("/bot/answerer")
        heard: list[str] = []

        async def ask() -> None:
            try:
                await answerer.ask(Double(1))
            except ActorStopped as error:
                heard.append(error.path)

        answerer.tell(Busy(5))
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(ask)
            await trio.lowlevel.checkpoint()
            answerer.stop()

        assert heard == ["/bot/answerer"] * 3

    run(a_pair(), body)


def test_an_ask_of_a_crashed_asker_leaves_its_target_in_peace(schedule: Schedule) -> None:
    class Impatient(Asker):
        def on_start(self) -> None:
            self.spawn(self.break_soon)

        async def break_soon(self) -> None:
            await trio.sleep(0.005)
            raise RuntimeError("gone while it waits")

    async def body(system: System) -> None:
        with pytest.raises(ActorCrashed):
            await system.lookup("/bot/asker").ask(Through(Double(1, after=8)))

        assert await system.lookup("/bot/answerer").ask(Double(2)) == 4

    tree = Supervisor(
        "bot",
        [Child("asker", Impatient), Child("answerer", Answerer)],
        backoff=AT_ONCE,
        max_restarts=100,
    )
    run_virtual(tree, body, schedule=schedule)


class Link(Actor):
    """One of a chain: adds one to what the next says."""

    def __init__(self, number: int, length: int) -> None:
        self.number, self.length = number, length

    @on(Double)
    async def pass_on(self, message: Double) -> int:
        if self.number + 1 == self.length:
            return message.number
        return 1 + await self.ask(self.lookup(f"link{self.number + 1}"), message)


def test_a_chain_of_asks_is_longer_than_the_stack(run: Run) -> None:
    """Trap 10: turns inside turns end at a depth, deeper ones are queued."""
    length = 1_500

    async def body(system: System) -> None:
        assert await system.lookup("/bot/link0").ask(Double(0)) == length - 1

    links = [Child(f"link{number}", partial(Link, number, length)) for number in range(length)]
    run(Supervisor("bot", links), body)


def test_deadlines_of_answered_asks_do_not_pile_up(schedule: Schedule) -> None:
    async def body(system: System) -> None:
        answerer = system.lookup("/bot/answerer")
        for number in range(5_000):
            await answerer.ask(Double(number), timeout=1_000_000)

        assert len(system._rq.timers.heap) < 2_500

    run_virtual(a_pair(), body, schedule=schedule)
