"""The disk of one bot, and the store that writes to it under the eyes of a world.

Commits are inline: no thread, and no sync, which a simulated kill does not need. A commit may find
the disk full, failing or slow, and it may be the last thing that the process does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final, Literal

import msgspec

from ...actors.exchange.bans import RecallBans
from ...actors.orders.journal import Commit, GetDigest, Snapshot
from ...runtime import Millis, Refusal, Reply, Tell, on
from ...storage.environment import FIRST_MAP
from ...storage.errors import StoreBroken, StoreFull
from ...storage.order_store import Answer, OrderStore, Request
from ...storage.store import Store, Writing
from .platter import torn

Phase = Literal["before", "after", "torn"]
NO_SPACE: Final = "no space left on device"
FAILED: Final = "Input/output error"


class Disk:
    """What is wrong with it, and what has been written."""

    def __init__(self, folder: Path, chance: Random, map_size: int = FIRST_MAP) -> None:
        self.folder = folder
        self.chance = chance
        self.map_size = map_size  # bytes that a new store starts with
        self.is_full = False
        self.delay = Millis(0)  # ms that each commit takes
        self.commits = 0  # that were asked for
        self.fails_at = 0  # the commit that fails; 0: none
        self.dies_at = 0  # the commit at which the process dies; 0: none
        self.phase: Phase = "after"
        self.fault = "K1"  # the code of that death
        self.refused = 0  # commits that found no room

    def die_at(self, commit: int, phase: Phase, fault: str) -> None:
        """Let the process die at the so-manieth commit from now on."""
        self.dies_at, self.phase, self.fault = self.commits + commit, phase, fault

    def mend(self) -> None:
        """It is well, and no error of it is to come."""
        self.is_full = False
        self.delay = Millis(0)
        self.fails_at = 0


class Writer:
    """What a store tells its world; one for each life of a process."""

    def __init__(
        self,
        disk: Disk,
        *,
        took: Callable[[Commit], None],
        loaded: Callable[[Snapshot], None],
        struck: Callable[[str, str], None],
        died: Callable[[], None],
    ) -> None:
        self.disk = disk
        self.is_dead = False
        self.is_broken = False
        self.took = took
        self.loaded = loaded
        self.struck = struck
        self.died = died

    def die(self) -> None:
        """The process is gone: nothing of it is written any more."""
        self.is_dead = True


class _Served(msgspec.Struct, Tell, frozen=True):
    """A slow disk has done the next piece of work."""


class WatchedStore(Store):
    """The store of a bot in a world. tamper: changes what is written, to prove the checkers."""

    def __init__(
        self,
        order_store: OrderStore,
        writer: Writer,
        tamper: Callable[[Commit], Commit] | None = None,
    ) -> None:
        super().__init__(order_store, Writing.INLINE)
        self._writer = writer
        self._tamper = tamper
        self._slow: deque[tuple[Request, Reply]] = deque()

    def on_start(self) -> None:
        writer = self._writer
        if writer.is_broken:
            raise StoreBroken(writer.disk.folder, reason=FAILED)
        if not writer.is_dead:
            super().on_start()

    def _now(self, request: Request) -> Answer:
        writer = self._writer
        if writer.is_dead:
            self._leave_unanswered()
            return None
        if writer.disk.delay or self._slow:
            self._slow.append((request, self.reply_later()))
            if len(self._slow) == 1:
                self.after(writer.disk.delay, _Served())
            return None
        answer = self._carry_out_now(request)
        if self._has_died():  # of this commit
            self._leave_unanswered()
            return None
        return answer

    @on(_Served)
    def served(self, _: _Served) -> None:
        request, reply = self._slow.popleft()
        if self._writer.is_dead:
            return
        try:
            answer: Any = self._carry_out_now(request)
        except Refusal as refusal:
            reply.fail(refusal)
        else:
            if not self._writer.is_dead:
                reply.answer(answer)
        if self._slow:
            self.after(max(self._writer.disk.delay, 1), _Served())

    def _carry_out_now(self, request: Request) -> Answer:
        """Write it, with whatever goes wrong. Raises a Refusal, or StoreBroken."""
        writer, disk = self._writer, self._writer.disk
        if disk.is_full and not isinstance(request, RecallBans | GetDigest):
            disk.refused += 1
            raise StoreFull(disk.folder, reason=NO_SPACE)
        if not isinstance(request, Commit):
            answer = super()._now(request)
            if isinstance(answer, Snapshot):
                writer.loaded(answer)
            return answer
        disk.commits += 1
        if disk.commits == disk.fails_at:
            writer.is_broken = True
            writer.struck("K5", f"the disk fails at commit {disk.commits}")
            raise StoreBroken(disk.folder, reason=FAILED)
        dies = disk.commits == disk.dies_at
        if dies and disk.phase == "before":
            self._die()
            return None
        commit = request if self._tamper is None else self._tamper(request)
        if dies and disk.phase == "torn":
            with torn(disk.folder, disk.chance):
                super()._now(commit)
                self._die()
            return None
        answer = super()._now(commit)
        writer.took(commit)
        if dies:
            self._die()
        return answer

    def _die(self) -> None:
        writer = self._writer
        disk = writer.disk
        how = "in the middle of" if disk.phase == "torn" else disk.phase
        writer.struck(disk.fault, f"the process dies {how} commit {disk.commits}")
        writer.died()

    def _has_died(self) -> bool:
        return self._writer.is_dead

    def _leave_unanswered(self) -> None:
        self.reply_later()
