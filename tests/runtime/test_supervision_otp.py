"""Corners of OTP's rules in which the runtime once differed from the model of `benchmarks`."""

from collections.abc import Awaitable, Callable

import pytest

from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    Ask,
    Child,
    NoSuchActor,
    Ref,
    Restart,
    Strategy,
    Supervisor,
    System,
    on,
)

Run = Callable[[Supervisor | Child, Callable[[System], Awaitable[None]]], None]


class Finish(Ask[None]):
    """End normally."""


class Crash(Ask[None]):
    """End otherwise."""


class Worker(Actor):
    @on(Finish)
    def finish(self, _: Finish) -> None:
        self.stop()

    @on(Crash)
    def crash(self, _: Crash) -> None:
        raise ValueError("crash")


@pytest.mark.parametrize(
    "end", [lambda ref: ref.stop(), lambda ref: ref.drain()], ids=["stop", "drain"]
)
def test_a_stopped_child_that_had_ended_is_not_restarted_with_its_group(
    run: Run, end: Callable[[Ref], None]
) -> None:
    tree = Supervisor(
        "root",
        [Child("job", Worker, restart=Restart.TRANSIENT), Child("desk", Worker)],
        strategy=Strategy.ONE_FOR_ALL,
        backoff=AT_ONCE,
    )

    async def body(system: System) -> None:
        job, desk = system.lookup("/root/job"), system.lookup("/root/desk")
        await job.ask(Finish())
        await system.settle()
        assert not job.is_alive
        end(job)
        await system.settle()
        with pytest.raises(ActorCrashed):
            await desk.ask(Crash())
        await system.settle()

        assert not job.is_alive
        assert [node.path for node in system.tree().walk()] == ["/root", "/root/desk"]
        with pytest.raises(NoSuchActor):
            system.lookup("/root/job")

    run(tree, body)
