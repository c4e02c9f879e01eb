"""Putting a store that was rebuilt in the place of the damaged one: the parent of `rebuilding`.

The damaged file is copied aside first, and the new one takes its place in one step, so a crash
leaves one or the other. Whoever has the old file open to read goes on reading that.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from . import rebuilding
from .creation import make_names_durable
from .errors import StoreBeyondRepair, StoreMissing
from .folder import NEW_FOLDER, take
from .inspection import DATA_FILE
from .rebuilding import Rebuilt
from .verification import ask_child

_LMDB_LOCK: Final = "lock.mdb"


class Repaired(msgspec.Struct, frozen=True):
    """What was done."""

    copy: Path  # the store as it was
    commits: int  # of the journal, all of which were whole
    lost: tuple[str, ...]  # what could not be made anew


def repair_store(path: Path) -> Repaired:
    """Rebuild the store from its journal. Its bot must not run.

    Raises StoreBeyondRepair or StoreDamaged where that cannot be done, and then nothing is
    changed; StoreBusy, StoreMissing, StoreForbidden or StoreMisplaced.
    """
    if not (path / DATA_FILE).exists():
        raise StoreMissing(path)
    lock = take(path)
    try:
        with _workshop(path) as new:
            rebuilt = _rebuild(path, new)
            if rebuilt.problem:
                raise StoreBeyondRepair(path, reason=rebuilt.problem)
            copy = _copy_aside(path)
            lock.mark(rebuilt.txn)  # a smaller number: both files are of later ones than this
            (path / _LMDB_LOCK).unlink(missing_ok=True)  # it tells of the old one's transactions
            (new / DATA_FILE).replace(path / DATA_FILE)
            make_names_durable(path)
    finally:
        lock.release()
    return Repaired(copy, rebuilt.commits, rebuilt.lost)


def _rebuild(path: Path, new: Path) -> Rebuilt:
    arguments = ["-P", "-m", rebuilding.__name__, str(path), str(new)]
    return msgspec.json.decode(ask_child(path, arguments), type=Rebuilt)


def _copy_aside(path: Path) -> Path:
    """The store as it is, in a folder of its own beside it."""
    numbers = iter(range(1, 1 << 30))
    copy = next(c for n in numbers if not (c := path / f"before-repair-{n}").exists())
    copy.mkdir(mode=0o700)
    shutil.copyfile(path / DATA_FILE, copy / DATA_FILE)
    with (copy / DATA_FILE).open("rb") as file:
        os.fsync(file.fileno())
    make_names_durable(copy)
    make_names_durable(path)
    return copy


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """A folder for the new store that is gone afterwards."""
    new = path / NEW_FOLDER
    if new.exists():
        shutil.rmtree(new)  # of a repair that was ended
    new.mkdir(mode=0o700)
    try:
        yield new
    finally:
        shutil.rmtree(new)
