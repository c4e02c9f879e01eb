"""What a script does to the disk of one bot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ...runtime import Millis
from .amounts import check_least
from .armed import FaultList
from .disk import Disk
from .places import caller


class HostDisk:
    """Full, failing, slow; each lasts until `mend`."""

    def __init__(self, disk: Disk, faults: FaultList, now: Callable[[], Millis], bot: str) -> None:
        self._disk = disk
        self._faults = faults
        self._now = now
        self._bot = bot

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
            self._faults.fire(self._now(), "K3", f"{self._bot}: the disk is full")

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
            self._faults.fire(self._now(), "K6", f"{self._bot}: a commit takes {milliseconds} ms")

    def mend(self) -> None:
        """All is well again."""
        self._disk.is_full = False
        self._disk.delay = Millis(0)

    def _arm(self, fault: str, words: str) -> bool:
        return self._faults.arm(fault, f"disk of {self._bot}: {words}", caller())
