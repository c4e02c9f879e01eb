"""What a script does to the disk of one bot."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from ...runtime import Millis
from ...storage.folder import WriterLock, take
from .amounts import check_least
from .armed import FaultList
from .disk import Disk
from .places import caller
from .platter import Rot, relabel

Damage = Literal["cut", "overwritten"]


class HostDisk:
    """Full, failing, slow, bad, held by another; each lasts until `mend`.

    is_in_use: whether a process of the bot has it open.
    """

    def __init__(
        self,
        disk: Disk,
        faults: FaultList,
        now: Callable[[], Millis],
        bot: str,
        *,
        is_in_use: Callable[[], bool],
    ) -> None:
        self._disk = disk
        self._faults = faults
        self._now = now
        self._bot = bot
        self._is_in_use = is_in_use
        self._rot: Rot | None = None
        self._other: WriterLock | None = None

    @property
    def folder(self) -> Path:
        """Where the store lies."""
        return self._disk.folder

    @property
    def commits(self) -> int:
        """How many commits were asked for so far."""
        return self._disk.commits

    @property
    def refused(self) -> int:
        """How many writes found no room."""
        return self._disk.refused

    def fill(self) -> None:
        """No room for another byte (K3)."""
        if self._arm("K3", "full"):
            self._disk.is_full = True
            self._fire("K3", "the disk is full")

    def fail(self, *, at_commit: int = 1) -> None:
        """Let the so-manieth commit from now on fail, and the disk with it (K5)."""
        check_least(1, at_commit=at_commit)
        if self._arm("K5", f"fails at commit {at_commit}"):
            self._disk.fails_at = self._disk.commits + at_commit

    def slow(self, milliseconds: int) -> None:
        """Let each commit take so long (K6)."""
        check_least(0, milliseconds=milliseconds)
        if self._arm("K6", f"{milliseconds} ms a commit"):
            self._disk.delay = Millis(milliseconds)
            self._fire("K6", f"a commit takes {milliseconds} ms")

    def damage(self, how: Damage = "cut") -> None:
        """Let the file of the store be cut off, or overwritten, while no process has it (K7)."""
        self._require_idle("damage")
        if self._arm("K7", how) and self._rot is None:
            self._rot = Rot(self.folder)
            self._rot.cut() if how == "cut" else self._rot.overwrite()
            self._fire("K7", f"the file of the store is {how}")

    def hold(self) -> None:
        """Let another process have the store, as one does that was left behind (K12)."""
        self._require_idle("hold")
        if self._arm("K12", "held") and self._other is None:
            self._other = take(self.folder)
            self._fire("K12", "another process has the store")

    @contextmanager
    def of_another_layout(self, layout: int) -> Generator[None]:
        """Let another version have written the store, while the block runs (C15)."""
        self._require_idle("of_another_layout")
        if not self._faults.arm("C15", f"store of {self._bot}: layout {layout}", caller()):
            yield
            return
        kept = Rot(self.folder)
        relabel(self.folder, layout)
        self._fire("C15", f"the store is of layout {layout}")
        try:
            yield
        finally:
            kept.undo()

    def mend(self) -> None:
        """All is well again; what was damaged is put back as it was."""
        self._disk.mend()
        if self._rot is not None:
            self._rot.undo()
            self._rot = None
        if self._other is not None:
            self._other.release()
            self._other = None

    def _require_idle(self, what: str) -> None:
        if self._is_in_use():
            place = caller()
            problem = f"{what}: the process of {self._bot} has its store open"
            raise place.wrong(problem, remedy="stop or kill the bot first")

    def _arm(self, fault: str, words: str) -> bool:
        return self._faults.arm(fault, f"disk of {self._bot}: {words}", caller())

    def _fire(self, fault: str, words: str) -> None:
        self._faults.fire(self._now(), fault, f"{self._bot}: {words}")
