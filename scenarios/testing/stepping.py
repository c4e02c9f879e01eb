"""A world that is played step by step by code that is not async: a state machine of hypothesis.

The world runs in a thread of its own, and one of the two threads always waits for the other: while
the caller decides what comes next, virtual time stands still. The same steps are the same run.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from queue import Empty, SimpleQueue
from threading import Thread
from threading import enumerate as enumerate_threads
from typing import Any, Final, TypeVar

import outcome
import trio

from ...runtime import UsageError
from ..running.run import Options, Outcome, run_script
from ..running.script import Script
from ..world import World
from .playing import words_of

T = TypeVar("T")
Step = Callable[[World], Awaitable[Any]]
Answer = outcome.Value[Any] | outcome.Error
THREAD: Final = "stepped world"
PATIENCE: Final = 600.0  # s of the host that a step may take
CALM: Final = 600.0  # s in which all must be in order again at the end


class SteppedWorld:
    """A world in which nothing happens but what is played; `end` it, whatever came of it.

    seed: of the world. limit: s of virtual time. Only one at a time: trio has one schedule to seed.
    """

    def __init__(self, *, seed: int = 0, limit: float = 86_400) -> None:
        self._options = Options(seed=seed, limit=limit)
        self._steps: SimpleQueue[Step | None] = SimpleQueue()  # None: the last is done
        self._answers: SimpleQueue[Answer | None] = SimpleQueue()  # None: the run is over
        self._ran: outcome.Value[Outcome] | outcome.Error | None = None
        self._came_to: Outcome | None = None
        self._is_told = False  # whether the caller has been told why it failed
        self._within = CALM
        if any(each.name == THREAD for each in enumerate_threads()):
            raise UsageError("another SteppedWorld goes on in this process; end it first")
        self._thread = Thread(target=self._run, name=THREAD, daemon=True)
        self._thread.start()

    def play(self, step: Callable[[World], Awaitable[T]]) -> T:
        """Do this in the world, and wait for what it comes to.

        Raises what the step raises, and AssertionError where anything that always holds did not
        hold meanwhile; then the world is over.
        """
        if self._came_to is not None:
            raise AssertionError("the world is over; nothing can be played in it any more")
        self._steps.put(step)
        answer = self._answer()
        if answer is None:
            self._judge()
            raise AssertionError("the world was over before the step was done")
        came_to: T = answer.unwrap()
        return came_to

    def look(self, at: Callable[[World], T]) -> T:
        """The same for what takes no time: to look at something, or to let a fault strike."""

        async def step(world: World) -> T:
            came_to = at(world)
            if inspect.iscoroutine(came_to):
                came_to.close()
                raise UsageError("look takes a function that is not async; play this one")
            return came_to

        return self.play(step)

    def sleep(self, seconds: float) -> None:
        """Let so much virtual time pass."""

        async def step(_: World) -> None:
            await trio.sleep(seconds)

        self.play(step)

    def end(self, *, within: float = CALM) -> Outcome:
        """End all faults, wait until every bot is in order again, and stop; what came of it all.

        within: s of virtual time until they are. Raises AssertionError where anything did not hold
        that the caller has not been told of.
        """
        if self._came_to is None:
            self._within = within
            self._steps.put(None)
            while self._answer() is not None:
                pass
        return self._judge()

    def _answer(self) -> Answer | None:
        try:
            answer = self._answers.get(timeout=PATIENCE)
        except Empty:
            words = f"the world has not answered for {PATIENCE:g} s of the host's time"
            raise AssertionError(words) from None
        if answer is None and self._ran is not None:
            self._thread.join()
            self._came_to = self._ran.unwrap()
        return answer

    def _judge(self) -> Outcome:
        came_to = self._came_to
        if came_to is None:
            raise AssertionError("the world goes on: end it first")
        if not came_to.ok and not self._is_told:
            self._is_told = True
            raise AssertionError(words_of(came_to))
        return came_to

    # -- in the thread of the world

    def _run(self) -> None:
        script = Script(name="steps", file=__file__, story="", faults=(), play=self._follow)
        self._ran = outcome.capture(run_script, script, self._options)
        self._answers.put(None)

    async def _follow(self, world: World) -> None:
        """Play what comes, and hold time while nothing does."""
        while (step := self._steps.get()) is not None:
            answer = await outcome.acapture(step, world)
            if world.findings:
                return
            self._answers.put(answer)
        if world.bots:
            await world.settle(within=self._within)
