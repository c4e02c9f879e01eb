"""Ten thousand connections at once: the venue takes them all, and never stops to answer.

Some say nothing, some half a request, some nonsense. Meanwhile a client that was there before
asks now and then, and some of the many ask at the end: each is answered, and soon.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Final

from ..runtime.errors import UsageError
from .chunks import Report
from .progress import Watch, unwatched
from .venue_server import Server, take_all_descriptors, venue_server
from .wire import CHUNK, PATIENCE, PING

BATCH: Final = 100  # connections between two questions
SPARED: Final = 200  # descriptors for everything else
SLOWEST: Final = 2.0  # s for an answer
ASKED: Final = 200  # of the many connections, at the end
FIRST_WORDS: Final = (b"", b"", b"GET /api/v3/pi", b"\x16\x03\x01\x02nonsense\r\n\r\n")


class Crowd:
    """The connections, and what they found."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        self.violations: list[str] = []
        self.slowest = 0.0  # s
        self.answers = 0
        self._port = server.port
        self._stack = stack
        self._silent: list[socket.socket] = []
        self._words = cycle(FIRST_WORDS)
        self._early = self._connect()

    def grow(self, count: int) -> None:
        """So many more."""
        for _ in range(count):
            words = next(self._words)
            sock = self._connect()
            if words:
                sock.sendall(words)
            else:
                self._silent.append(sock)

    def ask(self) -> None:
        """The client that was there before them asks."""
        self._ask(self._early)

    def ask_in_the_crowd(self) -> None:
        """Some of those that were silent so far ask, from the first to the last of them."""
        for sock in self._silent[:: max(len(self._silent) // ASKED, 1)]:
            self._ask(sock)

    def _connect(self) -> socket.socket:
        return self._stack.enter_context(
            socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        )

    def _ask(self, sock: socket.socket) -> None:
        began = perf_counter()
        try:
            sock.sendall(PING)
            answer = sock.recv(CHUNK)
        except OSError as error:
            self.violations.append(f"no answer: {error}")
            return
        if not answer.startswith(b"HTTP/1.1 200 "):
            self.violations.append(f"answered {answer[:80]!r}")
        self.answers += 1
        self.slowest = max(self.slowest, perf_counter() - began)


def run_connections(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,  # noqa: ARG001 - as all sweeps are called; nothing here is drawn
) -> Report:
    """Open `count` connections and keep them. Nothing of it is kept: `resume` is a UsageError."""
    if resume is not None:
        raise UsageError("connections cannot be resumed: leave --resume out")
    most = take_all_descriptors() - SPARED
    if count > most:
        raise UsageError(f"this user may open {most} files: raise `ulimit -n`, or ask for fewer")
    began = perf_counter()
    with venue_server(1, speed=1.0) as server, ExitStack() as stack:
        crowd = Crowd(server, stack)
        for done in range(0, count, BATCH):
            crowd.grow(min(BATCH, count - done))
            crowd.ask()
            watch(min(done + BATCH, count), count)
        crowd.ask_in_the_crowd()
        memory = server.memory()
    violations = crowd.violations
    if crowd.slowest > SLOWEST:
        violations.append(f"an answer took {crowd.slowest:.2f} s")
    figures = {
        "answers": float(crowd.answers),
        "ms for the slowest": crowd.slowest * 1_000,
        "bytes in the end": float(memory),
    }
    return Report("connections", count, tuple(violations), figures, perf_counter() - began)
