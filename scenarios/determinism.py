"""Runs of trio that are the same each time: virtual time, and all chance drawn from a seed.

Trio gives the tasks that are ready their turns in an order that it draws anew in each run, and
has a private switch that makes it draw from a generator of its own; wsproto takes keys and masks
from the host. This file is the one place that knows of either; a test notices if another version
does it otherwise. Nothing here helps against threads and sockets: what they do is not in our
hands.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import trio
import wsproto.frame_protocol
import wsproto.utilities

from ..runtime import chance
from ..runtime.clock import Millis, VirtualClock
from ..runtime.errors import UsageError
from ..runtime.supervision.specs import Supervisor
from ..runtime.system import System

R = TypeVar("R")


@contextmanager
def seeded_schedule(seed: int) -> Iterator[None]:
    """Let trio draw the order of turns from `seed`, in runs that begin inside."""
    run: Any = trio._core._run  # noqa: SLF001 - see above
    if not hasattr(run, "_ALLOW_DETERMINISTIC_SCHEDULING") or not hasattr(run, "_r"):
        raise UsageError(
            f"trio {trio.__version__} has no switch for seeded schedules; use trio 0.35"
        )
    was, state = run._ALLOW_DETERMINISTIC_SCHEDULING, run._r.getstate()  # noqa: SLF001
    run._ALLOW_DETERMINISTIC_SCHEDULING = True  # noqa: SLF001
    run._r.seed(seed)  # noqa: SLF001
    try:
        yield
    finally:
        run._ALLOW_DETERMINISTIC_SCHEDULING = was  # noqa: SLF001
        run._r.setstate(state)  # noqa: SLF001


@contextmanager
def seeded_frames(seed: int) -> Iterator[None]:
    """Let the WebSocket clients of this process draw their keys and masks from `seed`."""
    source = HostOf(chance.stream(seed, "frames").randbytes)
    modules: tuple[Any, ...] = (wsproto.frame_protocol, wsproto.utilities)
    were = [module.os for module in modules]
    for module in modules:
        module.os = source
    try:
        yield
    finally:
        for module, was in zip(modules, were, strict=True):
            module.os = was


class HostOf:
    """What wsproto asks of `os`, and no more."""

    def __init__(self, urandom: Callable[[int], bytes]) -> None:
        self.urandom = urandom


def run_seeded(
    body: Callable[[VirtualClock], Awaitable[R]], *, seed: int, start: Millis = Millis(0)
) -> R:
    """Run `body(clock)` in virtual time from `start`, ms, with all chance drawn from `seed`.

    Time jumps whenever every task waits; Systems that are given the clock move it together.
    """
    clock = VirtualClock(start)

    async def main() -> R:
        mover = System(
            Supervisor("time", []), clock=clock, seed=seed
        )  # of no actors: it moves time
        async with trio.open_nursery() as nursery:
            await nursery.start(mover.run)
            result = await body(clock)
            await mover.stop()
        return result

    return run_on(clock, main, seed=seed)


def run_on(clock: VirtualClock, main: Callable[[], Awaitable[R]], *, seed: int) -> R:
    """The same on a clock of one's own, which a System of `main` must move."""
    with seeded_schedule(seed), seeded_frames(seed):
        return trio.run(main, clock=clock)
