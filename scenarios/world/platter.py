"""What a disk has kept: of a commit in which the power failed, and of a file that went bad.

The model of a power cut is that of the crash images of `benthic sweep images`: a sector of 512
bytes is whole or not there at all, and of what was not synced each is there or not, as chance has
it. LMDB syncs its pages before it writes the page that makes them count; power fails before that.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Final

from ...storage.creation import describe
from ...storage.environment import Durability, open_environment
from ...storage.inspection import DATA_FILE, LOCK_FILE, META

SECTOR: Final = 512  # bytes
HEADS: Final = 2 * 4_096  # bytes at the start of the file that say which transaction counts


@contextmanager
def torn(folder: Path, chance: Random) -> Generator[None]:
    """The power fails while the one commit in the block is written, which ends its process too."""
    data, mark = folder / DATA_FILE, folder / LOCK_FILE
    before, marked = data.read_bytes(), mark.read_bytes()
    yield
    after = data.read_bytes()
    kept = bytearray(after)
    kept[:HEADS] = before[:HEADS]
    for start in range(HEADS, len(after), SECTOR):
        old = before[start : start + SECTOR].ljust(len(after[start : start + SECTOR]), b"\0")
        if after[start : start + SECTOR] != old and chance.random() < 1 / 2:
            kept[start : start + SECTOR] = old
    data.write_bytes(kept)
    mark.write_bytes(marked)  # it is written after the commit, which never was


def relabel(folder: Path, layout: int) -> None:
    """Say in a store that nobody has open that it is of another layout."""
    with open_environment(folder, Durability.NONE, lambda _: None) as environment:
        meta = environment.tables[META.decode()]
        environment.write(lambda txn: describe(txn, meta, environment.tables, layout))


class Rot:
    """A file that was spoilt, and what it was before."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / DATA_FILE
        self._content = self._file.read_bytes()

    def cut(self) -> None:
        """Only the first half is left."""
        self._file.write_bytes(self._content[: len(self._content) // 2])

    def overwrite(self) -> None:
        """Something else stands where it begins."""
        self._file.write_bytes(b"\xff" * SECTOR + self._content[SECTOR:])

    def undo(self) -> None:
        """It is what it was."""
        self._file.write_bytes(self._content)
