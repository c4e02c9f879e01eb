"""SIGTERM for commands that compute: it ends them as Ctrl-C does, and nothing is left behind."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from .exits import ExitCode


@contextmanager
def ended_in_order() -> Generator[None]:
    """Let SIGTERM be a Ctrl-C in the block; it is told apart by how the command ends."""
    is_told = False

    def end(_: int, __: FrameType | None) -> None:
        nonlocal is_told
        is_told = True
        signal.raise_signal(signal.SIGINT)  # to trio, which knows when it may be interrupted

    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a job in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    was = signal.signal(signal.SIGTERM, end)
    try:
        yield
    except BaseException as error:
        if is_told:
            raise SystemExit(ExitCode.TERMINATED) from error
        raise
    finally:
        signal.signal(signal.SIGTERM, was)
