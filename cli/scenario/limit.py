"""The end of a run that takes too long by the clock of the host, as where a script never awaits.

Nothing in the process can be trusted to go on then: whoever holds the thread may be trio itself. So
the words are written and the process ends, here and now, with its folder taken away.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from ...scenarios.running.folder import remove_own

WALL: Final = 1_800.0  # s that a seed may take
ENDED: Final = 75  # the code with which a process ends that ran out of time


@contextmanager
def limited(
    seconds: float, file: str, last: Callable[[str], str], *, code: int = ENDED
) -> Iterator[None]:
    """End this process with `code` where the block takes longer.

    file: the script, whose line is named. last: what is written to standard output, given the
    words for it.
    """

    def end(_: int, frame: FrameType | None) -> None:
        words = f"{place_in(frame, file)}: still running after {seconds:g} s of the host's time"
        os.write(1, last(words).encode(errors="replace"))
        remove_own()
        os._exit(code)

    was = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, was)


def place_in(frame: FrameType | None, file: str) -> str:
    """The innermost line of the script that is on the stack."""
    while frame is not None:
        if frame.f_code.co_filename == file:
            return f"{file}:{frame.f_lineno}"
        frame = frame.f_back
    return file
