"""The parts of `benthic run`: the log's sink, systemd's socket, looks at a tree."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from benthic.cli.run.differences import Difference, differences
from benthic.cli.run.notify import Notifier
from benthic.cli.run.redaction import Redactor
from benthic.cli.run.sink import ROOM, Sink, SinkStream
from benthic.runtime import Child, Millis, Supervisor, TreeNode
from benthic.runtime.mailbox import MailboxStatistics
from benthic.runtime.secret import Secret
from benthic.runtime.tree import planned

# -- the sink


def test_lines_come_out_whole_in_order_and_without_secrets(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.add([Secret("tell-nobody")])
    with (tmp_path / "log").open("wb") as file:
        sink = Sink(file.fileno(), redactor)
        stream = SinkStream(sink, file.fileno())
        stream.write("one\ntw")
        stream.write("o tell-nobody\nthree, not whole")
        sink.close()

    assert (tmp_path / "log").read_text() == "one\ntwo ***\n"


def test_a_full_disk_costs_lines_and_never_a_wait() -> None:
    with open("/dev/full", "wb", buffering=0) as full:  # noqa: PTH123 - a device
        sink = Sink(full.fileno(), Redactor())
        for number in range(100):
            sink.put(f"line {number}")
        sink.close()

    assert (sink.written, sink.lost) == (0, 100)  # K13


def test_a_reader_that_does_not_read_costs_lines_and_never_a_wait() -> None:
    read, write = os.pipe()
    sink = Sink(write, Redactor())
    for _ in range(ROOM + 5_000):  # more than the pipe and the queue hold
        sink.put("x" * 100)
    lost = sink.lost
    drainer = threading.Thread(target=_drain, args=(read,), daemon=True)
    drainer.start()
    sink.close(10)
    os.close(write)
    drainer.join(10)

    assert lost > 0  # K13
    assert sink.lost + sink.written == ROOM + 5_000


def _drain(descriptor: int) -> None:
    with os.fdopen(descriptor, "rb") as file:
        while file.read(1 << 16):
            pass


# -- systemd


@contextmanager
def a_manager(name: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind("\0" + name[1:] if name.startswith("@") else name)
        door.settimeout(5)
        yield door


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_systemd_hears_each_word_on_its_socket(tmp_path: Path, kind: str) -> None:
    name = str(tmp_path / "notify") if kind == "path" else f"@benthic-{os.getpid()}"
    environment = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "3000000"}
    with a_manager(name) as door:
        notifier = Notifier(environment)
        notifier.ready()
        notifier.status("first: binance is up")
        notifier.status("first: binance is up")  # the same again is not said
        notifier.alive()
        notifier.stopping()
        notifier.close()
        said = [door.recv(1_000).decode() for _ in range(4)]

    assert said == ["READY=1", "STATUS=first: binance is up", "WATCHDOG=1", "STOPPING=1"]
    assert notifier.beat == 1.5


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"WATCHDOG_USEC": "x"},
        {"WATCHDOG_USEC": "0"},
        {"WATCHDOG_USEC": "9", "WATCHDOG_PID": "1"},
    ],
    ids=["nothing", "no number", "zero", "another process"],
)
def test_who_is_not_watched_says_no_beat(environment: dict[str, str]) -> None:
    assert Notifier(environment).beat is None


def test_a_manager_that_is_gone_or_does_not_read_stops_nobody(tmp_path: Path) -> None:
    gone = Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")})
    gone.ready()
    name = str(tmp_path / "full")
    with a_manager(name):
        slow = Notifier({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "1000000"})
        for _ in range(10_000):
            slow.alive()
        slow.close()
    gone.close()


# -- looks at a tree


def a_tree(restarts: int, dropped: int) -> TreeNode:
    spec = Supervisor("bot", [Child("desk", object)])  # type: ignore[arg-type]  # never made
    (desk,) = planned(spec).children
    box = MailboxStatistics(0, 9, 0, 0, dropped, 0, Millis(0))
    changed = attrs.evolve(desk, restarts=restarts, mailbox=box, error="KeyError")
    return attrs.evolve(planned(spec), children=(changed,))


def test_restarts_and_drops_between_two_looks_are_told_once() -> None:
    assert list(differences(None, a_tree(2, 5))) == []
    assert list(differences(a_tree(2, 5), a_tree(2, 5))) == []
    assert list(differences(a_tree(2, 5), a_tree(3, 9))) == [
        Difference("restart", "/bot/desk", 1, "KeyError"),
        Difference("mailbox dropped", "/bot/desk", 4),
    ]
