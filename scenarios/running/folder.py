"""The folder of one run: its own, gone after it; what killed runs have left is cleared away.

A run holds a lock on its folder, which ends with the process, whatever becomes of it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PREFIX: Final = "benthic-scenario-"
YOUNG: Final = 60.0  # s in which a folder may not be locked yet


@contextmanager
def own_folder(parent: Path | None = None) -> Generator[Path]:
    """A folder for one run; it lies where temporary files do, unless said. Raises OSError."""
    prefix = f"{PREFIX}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        clear_leftovers(folder.parent)
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
        finally:
            os.close(lock)


def remove_own(parent: Path | None = None) -> None:
    """Remove those of this process, which ends here and now."""
    place = parent or Path(tempfile.gettempdir())
    for folder in sorted(place.glob(f"{PREFIX}{os.getpid()}-*")):
        shutil.rmtree(folder, ignore_errors=True)


def clear_leftovers(parent: Path) -> None:
    """Remove the folders of runs that were killed: those that nobody holds and that are not new."""
    for folder in sorted(parent.glob(f"{PREFIX}*")):
        with suppress(OSError):
            found = folder.lstat()
            if found.st_uid == os.getuid() and time.time() - found.st_mtime > YOUNG:
                _clear(folder)


def _clear(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)
