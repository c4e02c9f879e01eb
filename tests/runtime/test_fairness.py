"""Fairness: no actor, however busy, keeps trio's tasks or the other actors from their turns."""

import socket
from collections.abc import Awaitable, Callable

import attrs
import pytest
import trio

from benthic.runtime import (
    Actor,
    Ask,
    Child,
    Schedule,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]

PATIENCE = 2_000  # turns of a trio task, one checkpoint each


@attrs.frozen
class Again(Tell):
    pass


@attrs.frozen
class Count(Ask[int]):
    pass


@attrs.frozen
class Relay(Tell):
    hops: int


class Restless(Actor):
    """Always has something to do."""

    def __init__(self) -> None:
        self.turns = 0

    @on(Again)
    def again(self, message: Again) -> None:
        self.turns += 1
        self.ref.tell(message)

    @on(Count)
    def count(self, _: Count) -> int:
        return self.turns


class RestlessAsync(Restless):
    @on(Again)
    async def again_async(self, message: Again) -> None:
        self.turns += 1
        self.ref.tell(message)


class RestlessTimer(Restless):
    """Its next tick is always due at once: time does not move for it."""

    @on(Again)
    def again_at_once(self, message: Again) -> None:
        self.turns += 1
        self.after(0, message)


class Quiet(Actor):
    def __init__(self) -> None:
        self.turns = 0

    @on(Again)
    def again(self, _: Again) -> None:
        self.turns += 1

    @on(Count)
    def count(self, _: Count) -> int:
        return self.turns


class Hop(Actor):
    @on(Relay)
    def relay(self, message: Relay) -> None:
        if message.hops:
            number = int(self.path.rsplit("hop", 1)[1])
            self.lookup(f"hop{(number + 1) % 3}").tell(Relay(message.hops - 1))


RESTLESS = pytest.mark.parametrize(
    "busy", [Restless, RestlessAsync, RestlessTimer], ids=["tells", "async", "timer"]
)


@RESTLESS
def test_a_restless_actor_does_not_starve_a_socket(busy: type[Restless], run: Run) -> None:
    """Traps 1 and 11: after a slice of turns the leader lets trio look at its sockets."""

    async def body(system: System) -> None:
        system.lookup("/bot/busy").tell(Again())
        left, right = trio.socket.socketpair()
        with left, right:

            async def echo() -> None:
                for _ in range(20):
                    await right.send(await right.recv(16))

            async with trio.open_nursery() as nursery:
                nursery.start_soon(echo)
                for number in range(20):
                    await left.send(str(number).encode())
                    assert await left.recv(16) == str(number).encode()

        assert await system.lookup("/bot/busy").ask(Count()) > 20

    run(Supervisor("bot", [Child("busy", busy)]), body)


@RESTLESS
def test_a_restless_actor_does_not_starve_a_trio_task(busy: type[Restless], run: Run) -> None:
    """Trap 1."""

    async def body(system: System) -> None:
        system.lookup("/bot/busy").tell(Again())
        for _ in range(100):
            await trio.lowlevel.checkpoint()

    run(Supervisor("bot", [Child("busy", busy)]), body)


@RESTLESS
def test_a_restless_actor_does_not_starve_other_actors(busy: type[Restless], run: Run) -> None:
    async def body(system: System) -> None:
        system.lookup("/bot/busy").tell(Again())
        quiet = system.lookup("/bot/quiet")
        for _ in range(50):
            quiet.tell(Again())

        assert await quiet.ask(Count()) == 50

    run(Supervisor("bot", [Child("busy", busy), Child("quiet", Quiet)]), body)


def test_a_restless_trio_task_does_not_starve_the_actors(run: Run) -> None:
    """The other way round: in virtual time too, where the leader waits for all others to rest."""

    async def body(system: System) -> None:
        quiet = system.lookup("/bot/quiet")
        quiet.tell(Again())
        for _ in range(PATIENCE):
            if quiet.statistics().handled:
                return
            await trio.lowlevel.checkpoint()
        pytest.fail("the actor has had no turn")

    run(Supervisor("bot", [Child("quiet", Quiet)]), body)


