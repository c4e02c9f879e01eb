"""One life of a real process: its pipes, its log, its signals, its end.

It is killed at the latest when the task that runs it is cancelled.
"""

from __future__ import annotations

import math
import resource
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import attrs
import msgspec
import trio

from ...actors.orders.model import Order
from .errors import Declined, Unanswered
from .wording import Answered, Asked, Wish, decode_answered, encode_asked

Hear = Callable[[Mapping[str, Any]], None]
"""Told each event of the log."""

PATIENCE: Final = 130.0  # s of the host for an answer; the hand itself waits for 120
DRAIN: Final = 5.0  # s of the host in which the last of its words must have come
ROOM: Final = 1_000  # questions that may wait to be written
_CHUNK: Final = 1 << 16


@attrs.frozen(kw_only=True)
class Program:
    """What is run. Everything but the arguments is the same for all lives."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path  # where it runs, and where its logs are kept


class Child:
    """One process. `run` it in a nursery. name: of its bot; pace: see `PacedClock`."""

    def __init__(self, program: Program, name: str, number: int, hear: Hear, pace: float) -> None:
        self.name = name
        self.number = number  # of the life, from 1
        self.log = program.folder / f"{name}-{number}.log"
        self.code: int | None = None  # how it ended; below 0: of that signal
        self.reads = 0  # how often its account was read back from its store
        self.last_word = ""  # the instant at which it meant to die
        self.ended = trio.Event()
        self._program = program
        self._hear = hear
        self._pace = pace
        self._process: trio.Process | None = None
        self._waiting: dict[int, Answered | trio.Event] = {}
        self._asked = 0
        self._post, self._posted = trio.open_memory_channel[bytes](ROOM)

    @property
    def is_over(self) -> bool:
        """Whether it lives no more."""
        return self.ended.is_set()

    @property
    def pid(self) -> int:
        """Of the process. Raises Unanswered before it has one."""
        if self._process is None:
            raise Unanswered(self.name, "it has not been started")
        return self._process.pid

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Live, until it ends or is killed."""
        process = await trio.lowlevel.open_process(
            self._program.argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(self._program.environment),
            cwd=self._program.folder,
        )
        self._process = process
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._read_log, process.stderr)
                nursery.start_soon(_each_line, process.stdout, self._take_answer)
                nursery.start_soon(self._write, process.stdin)
                task_status.started()
                await process.wait()
                self._post.close()
                nursery.cancel_scope.deadline = trio.current_time() + DRAIN * self._pace
        finally:
            with trio.CancelScope(shield=True):
                process.kill()
                self.code = await process.wait()
                for pipe in (process.stdin, process.stdout, process.stderr):
                    if pipe is not None:
                        await pipe.aclose()
            self._end()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing where it lives no more."""
        if not self.is_over:
            with suppress(ProcessLookupError):
                if self._process is not None:
                    self._process.send_signal(number)

    def limit_files(self, size: float) -> None:
        """Let it write nothing beyond so many bytes of any file; `inf`: as far as it likes."""
        if not self.is_over:
            most = resource.RLIM_INFINITY
            soft = most if math.isinf(size) else int(size)
            with suppress(ProcessLookupError):
                resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (soft, most))

    def ask(self, wish: Wish) -> int:
        """Ask the hand; what is asked first is heard first. The number to `answer` with.

        Raises Unanswered where it cannot be asked.
        """
        self._asked += 1
        number = self._asked
        if self.is_over:
            raise Unanswered(self.name, "its process is down")
        self._waiting[number] = trio.Event()
        try:
            self._post.send_nowait(encode_asked(Asked(number, wish)) + b"\n")
        except (trio.WouldBlock, trio.ClosedResourceError) as error:
            raise Unanswered(self.name, "it does not read its pipe") from error
        return number

    async def answer(self, number: int) -> tuple[Order, ...]:
        """The orders that came of a question. Raises Declined or Unanswered."""
        waiting = self._waiting[number]
        if isinstance(waiting, trio.Event):
            with trio.move_on_after(PATIENCE * self._pace):
                await waiting.wait()
        answer = self._waiting.pop(number)
        if isinstance(answer, trio.Event):
            why = "it died meanwhile" if self.is_over else f"nothing for {PATIENCE:g} s"
            raise Unanswered(self.name, why)
        if answer.refusal:
            raise Declined(self.name, answer.refusal)
        if answer.silence:
            raise Unanswered(self.name, answer.silence)
        return answer.orders

    # -- its pipes

    async def _read_log(self, pipe: trio.abc.ReceiveStream | None) -> None:
        with self.log.open("wb", buffering=0) as file:

            def take(line: bytes) -> None:
                file.write(line + b"\n")
                with suppress(msgspec.DecodeError):
                    self._hear(msgspec.json.decode(line, type=dict[str, Any]))

            await _each_line(pipe, take)

    def _take_answer(self, line: bytes) -> None:
        answer = decode_answered(line)
        self.reads += answer.read
        if answer.read:
            return
        if answer.died:
            self.last_word = answer.died
            return
        waiting = self._waiting.get(answer.number)
        if isinstance(waiting, trio.Event):
            self._waiting[answer.number] = answer
            waiting.set()

    async def _write(self, pipe: trio.abc.SendStream | None) -> None:
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            async for line in self._posted:
                if pipe is not None:
                    await pipe.send_all(line)

    def _end(self) -> None:
        self.ended.set()
        for waiting in self._waiting.values():
            if isinstance(waiting, trio.Event):
                waiting.set()


async def _each_line(pipe: trio.abc.ReceiveStream | None, take: Callable[[bytes], None]) -> None:
    """Hand on whole lines, until the other end is closed."""
    rest = b""
    with suppress(trio.BrokenResourceError):
        while pipe is not None and (part := await pipe.receive_some(_CHUNK)):
            *whole, rest = (rest + part).split(b"\n")
            for line in whole:
                take(line)
