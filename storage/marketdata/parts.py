"""The files of the store: each appears whole or not at all, and says so when it is spoilt.

A file is written beside its place, synced, and renamed over what was there; then the folder is
synced. Whoever reads sees the old one or the new one. What a crash leaves behind begins with a dot
and is taken away by the next writer.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..creation import make_names_durable
from .errors import MarketDataBusy, PartDamaged
from .layout import LOCK, SUFFIX
from .rows import Table, library

_NEW: Final = ".new"


def parts_in(folder: Path) -> list[Path]:
    """The files of a series, oldest first."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if not path.name.startswith("."))


def read_part(path: Path, columns: list[str] | None = None) -> Table:
    """A file of the store, or some of its columns. Raises PartDamaged."""
    pl = library()
    try:
        with path.open("rb") as file:
            return pl.read_parquet(file, columns=columns)
    except (ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = (str(error).strip().splitlines() or ["it says nothing"])[0]
        remedy = "delete this file and import its time again"
        raise PartDamaged(path, f"it cannot be read ({reason[:200]}); {remedy}") from error


def write_part(path: Path, table: Table) -> None:
    """Put a file in its place, durably."""
    _make_folder(path.parent)
    for leftover in path.parent.glob(f".*{_NEW}"):
        leftover.unlink()
    beside = path.with_name(f".{path.name}{_NEW}")
    try:
        with beside.open("wb") as file:
            table.write_parquet(file, compression="zstd", statistics=True)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    make_names_durable(path.parent)


@contextmanager
def one_writer(root: Path) -> Iterator[None]:
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
