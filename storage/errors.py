"""Every error of a store on disk; each names the path and what to do about it.

StoreError                   something about one store; `path` says which
├─ StoreUnusable             it was not opened, and nothing in it was changed
│  ├─ StoreMissing           nothing lies there
│  ├─ StoreForeign           what lies there is something else
│  ├─ StoreNewer             a newer benthic wrote it
│  ├─ StoreOlder             it must be migrated before it is only read
│  ├─ StoreDamaged           it is a store, and it is cut off or torn
│  ├─ StoreBeyondRepair      it is damaged, and cannot be rebuilt from its journal
│  ├─ StoreBusy              another process, or this one, writes it already
│  ├─ StoreForbidden         this user may not use it: another one's, or a read-only disk
│  └─ StoreMisplaced         its file system cannot hold a store: a network, no locks, no rights
├─ StoreUnsound              it is whole, and what is in it does not add up
├─ StoreBroken               the disk failed under an open store: stop, and start again from it
└─ StoreRefusal              (also a Refusal) nothing of this commit is durable, later ones may be
   ├─ StoreFull              no room is left
   └─ StoreFailed            LMDB said no, for the reason given

A trade that is stored already is refused with `DuplicateTrade`, which belongs to the journal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from ..runtime.errors import BenthicError, Refusal


class StoreError(BenthicError):
    """Something about the store at `path`."""

    def __init__(self, path: Path, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path


class StoreUnusable(StoreError):
    """The store was not opened, and nothing in it was changed."""


class StoreMissing(StoreUnusable):
    """Nothing lies at the path."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "there is no store here; give the folder of one that a bot wrote")


class StoreForeign(StoreUnusable):
    """What lies at the path is not an order store of benthic."""

    def __init__(self, path: Path, *, found: str) -> None:
        super().__init__(path, f"is {found}, not an order store; give the path of a new folder")
        self.found = found


class StoreNewer(StoreUnusable):
    """A newer benthic wrote the store; this one must not touch it (P5)."""

    def __init__(self, path: Path, *, found: int, known: int) -> None:
        super().__init__(
            path,
            f"has layout {found}, this benthic knows up to {known}; "
            "install the benthic that wrote it, or a newer one",
        )
        self.found = found
        self.known = known


class StoreOlder(StoreUnusable):
    """An older benthic wrote the store, and it was opened for reading only."""

    def __init__(self, path: Path, *, found: int, known: int) -> None:
        super().__init__(
            path,
            f"has layout {found}, this benthic reads {known}; "
            "start its bot once, which migrates it and keeps a copy of the old one",
        )
        self.found = found
        self.known = known


class StoreDamaged(StoreUnusable):
    """The store is cut off, torn or has rotted; nothing in it was changed."""

    def __init__(self, path: Path, *, damage: str) -> None:
        super().__init__(
            path,
            f"is damaged: {damage}; try `benthic check --repair`, or move the folder away and put "
            "a backup in its place or start with an empty one, and compare open orders with the "
            "venue",
        )
        self.damage = damage


class StoreBeyondRepair(StoreUnusable):
    """The store cannot be rebuilt from its journal; it is as it was."""

    def __init__(self, path: Path, *, reason: str) -> None:
        super().__init__(
            path,
            f"cannot be rebuilt: {reason}; it is as it was: put a backup in its place or start "
            "with an empty one, and compare open orders with the venue",
        )
        self.reason = reason


class StoreBusy(StoreUnusable):
    """The store has its one writer already (P3)."""

    def __init__(self, path: Path, *, pid: int | None) -> None:
        holder = f"process {pid}" if pid is not None else "another process"
        super().__init__(
            path, f"{holder} writes this store; stop that bot first, or give this one its own path"
        )
        self.pid = pid


class StoreForbidden(StoreUnusable):
    """This user may not use the store; also to read it, its lock must be written."""

    def __init__(self, path: Path, *, reason: str) -> None:
        super().__init__(
            path,
            f"this user may not use it: {reason}; run this as the user whose bot wrote it, or copy "
            "the folder to a disk where you may write",
        )
        self.reason = reason


class StoreMisplaced(StoreUnusable):
    """A store cannot work at this path."""

    def __init__(self, path: Path, *, reason: str) -> None:
        super().__init__(path, f"a store cannot lie here: {reason}; give a path on a local disk")
        self.reason = reason


class StoreUnsound(StoreError):
    """What is in the store does not add up, so nothing of it was folded away."""

    def __init__(self, path: Path, *, faults: int, first: str) -> None:
        super().__init__(
            path,
            f"does not add up ({faults} violations, the first: {first}), so nothing was folded "
            "away; see `benthic check`",
        )
        self.faults = faults


class StoreBroken(StoreError):
    """The disk failed under an open store; what is durable is only known after a new start (K5)."""

    def __init__(self, path: Path, *, reason: str) -> None:
        super().__init__(
            path,
            f"the disk failed: {reason}; nothing more is written by this process. "
            "Look at the disk, then start the bot again: it recovers from what is durable",
        )
        self.reason = reason


class StoreRefusal(StoreError, Refusal):
    """Nothing of this commit is durable; the store works on."""

    explanation = "nothing was stored"

    def __init__(self, path: Path, *, reason: str) -> None:
        super().__init__(path, f"{self.explanation}: {reason}")
        self.reason = reason

    def again(self) -> Self:
        """The same for another asker; an error that is raised twice has a muddled traceback."""
        return type(self)(self.path, reason=self.reason)


class StoreFull(StoreRefusal):
    """No room is left for a commit."""

    explanation = "nothing was stored, make room on the disk"


class StoreFailed(StoreRefusal):
    """LMDB refused a commit."""
