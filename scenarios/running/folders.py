"""The folders in which runs keep the disks of their bots, each with the number of its process.

A run takes its own away. One that was killed cannot; the next run of anybody on this host takes it
away, once its process is gone and nobody has used it for an hour.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

PREFIX: Final = "benthic-scenario-"
OLD: Final = 3_600  # s; processes of other hosts or containers may use the same place


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder for one run."""
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as place:
        folder = Path(place)
        remove_leftovers(folder.parent, now=folder.stat().st_mtime)
        yield folder


def remove_own(place: Path | None = None) -> None:
    """Take away those of this process, which ends here and now."""
    for folder in (place or Path(tempfile.gettempdir())).glob(f"{PREFIX}{os.getpid()}-*"):
        shutil.rmtree(folder, ignore_errors=True)


def remove_leftovers(place: Path, *, now: float) -> None:
    """Take away what processes that are gone have left. now: as the file system has it, s."""
    with suppress(OSError):  # somebody else's, or just being taken away
        for folder in place.glob(f"{PREFIX}*-*"):
            number = folder.name.removeprefix(PREFIX).partition("-")[0]
            is_left = number.isdecimal() and not _lives(int(number))
            if is_left and now - folder.stat().st_mtime > OLD:
                shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists() or not Path("/proc/self").exists()
