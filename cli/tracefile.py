"""The file of `--trace`: every turn of every actor, one JSON object on a line.

A trace replaces an older one and nothing else. A write that fails ends the run from outside the
actors: raised inside of a turn it would look as if an actor had crashed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from ..runtime import Trace, TurnRecord, UsageError

_BEGINNING: Final = b'{"at":'  # of every trace


class TraceFile:
    """A trace that goes to a file. Get one from `open_trace`."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.trace = Trace(self._write)
        self._path = path
        self._file = file
        self._encode = msgspec.json.Encoder().encode
        self._failure: OSError | None = None

    def require_whole(self) -> None:
        """Raise what the first write that failed met; the error names the file."""
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Write what is left."""
        try:
            self._file.close()
        except OSError as error:
            self._note(error)

    def _write(self, record: TurnRecord) -> None:
        if self._failure is None:
            try:
                self._file.write(self._encode(record) + b"\n")
            except OSError as error:
                self._note(error)

    def _note(self, error: OSError) -> None:
        if self._failure is None:
            self._failure = OSError(error.errno, error.strerror, str(self._path))


@contextmanager
def open_trace(path: Path | None, *inputs: Path) -> Iterator[TraceFile | None]:
    """The file to trace to, where one is wanted.

    Raises UsageError where writing it would destroy one of `inputs` or what is no trace.
    """
    if path is None:
        yield None
        return
    _require_replaceable(path, inputs)
    traced = TraceFile(path, path.open("wb"))
    try:
        yield traced
    finally:
        traced.close()
    traced.require_whole()


def _require_replaceable(path: Path, inputs: tuple[Path, ...]) -> None:
    if any(each.exists() and path.exists() and path.samefile(each) for each in inputs):
        raise UsageError(f"--trace {path}: the run reads this file; give the path of a new one")
    if path.is_file():
        with path.open("rb") as file:
            beginning = file.read(len(_BEGINNING))
        if beginning not in (b"", _BEGINNING):
            raise UsageError(f"--trace {path}: this file is no trace; give the path of a new one")
