"""The sweep of kills: a trading process gets SIGKILL at a random moment, again and again.

After each kill the store is opened and compared with every answer that a client ever had, and the
next process goes on with it, so that kills strike the recovery from kills, too. Every so many
kills a new store is begun.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Final

import attrs

from .chunks import Chunk, Plan, Report, sweep
from .kills_check import Ack, Heard, check, parse
from .progress import Watch, unwatched

PER_STORE: Final = 20  # kills
PATIENCE: Final = 60  # s for a bot to be ready


@attrs.frozen
class Moment:
    """When kills strike, and how often."""

    weight: int
    is_ready: bool  # whether the bot has been ready before
    within: float  # s from its start, or from when it was ready


MOMENTS: Final = (
    Moment(3, is_ready=False, within=1.2),  # imports, inspection, recovery
    Moment(3, is_ready=True, within=0.02),  # the first commits
    Moment(4, is_ready=True, within=0.4),
)


def run_kills(
    count: int,
    *,
    resume: Path | None = None,
    watch: Watch = unwatched,
    seed: int = 0,
    jobs: int = 2,
) -> Report:
    """Kill a trading process `count` times, and look for what was lost."""

    def run(chunk: int, kills: int) -> Chunk:
        with tempfile.TemporaryDirectory(prefix="benthic-kills-") as folder:
            return _one_store(Path(folder), f"{seed}/{chunk}", chunk, kills)

    plan = Plan("kills", seed, PER_STORE)
    return sweep(plan, count, run, resume=resume, watch=watch, jobs=jobs)


def _one_store(folder: Path, seed: str, number: int, kills: int) -> Chunk:
    acks: dict[tuple[str, str], Ack] = {}  # by account and order, the last one
    violations: list[str] = []
    figures = {"acknowledged": 0.0, "killed before ready": 0.0, "client errors": 0.0}
    for kill in range(kills + 1):
        last = kill == kills  # not a kill more: one start that only shows that the store restarts
        heard, complaint = _start_and_kill(folder, f"{seed}/{kill}", to_ready=last)
        figures["acknowledged"] += len(heard.acks)
        figures["killed before ready"] += not heard.ready
        figures["client errors"] += len(heard.errors)
        acks |= {(ack.account, ack.order_id): ack for ack in heard.acks}
        found = [*_said(heard, complaint), *check(folder, acks.values())]
        violations += (f"store {seed}, kill {kill}: {what}" for what in found)
    return Chunk(number, kills, tuple(violations), figures)


def _said(heard: Heard, complaint: str) -> Iterator[str]:
    if complaint:
        yield f"ended by itself: {complaint}"
    if heard.ready == "differ":
        yield "torn: desk, portfolio and journal differ after the start"
    yield from (f"refused: {error}" for error in heard.errors)


@attrs.define
class _Bot:
    """A process, and what it has said so far."""

    process: subprocess.Popen[bytes]
    said: bytearray = attrs.field(factory=bytearray)

    def listen(self, until: float, wanted: bytes = b"") -> bool:
        """Hear what is said until that moment (of perf_counter); True where `wanted` was."""
        assert self.process.stdout is not None  # noqa: S101 - it is a pipe
        while not wanted or wanted not in self.said:
            left = until - perf_counter()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                return False
            part = os.read(self.process.stdout.fileno(), 1 << 16)
            if not part:
                return False
            self.said += part
        return True

    def kill(self) -> str:
        """SIGKILL it; why it had ended before, if it had."""
        ended = self.process.poll()
        self.process.kill()
        rest, complaint = self.process.communicate()
        self.said += rest
        return "" if ended is None else f"exit code {ended}: {complaint.decode()[-2000:].strip()}"


def _start_and_kill(folder: Path, seed: str, *, to_ready: bool) -> tuple[Heard, str]:
    chance = Random(seed)  # noqa: S311 - seeded
    moment = chance.choices(MOMENTS, [moment.weight for moment in MOMENTS])[0]
    program = [sys.executable, "-m", "benthic.benchmarks.kills_bot", str(folder), seed]
    bot = _Bot(subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0))
    if to_ready or moment.is_ready:
        bot.listen(perf_counter() + PATIENCE, b"ready ")
    if not to_ready:
        bot.listen(perf_counter() + chance.uniform(0, moment.within))
    complaint = bot.kill()
    heard = parse(bytes(bot.said))
    if to_ready and not heard.ready:
        complaint = complaint or f"it was not ready within {PATIENCE} s"
    return heard, complaint
