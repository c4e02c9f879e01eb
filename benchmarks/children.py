"""Processes that make the trials of a sweep: all of them end with the command that started them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import attrs

from ..scenarios.running.folder import own_folder

PATIENCE: Final = 10.0  # s in which a process ends that was told to


@attrs.frozen
class Ended:
    """How one ended: with which code, and what it said until then."""

    code: int
    out: bytes
    err: bytes

    @property
    def words(self) -> str:
        """Why it ended, for people: the last line that says something, and draws no frame."""
        lines = (
            line.strip(" |+-") for line in reversed(self.err.decode(errors="replace").splitlines())
        )
        return f"ended with code {self.code}: {next(filter(None, lines), 'it said nothing')}"


class Children:
    """Those of one sweep. Run them in threads, and `end` them in another."""

    def __init__(self) -> None:
        self._running: dict[subprocess.Popen[bytes], None] = {}
        self._is_over = False

    def run(self, module: str, words: Sequence[str], *, timeout: float | None = None) -> Ended:
        """Run one with a hash seed and a place for its files of its own, to its end."""
        with own_folder() as place:
            child = subprocess.Popen(
                [sys.executable, "-W", "ignore::RuntimeWarning", "-m", module, *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "PYTHONHASHSEED": "random", "TMPDIR": str(place)},
            )
            self._running[child] = None
            if self._is_over:
                child.terminate()
            try:
                out, err = child.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:  # not even the alarm was heard
                child.kill()
                out, err = child.communicate()
            finally:
                del self._running[child]
            return Ended(child.returncode, out, err)

    def end(self) -> None:
        """End them all, now; none is started any more."""
        self._is_over = True
        running = tuple(self._running)
        for child in running:
            child.terminate()
        for child in running:
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
