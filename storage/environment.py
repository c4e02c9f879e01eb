"""LMDB as this package uses it: one writer, default flags, a map that grows by itself.

A write transaction is begun, filled and committed inside one call of `Environment.write`, in one
thread; nothing of it may cross an await. No call is made from two threads at once: the caller sees
to that. What a record says is not known here.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias, TypeVar

import attrs
import lmdb

from .errors import StoreBroken, StoreBusy, StoreError, StoreFailed, StoreFull, StoreRefusal
from .folder import FULL, why_full

T = TypeVar("T")
Transaction: TypeAlias = "lmdb.Transaction[bytes]"
Table: TypeAlias = lmdb._Database  # noqa: SLF001 - its only name

FIRST_MAP: Final = 64 << 20  # bytes of address space, not of disk
LARGEST_MAP: Final = 1 << 40  # bytes
MOST_TABLES: Final = 64

_BROKEN: Final = (
    lmdb.CorruptedError,
    lmdb.InvalidError,
    lmdb.PageNotFoundError,
    lmdb.PanicError,
    lmdb.VersionMismatchError,
)
_DISK: Final = frozenset({errno.EIO, errno.EROFS, errno.ENODEV, errno.ENXIO})


class Durability(Enum):
    """What a commit waits for. Only FULL keeps the promise that an answered commit makes."""

    FULL = "full"
    WITHOUT_HEAD = "without head"  # data are synced, the page that makes them count is not
    NONE = "none"  # durable once the store is closed: for a backtest, which can be run again


@attrs.frozen
class Room:
    """How much of the map is used."""

    map_size: int  # bytes
    used: int  # bytes
    growths: int  # since it was opened


class Environment:
    """An open LMDB file and its tables. Get one from `open_environment` or `open_to_read`."""

    def __init__(
        self,
        path: Path,
        handle: lmdb.Environment,
        tables: Mapping[str, Table],
        mark: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.path = path
        self.tables = dict(tables)  # by name
        self._handle = handle
        self._mark = mark
        self._growths = 0
        self._broken: str | None = None  # why nothing more may be written

    def read(self, work: Callable[[Transaction], T]) -> T:
        """What `work` gives, from one snapshot. Raises StoreFailed or StoreBroken."""
        while True:
            try:
                with self._handle.begin() as txn:
                    return work(txn)
            except lmdb.MapResizedError:
                self._handle.set_mapsize(0)  # the writer's map grew: adopt its size
            except lmdb.Error as error:
                raise self._meaning(error) from error

    def write(self, work: Callable[[Transaction], T]) -> T:
        """What `work` gives, once everything that it wrote is durable.

        `work` is run again from the start where the map had to grow. Whatever is raised, nothing
        of it is durable. Raises StoreFull, StoreFailed or StoreBroken.
        """
        self.require_sound()
        while True:
            try:
                with self._handle.begin(write=True) as txn:
                    result = work(txn)
                self._mark(self._handle.info()["last_txnid"])  # not one more if nothing changed
                return result
            except lmdb.MapFullError:
                self._grow()
            except lmdb.MapResizedError:
                self._handle.set_mapsize(0)
            except lmdb.Error as error:
                raise self._meaning(error) from error

    def require_sound(self) -> None:
        """Raise StoreBroken where the disk has failed since the file was opened."""
        if self._broken is not None:
            raise StoreBroken(self.path, reason=self._broken)

    def add_table(self, txn: Transaction, name: str) -> Table:
        """Make a table in a transaction, which must also change what the meta table says."""
        table = self.tables[name] = self._handle.open_db(name.encode(), txn=txn)
        return table

    def copy_to(self, folder: Path) -> None:
        """A copy of the file, page by page, in a folder that exists."""
        try:
            self._handle.copy(str(folder))
        except lmdb.Error as error:
            raise self._meaning(error) from error

    def room(self) -> Room:
        """How much of the map is used."""
        info, page_size = self._handle.info(), self._handle.stat()["psize"]
        return Room(info["map_size"], (info["last_pgno"] + 1) * page_size, self._growths)

    def close(self) -> None:
        """Let go of the file, with all that was written to it durable. Raises StoreBroken."""
        try:
            if not self._handle.flags()["readonly"] and self._broken is None:
                self._handle.sync(force=True)
        except lmdb.Error as error:
            raise self._meaning(error) from error
        finally:
            self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _grow(self) -> None:
        size = self._handle.info()["map_size"] * 2
        if size > LARGEST_MAP:
            raise StoreFull(self.path, reason=f"it is larger than {LARGEST_MAP >> 30} GiB")
        try:
            self._handle.set_mapsize(size)  # no transaction is open: the full one was rolled back
        except lmdb.Error as error:
            raise StoreFailed(self.path, reason=f"its map cannot grow: {error}") from error
        self._growths += 1

    def _meaning(self, error: lmdb.Error) -> StoreError:
        """What an error of LMDB means for the caller."""
        if error.code == errno.EIO and (full := why_full(self.path)):
            return StoreFull(self.path, reason=full)  # LMDB's word for half a write, too
        if isinstance(error, _BROKEN) or error.code in _DISK:
            # After a failed sync the next one may succeed without having written a byte.
            self._broken = str(error)
            return StoreBroken(self.path, reason=self._broken)
        return refusal_of(self.path, error)


def refusal_of(path: Path, error: lmdb.Error) -> StoreRefusal:
    """What an error of LMDB means where nothing is broken."""
    if isinstance(error, lmdb.DiskError) or error.code in FULL:
        return StoreFull(path, reason=os.strerror(error.code).lower())
    return StoreFailed(path, reason=str(error))


def open_environment(
    path: Path, durability: Durability, mark: Callable[[int], None]
) -> Environment:
    """Open a store for its one writer, who holds its lock. It exists and has been inspected.

    mark: told the number of each transaction that has become durable.

    Raises StoreBusy where this process has it open to read, StoreFailed or StoreFull.
    """
    try:
        handle = lmdb.open(
            str(path),
            map_size=0,  # as large as its writer left it
            metasync=durability is Durability.FULL,
            sync=durability is not Durability.NONE,
            mode=0o600,
            create=False,
            max_dbs=MOST_TABLES,
        )
    except lmdb.Error as error:
        raise _unopened(path, error) from error
    try:
        handle.reader_check()  # a reader that was killed keeps old pages from being used again
        return Environment(path, handle, _tables_of(handle), mark)
    except lmdb.Error as error:
        handle.close()
        raise _unopened(path, error) from error


def open_to_read(path: Path) -> Environment:
    """Open a store beside its writer, or without one. It has been inspected."""
    try:
        handle = lmdb.open(
            str(path), map_size=0, readonly=True, mode=0o600, create=False, max_dbs=MOST_TABLES
        )
        return Environment(path, handle, _tables_of(handle))
    except lmdb.Error as error:
        raise _unopened(path, error) from error


def _unopened(path: Path, error: lmdb.Error) -> StoreError:
    if "already open in this process" in str(error):
        return StoreBusy(path, pid=os.getpid())
    return StoreFailed(path, reason=str(error))


def _tables_of(handle: lmdb.Environment) -> dict[str, Table]:
    return {name.decode(): handle.open_db(name, create=False) for name in handle.dbs()}
