"""The files of the store: each appears whole or not at all, and says so when it is spoilt.

A file is written beside its place, synced, and renamed over what was there; then the folder is
synced. Whoever reads sees the old one or the new one. What a crash leaves behind begins with a dot
and is taken away by the next writer. Beside each file stands a `.sum`, written before it: what the
file was and what it becomes. A file that is neither has rotted, or was cut.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
from collections.abc import Generator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from ..creation import make_names_durable
from .errors import MarketDataBusy, PartDamaged
from .layout import LOCK, SUFFIX
from .rows import Table, library

_LOOKS: Final = 2  # a writer may have put two new files there between a look and the next
_NEW: Final = ".new"
_SUM: Final = ".sum"
_REMEDY: Final = "delete it and its .sum, and import its time again"


def parts_in(folder: Path) -> list[Path]:
    """The files of a series, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def read_part(path: Path, columns: list[str] | None = None) -> Table:
    """A file of the store, or some of its columns. Raises PartDamaged."""
    pl = library()
    content = _sound(path)  # before polars sees it, which a spoilt one may end
    try:
        return pl.read_parquet(content, columns=columns)
    except (ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = (str(error).strip().splitlines() or ["it says nothing"])[0]
        raise PartDamaged(path, f"it cannot be read ({reason[:200]}); {_REMEDY}") from error


def _sound(path: Path) -> bytes:
    for _ in range(_LOOKS):
        content = path.read_bytes()
        if _digest(content) in _digests(path):
            return content
    raise PartDamaged(path, f"it is not what was written; {_REMEDY}")


def write_part(path: Path, table: Table) -> None:
    """Put a file in its place, durably."""
    _make_folder(path.parent)
    for leftover in sorted(path.parent.glob(f".*{_NEW}")):
        leftover.unlink()
    buffer = io.BytesIO()
    table.write_parquet(buffer, compression="zstd", statistics=True)
    content = buffer.getvalue()
    there = [_digest(path.read_bytes())] if path.exists() else []
    sums = [*there, _digest(content)]
    _put(path.with_name(path.name + _SUM), "\n".join(sums).encode("ascii"))
    _put(path, content)


def _put(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}{_NEW}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        if error.filename is None:  # a full disk names no file
            error.filename = str(path)
        raise
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()  # it is there still where it was not put in its place
    make_names_durable(path.parent)


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _digests(path: Path) -> list[str]:
    """What the file may be: what it was, and what it was to become when its writer was killed."""
    try:
        return path.with_name(path.name + _SUM).read_text("ascii").split()
    except (OSError, UnicodeDecodeError):
        return []


@contextmanager
def one_writer(root: Path) -> Generator[None]:
    """The right to write the store at `root`. Raises MarketDataBusy."""
    descriptor = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise MarketDataBusy(root, "another process writes it; wait for its end") from error
        yield
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        make_names_durable(folder.parent)
