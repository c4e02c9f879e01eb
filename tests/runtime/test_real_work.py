"""Virtual time beside real work of the embedding program: threads, and callbacks from them."""

from __future__ import annotations

import threading
import time

import trio

from benthic.runtime import (
    Actor,
    Ask,
    AskTimeout,
    Child,
    Millis,
    Supervisor,
    System,
    on,
    run_virtual,
)


class Wait(Ask[None]):
    """Takes 2 s."""


class Sleeper(Actor):
    @on(Wait)
    async def wait(self, _: Wait) -> None:
        await self.sleep(2_000)


ROOT = Supervisor("app", [Child("sleeper", Sleeper)])


def test_a_deadline_that_comes_up_after_real_work_still_moves_the_clock() -> None:
    async def body(system: System) -> Millis:
        await trio.to_thread.run_sync(time.sleep, 0.01)
        await trio.sleep(10)
        with trio.move_on_after(60):
            await trio.sleep_forever()
        return system.clock.now()

    assert run_virtual(ROOT, body) == 70_000


def test_a_callback_from_a_thread_may_be_followed_by_a_sleep() -> None:
    async def body(system: System) -> Millis:
        called = trio.Event()
        token = trio.lowlevel.current_trio_token()
        threading.Timer(0.01, token.run_sync_soon, [called.set]).start()
        await called.wait()
        await trio.sleep(1)
        return system.clock.now()

    assert run_virtual(ROOT, body) == 1_000


def test_an_answered_ask_does_not_move_time_with_its_deadline() -> None:
    async def body(system: System) -> Millis:
        sleeper = system.lookup("/app/sleeper")
        await sleeper.ask(Wait(), timeout=20_000)
        await trio.to_thread.run_sync(time.sleep, 0.01)
        return system.clock.now()

    assert run_virtual(ROOT, body) == 2_000


def test_time_stands_still_while_the_program_holds_it() -> None:
    async def body(system: System) -> tuple[Millis, bool]:
        sleeper = system.lookup("/app/sleeper")
        outcomes: list[bool] = []

        async def ask() -> None:
            try:
                await sleeper.ask(Wait(), timeout=1_000)
            except AskTimeout:
                outcomes.append(True)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            with system.hold():
                await trio.to_thread.run_sync(time.sleep, 0.02)
                held = system.clock.now()
        return held, outcomes == [True]

    assert run_virtual(ROOT, body) == (0, True)
