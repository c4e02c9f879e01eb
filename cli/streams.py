"""Standard output and standard error as they are found: closed, full, or not able to write all."""

from __future__ import annotations

import io
import os
import sys
from typing import IO, Final

_PLAIN: Final = str.maketrans({"├": "|", "└": "`", "│": "|", "─": "-"})


def prepare_streams() -> None:
    """Make both streams fit to be written to; text that one cannot encode becomes `?`."""
    sys.stdout = _fit(sys.stdout)
    sys.stderr = _fit(sys.stderr)


def flush_output() -> None:
    """Flush standard output. Raises OSError that names it, or BrokenPipeError."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_output()
        raise OSError(error.errno, error.strerror, "standard output") from error


def abandon_output() -> None:
    """Let the interpreter flush what is left for standard output to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def drawable(drawing: str) -> str:
    """The same drawing, in ASCII where standard output has no lines to draw with."""
    return drawing if can_print(drawing) else drawing.translate(_PLAIN)


def can_print(text: str) -> bool:
    """Whether standard output can encode a text."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _fit(stream: IO[str] | None) -> IO[str]:
    if stream is None:  # closed by whoever started this process
        return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - open to the end
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream
