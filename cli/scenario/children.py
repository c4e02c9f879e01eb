"""The processes that run seeds: all of them end with the command that started them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from ...runtime import BenthicError

PATIENCE: Final = 10.0  # s in which a process ends that was told to


class WorkerEnded(BenthicError):
    """A process that runs seeds ended without its answers."""

    def __init__(self, first: str, code: int, words: str) -> None:
        super().__init__(f"the process of the seeds from {first} ended with code {code}: {words}")


class Children:
    """Those of one sweep. Run them in threads, and `end` them in another."""

    def __init__(self) -> None:
        self._running: dict[subprocess.Popen[bytes], None] = {}
        self._is_over = False

    def run(self, module: str, words: Sequence[str], *, first: str) -> bytes:
        """Run one with a hash seed of its own, to its end; what it says. Raises WorkerEnded."""
        child = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "random"},
        )
        self._running[child] = None
        if self._is_over:
            child.terminate()
        try:
            out, err = child.communicate()
        finally:
            del self._running[child]
        if child.returncode:
            last = err.decode(errors="replace").strip().rpartition("\n")[2]
            raise WorkerEnded(first, child.returncode, last or "it said nothing")
        return out

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
