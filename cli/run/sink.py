"""Where the words of a running bot go: one thread that writes them, so that nobody waits for it.

A disk that is full, a pipe that nobody reads: lines are lost and counted, and the count is told
once writing works again. Trading never waits and never fails for its log (K13).
"""

from __future__ import annotations

import io
import os
import queue
import threading
from typing import Final

from .redaction import Redactor

ROOM: Final = 10_000  # lines that may wait to be written
FLUSH: Final = 2.0  # s, for what waits when the process ends
_LONGEST: Final = 64 * 1024  # characters of a line without an end


class Sink:
    """Writes whole lines to a file descriptor, without the secrets that its redactor knows."""

    def __init__(self, descriptor: int, redactor: Redactor) -> None:
        self._descriptor = descriptor
        self._redactor = redactor
        self._waiting: queue.Queue[str | None] = queue.Queue(ROOM)
        self._untold = 0  # lines lost since the last that was written
        self.lost = 0
        self.written = 0
        self._thread = threading.Thread(target=self._write_on, name="log", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        """Let a line be written, soon; never waits."""
        try:
            self._waiting.put_nowait(line)
        except queue.Full:
            self._lose()

    def close(self, patience: float = FLUSH) -> None:
        """Write what waits, as far as there is time for it."""
        try:
            self._waiting.put(None, timeout=patience)
        except queue.Full:
            return
        self._thread.join(patience)

    # -- in the thread

    def _write_on(self) -> None:
        while (line := self._waiting.get()) is not None:
            untold, self._untold = self._untold, 0
            if untold:
                line = f"log: {untold} lines were lost\n{line}"
            if self._write(self._redactor.clean(line) + "\n"):
                self.written += 1
            else:
                self._untold += untold
                self._lose()

    def _write(self, text: str) -> bool:
        data = text.encode(errors="backslashreplace")
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
        except OSError:
            return False
        return True

    def _lose(self) -> None:
        self._untold += 1
        self.lost += 1


class SinkStream(io.TextIOBase):
    """A text stream into a sink: takes the place of standard error."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, sink: Sink, descriptor: int) -> None:
        self._sink = sink
        self._descriptor = descriptor
        self._rest = ""

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            self._sink.put(line)
        if len(self._rest) > _LONGEST:
            self._sink.put(self._rest)
            self._rest = ""
        return len(text)

    def flush(self) -> None:
        """Nothing: lines are written when they are whole."""

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False
