"""Seeded runs: the same seed gives the same order of turns and the same frames, anywhere."""

import subprocess
import sys
from collections.abc import Awaitable, Callable

import pytest
import trio
import trio.testing
import wsproto.frame_protocol
import wsproto.utilities

from benthic.runtime.clock import Millis, VirtualClock
from benthic.scenarios.determinism import run_seeded, seeded_frames, seeded_schedule

PROGRAM = """
import sys
import trio
from benthic.scenarios.determinism import seeded_schedule

order = []

async def task(name):
    for _ in range(5):
        await trio.lowlevel.checkpoint()
        order.append(name)

async def main():
    async with trio.open_nursery() as nursery:
        for name in "abcdefgh":
            nursery.start_soon(task, name)

if sys.argv[1] == "none":
    trio.run(main)
else:
    with seeded_schedule(int(sys.argv[1])):
        trio.run(main)
print("".join(order))
"""

Note = Callable[[str], None]
Play = Callable[[Note], Awaitable[None]]


async def in_turns(note: Note) -> None:
    async def task(name: str) -> None:
        for _ in range(3):
            await trio.lowlevel.checkpoint()
            note(name)

    async with trio.open_nursery() as nursery:
        for name in "abcdefgh":
            nursery.start_soon(task, name)


async def of_one_deadline(note: Note) -> None:
    moment = trio.current_time() + 0.001

    async def task(name: str) -> None:
        await trio.sleep_until(moment)
        note(name)

    async with trio.open_nursery() as nursery:
        for name in "abcdefgh":
            nursery.start_soon(task, name)


async def woken_together(note: Note) -> None:
    lot = trio.lowlevel.ParkingLot()

    async def task(name: str) -> None:
        await lot.park()
        note(name)

    async with trio.open_nursery() as nursery:
        for name in "abcdefgh":
            nursery.start_soon(task, name)
        await trio.testing.wait_all_tasks_blocked()
        lot.unpark(count=3)
        await trio.testing.wait_all_tasks_blocked()
        lot.unpark_all()


async def cancelled_together(note: Note) -> None:
    async def task(name: str) -> None:
        try:
            await trio.sleep_forever()
        finally:
            note(name)

    async with trio.open_nursery() as nursery:
        for name in "abcdefgh":
            nursery.start_soon(task, name)
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()


def order_of(seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, seed], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_this_trio_still_has_its_switch_for_seeded_schedules() -> None:
    run = trio._core._run
    assert run._ALLOW_DETERMINISTIC_SCHEDULING in {True, False}
    assert run._r.random() < 1


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        (in_turns, "daghefcbbedagfchgabhfdce"),
        (of_one_deadline, "daghefcb"),
        (woken_together, "gafbhcde"),
        (cancelled_together, "daghefcb"),
    ],
    ids=["batches", "deadlines", "wake-ups", "cancellations"],
)
def test_this_trio_orders_its_turns_as_the_one_that_seeds_were_kept_with(
    play: Play, expected: str
) -> None:
    """A trio that fails here runs every seed otherwise: artefacts of before cannot be replayed."""
    order: list[str] = []

    with seeded_schedule(7):
        trio.run(play, order.append)

    assert "".join(order) == expected


def test_two_processes_give_turns_in_one_order_for_one_seed() -> None:
    assert order_of("7") == order_of("7")


def test_another_seed_and_no_seed_give_other_orders() -> None:
    assert order_of("7") != order_of("8")
    # Without a seed trio turns each batch round or leaves it: two runs may well be alike.
    assert len({order_of("none") for _ in range(8)}) > 1


def test_a_seeded_schedule_leaves_trio_as_it_was() -> None:
    run = trio._core._run
    was, state = run._ALLOW_DETERMINISTIC_SCHEDULING, run._r.getstate()

    with seeded_schedule(1):
        run._r.random()

    assert run._ALLOW_DETERMINISTIC_SCHEDULING is was
    assert run._r.getstate() == state


def test_the_keys_of_websockets_are_drawn_from_the_seed_and_only_inside() -> None:
    def draw() -> bytes:
        return wsproto.utilities.generate_nonce()

    with seeded_frames(7):
        first = draw()
    with seeded_frames(7):
        second = draw()

    assert first == second
    assert draw() != draw()


def test_virtual_time_jumps_from_deadline_to_deadline_without_a_system() -> None:
    async def body(clock: VirtualClock) -> list[int]:
        moments = []
        for _ in range(3):
            await trio.sleep(3600)
            moments.append(int(clock.now()))
        return moments

    hour = 3_600_000
    assert run_seeded(body, seed=1, start=Millis(5)) == [hour + 5, 2 * hour + 5, 3 * hour + 5]


def test_an_error_of_the_body_leaves_the_run() -> None:
    async def body(_: VirtualClock) -> None:
        await trio.sleep(1)
        raise LookupError("mine")

    with pytest.raises(ExceptionGroup) as raised:
        run_seeded(body, seed=1)

    assert raised.value.split(LookupError)[0] is not None
