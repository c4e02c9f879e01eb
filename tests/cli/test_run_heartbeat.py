"""Systemd hears of a System for as long as turns are taken in it, and no longer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from time import monotonic

import trio

from benthic.cli.run.heartbeat import beat
from benthic.cli.run.notify import Notifier
from benthic.cli.run.warden import Beat, Warden
from benthic.runtime import Actor, Child, LiveClock, Millis, Supervisor, System, Tell, on

HANG = 0.6  # s
PAUSE = 0.05  # s


class Hang(Tell):
    """Do not end this turn."""


class Wedged(Actor):
    """Blocks the whole process, as an endless loop would."""

    @on(Hang)
    def hang(self, _: Hang) -> None:
        threading.Event().wait(HANG)


class Deaf(Actor):
    """A warden whose turns lead to nothing any more."""

    @on(Beat)
    def beat(self, _: Beat) -> Millis | None:
        self.reply_later()
        return None


class Manager:
    """What a service manager hears, and when."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self.heard: list[float] = []

    def listen(self) -> None:
        while self._door.recv(100) == b"WATCHDOG=1":
            self.heard.append(monotonic())


@contextmanager
def a_manager(path: Path) -> Iterator[tuple[Manager, Notifier]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(path))
        manager = Manager(door)
        listener = threading.Thread(target=manager.listen)
        listener.start()
        notifier = Notifier({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "100000"})
        try:
            yield manager, notifier
        finally:
            notifier.stopping()  # after which nobody listens
            listener.join()
            notifier.close()


async def beaten(system: System, notifier: Notifier, count: int) -> list[bool]:
    """As many beats as that."""
    warden = system.lookup("/root/warden")
    found = list[bool]()
    for _ in range(count):
        found.append(await beat(warden, notifier, quiet, PAUSE))
        await trio.sleep(PAUSE)
    return found


def quiet(_: str, __: str, ___: Mapping[str, object]) -> None:
    """Nobody reads this log."""


def run(children: list[Child], notifier: Notifier, *more: Tell) -> list[bool]:
    async def main() -> list[bool]:
        system = System(Supervisor("root", children), clock=LiveClock())
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            found = await beaten(system, notifier, 4)
            for message in more:
                system.lookup("/root/wedged").tell(message)
            found += await beaten(system, notifier, 4)
            await system.stop()
        return found

    return trio.run(main)


def a_warden() -> Warden:
    return Warden(quiet, lambda _, __: None)


def test_while_an_actor_blocks_the_process_no_beat_goes_out(tmp_path: Path) -> None:
    children = [Child("warden", a_warden), Child("wedged", Wedged)]
    with a_manager(tmp_path / "notify") as (manager, notifier):
        run(children, notifier, Hang())

    pauses = [after - before for before, after in pairwise(manager.heard)]
    assert len(manager.heard) >= 6
    assert max(pauses) >= HANG  # systemd, told to wait 0.1 s, would have ended it
    assert sorted(pauses)[-2] < HANG


def test_where_turns_lead_to_nothing_no_beat_goes_out_though_the_process_lives(
    tmp_path: Path,
) -> None:
    with a_manager(tmp_path / "notify") as (manager, notifier):
        beats = run([Child("warden", Deaf)], notifier)

    assert beats == [False] * 8
    assert manager.heard == []


def test_while_turns_are_taken_each_beat_goes_out(tmp_path: Path) -> None:
    with a_manager(tmp_path / "notify") as (manager, notifier):
        beats = run([Child("warden", a_warden)], notifier)

    assert beats == [True] * 8
    assert len(manager.heard) == 8