@RESTLESS
def test_a_restless_actor_does_not_starve_a_replays_surroundings(
    busy: type[Restless], schedule: Schedule
) -> None:
    """Trap 1, in a replay: an event that never comes to rest can still be cancelled."""
    steps: list[int] = []
    rung = trio.Event()

    class Bell(Quiet):
        @on(Again)
        def again(self, _: Again) -> None:
            rung.set()

    async def body(system: System) -> None:
        quiet, restless = system.lookup("/bot/quiet"), system.lookup("/bot/busy")
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def give_up() -> None:
                await rung.wait()
                for number in range(50):
                    await trio.lowlevel.checkpoint()
                    steps.append(number)
                nursery.cancel_scope.cancel()

            await system.replay(
                [
                    (500, quiet, Again()),
                    (1_500, system.lookup("/bot/bell"), Again()),
                    (1_500, restless, Again()),
                    (2_000, quiet, Again()),
                ]
            )

        assert len(steps) == 50
        assert system.clock.now() == 1_500
        assert quiet.statistics().handled == 1  # the next event waits for rest

    tree = Supervisor("bot", [Child("busy", busy), Child("quiet", Quiet), Child("bell", Bell)])
    run_virtual(tree, body, schedule=schedule)


def test_a_replay_between_far_events_can_be_cancelled(schedule: Schedule) -> None:
    """A tick a millisecond for ages: timers between two events are sliced too."""
    near, far = socket.socketpair()

    class Ticking(Restless):
        @on(Again)
        def tick(self, message: Again) -> None:
            self.turns += 1
            self.after(1, message)
            if self.turns == 100:
                near.send(b"x")  # as another process would, in the middle of it all

    async def body(system: System) -> None:
        ticking = system.lookup("/bot/ticking")
        world = trio.socket.from_stdlib_socket(far)
        async with trio.open_nursery() as nursery:

            @nursery.start_soon
            async def listen_to_the_world() -> None:
                await world.recv(1)
                nursery.cancel_scope.cancel()

            await system.replay([(0, ticking, Again()), (10**15, ticking, Again())])

        assert ticking.statistics().handled > 100

    with near, far:
        run_virtual(Supervisor("bot", [Child("ticking", Ticking)]), body, schedule=schedule)


def test_a_batch_of_one_actor_is_bounded() -> None:
    """Trap 11: 10,000 messages for one actor are not handled in one go."""
    order: list[str] = []

    class Noting(Quiet):
        @on(Again)
        def again(self, _: Again) -> None:
            order.append(self.path[-1])

    async def body(system: System) -> None:
        a, b = system.lookup("/bot/a"), system.lookup("/bot/b")
        for _ in range(1_000):
            a.tell(Again())
        b.tell(Again())
        await system.settle()

    run_virtual(Supervisor("bot", [Child("a", Noting), Child("b", Noting)]), body)

    assert order.index("b") <= 100


def test_tells_in_a_circle_do_not_exhaust_the_stack(run: Run) -> None:
    """Trap 10: an actor is on the stack at most once, and the depth is capped."""

    async def body(system: System) -> None:
        system.lookup("/bot/hop0").tell(Relay(20_000))
        await system.settle()

        handled = [system.lookup(f"/bot/hop{number}").statistics().handled for number in range(3)]
        assert sum(handled) == 20_001

    run(Supervisor("bot", [Child(f"hop{number}", Hop) for number in range(3)]), body)


def test_tells_along_a_long_chain_do_not_exhaust_the_stack(run: Run) -> None:
    """Trap 10: deeper turns are queued."""
    length = 2_000

    class Link(Actor):
        @on(Relay)
        def relay(self, message: Relay) -> None:
            if message.hops:
                self.lookup(f"link{message.hops - 1}").tell(Relay(message.hops - 1))

    async def body(system: System) -> None:
        system.lookup(f"/bot/link{length - 1}").tell(Relay(length - 1))
        await system.settle()

        assert system.lookup("/bot/link0").statistics().handled == 1

    run(Supervisor("bot", [Child(f"link{number}", Link) for number in range(length)]), body)
