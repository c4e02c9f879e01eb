"""How tests of the runtime run a tree: in virtual time under each schedule, and live."""

from collections.abc import Awaitable, Callable

import pytest
import trio

from benthic.runtime import Child, LiveClock, Schedule, Supervisor, System, run_virtual

Body = Callable[[System], Awaitable[None]]
Run = Callable[[Supervisor | Child, Body], None]
Until = Callable[[Callable[[], bool]], Awaitable[None]]

PATIENCE = 20  # s of wall time until a live test counts as hung


@pytest.fixture(params=list(Schedule), ids=[schedule.value for schedule in Schedule])
def schedule(request: pytest.FixtureRequest) -> Schedule:
    """Each order of turns."""
    chosen: Schedule = request.param
    return chosen


def run_live(root: Supervisor | Child, body: Body) -> None:
    """Run a tree on the host's clocks for as long as `body` takes."""
    system = System(root, clock=LiveClock(), seed=0)

    async def main() -> None:
        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                await nursery.start(system.run)
                await body(system)
                await system.stop()

    trio.run(main)


@pytest.fixture(params=[*Schedule, "live"], ids=lambda how: getattr(how, "value", how))
def run(request: pytest.FixtureRequest) -> Run:
    """Run a tree in virtual time under each schedule, and on the host's clocks."""
    how: Schedule | str = request.param
    if isinstance(how, str):
        return run_live

    def run_in_virtual_time(root: Supervisor | Child, body: Body) -> None:
        run_virtual(root, body, schedule=how)

    return run_in_virtual_time


@pytest.fixture
def until() -> Until:
    """Wait for a state that a live run reaches soon and a virtual one at a known time."""

    async def wait(holds: Callable[[], bool]) -> None:
        for _ in range(PATIENCE * 1_000):
            if holds():
                return
            await trio.sleep(0.001)
        pytest.fail("waited in vain")

    return wait
