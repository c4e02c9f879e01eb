"""A trial in the runtime: the same tree of real actors, in virtual time, without back-off."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any, Final

import attrs
import trio

from ...runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    ActorStopped,
    Ask,
    BenthicError,
    Child,
    Millis,
    NoSuchActor,
    Ref,
    Restart,
    RestartLimit,
    Schedule,
    StartFailed,
    Strategy,
    Supervisor,
    System,
    TreeNode,
    VirtualClock,
    on,
)
from .plan import Break, Course, Event, Fail, Group, How, Pass, Step, Stop, Trial, Worker

STATES: Final = MappingProxyType({"running": "alive", "dead": "gone"})
FAULTS: Final = frozenset({"RestartLimit", "StartFailed"})


@attrs.frozen
class End(Ask[None]):
    """End as told, in this life only; let others end first."""

    how: How
    life: int
    first: tuple[tuple[Ref, End], ...] = ()


class World:
    """What the actors of a trial write down, and what will go wrong with them."""

    def __init__(self, broken: tuple[Break, ...]) -> None:
        self.deeds: list[str] = []
        self.lives: dict[str, int] = {}
        self.broken = {fuse.path: fuse.times for fuse in broken}

    def start(self, path: str) -> int:
        """Let a worker start; which of its lives begins."""
        self.deeds.append(f"start {path}")
        self.lives[path] = self.lives.get(path, 0) + 1
        return self.lives[path]

    def refuse(self, path: str) -> None:
        """Let a worker not start."""
        self.broken[path] -= 1
        self.deeds.append(f"refuse {path}")
        raise RuntimeError(f"{path} does not start")


class Subject(Actor):
    """A worker."""

    def __init__(self, world: World, path: str, plan: Worker) -> None:
        self._world = world
        self._path = path
        self._plan = plan
        self._life = 0
        self._last_deed = "stop"
        if world.broken.get(path, 0) % 2:  # a start can fail in two places
            world.refuse(path)

    def on_start(self) -> Any:
        return self._begin() if self._plan.pace == "prompt" else self._wait_to(self._begin)

    def on_stop(self) -> Any:
        return self._finish() if self._plan.pace == "prompt" else self._wait_to(self._finish)

    @on(End)
    async def end(self, message: End) -> None:
        for ref, order in message.first:
            with suppress(ActorCrashed):
                await self.ask(ref, order)
        if message.life != self._life:
            return
        if message.how == "exit":
            self.stop()
            return
        self._last_deed = "clean"
        raise RuntimeError(f"{self._path} crashes")

    async def _wait_to(self, act: Callable[[], None]) -> None:
        await self.sleep(0)
        act()

    def _begin(self) -> None:
        if self._world.broken.get(self._path, 0) > 0:
            self._world.refuse(self._path)
        self._life = self._world.start(self._path)

    def _finish(self) -> None:
        self._world.deeds.append(f"{self._last_deed} {self._path}")
        if self._plan.farewell == "rough":
            raise RuntimeError(f"{self._path} does not stop nicely")


def built(world: World, plan: Worker | Group, above: str = "") -> Child | Supervisor:
    """The runtime's value for a planned tree."""
    path = f"{above}/{plan.name}"
    restart = Restart(plan.kind)
    if isinstance(plan, Worker):
        return Child(plan.name, partial(Subject, world, path, plan), restart=restart)
    return Supervisor(
        plan.name,
        [built(world, child, path) for child in plan.children],
        strategy=Strategy(plan.strategy),
        restart=restart,
        max_restarts=plan.intensity,
        window=Millis(plan.period),
        backoff=AT_ONCE,
    )


def undergo(trial: Trial) -> Course:
    """How a trial goes in the runtime."""
    world = World(trial.broken)
    clock = VirtualClock()
    schedule = Schedule(trial.schedule)
    system = System(built(world, trial.tree), clock=clock, seed=trial.seed, schedule=schedule)
    steps: list[Step] = []
    end = "stopped"

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            await _happenings(system, clock, world, trial, steps)
            await system.stop()

    try:
        trio.run(main, clock=clock)
    except* BenthicError as failures:
        end = _described(failures)
    steps.append(Step(_taken(world), ()))
    return Course(tuple(steps), end)


async def _happenings(
    system: System, clock: VirtualClock, world: World, trial: Trial, steps: list[Step]
) -> None:
    steps.append(_seen(system, world))
    for event in trial.events:
        try:
            if isinstance(event, Pass):  # nothing waits for time but the windows
                clock.advance_to(clock.time + event.time)
            else:
                _happen(system, world, event)
            await system.settle()
        except ActorStopped:
            return  # the root has failed, and `run` tells how
        steps.append(_seen(system, world))


def _happen(system: System, world: World, event: Event) -> None:
    if isinstance(event, Break):
        world.broken[event.path] = event.times
    elif isinstance(event, Stop):
        for ref in [ref for path in event.paths for ref in _found(system, path)]:
            ref.stop()
    elif isinstance(event, Fail):
        orders = [
            (ref, End(how, world.lives[path]))
            for path, how in event.victims
            for ref in _found(system, path)
            if ref.is_alive
        ]
        if event.manner == "together" and orders:
            *first, (ref, last) = orders
            orders = [(ref, attrs.evolve(last, first=tuple(first)))]
        for ref, order in orders:
            ref.tell(order)


def _found(system: System, path: str) -> list[Ref]:
    """The address, where there is one."""
    try:
        return [system.lookup(path)]
    except NoSuchActor:
        return []


def _seen(system: System, world: World) -> Step:
    return Step(_taken(world), tuple(_line(node) for node in system.tree().walk()))


def _taken(world: World) -> tuple[str, ...]:
    deeds, world.deeds = tuple(world.deeds), []
    return deeds


def _line(node: TreeNode) -> str:
    state = STATES.get(node.state, node.state)
    fault = node.error if node.error in FAULTS else ""
    return f"{node.path} {state} restarts={node.restarts} {fault}".rstrip()


def _described(failures: BaseExceptionGroup[Any]) -> str:
    error: Any = failures
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, RestartLimit):
        return f"RestartLimit {error.path} {error.restarts}"
    if isinstance(error, StartFailed):
        return f"StartFailed {error.path}"
    return repr(error)
