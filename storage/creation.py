"""How a store comes to be, and what it says of itself in its meta table from then on."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import lmdb

from .codec import text_record
from .environment import MOST_TABLES, Table, Transaction, refusal_of
from .folder import NEW_FILE
from .inspection import DATA_FILE, KIND, LAYOUT, META, NAMES, TXN

_LMDB_0_9: Final = 0


def create_file(path: Path, kind: str, layout: int, tables: Iterable[str], map_size: int) -> None:
    """Make an empty store whose data file appears whole or not at all. The writer's lock is held.

    Raises StoreFull or StoreFailed.
    """
    new, new_lock = path / NEW_FILE, path / (NEW_FILE + "-lock")
    for leftover in (new, new_lock):
        leftover.unlink(missing_ok=True)
    try:
        with (
            lmdb.open(
                str(new),
                map_size=map_size,
                subdir=False,
                mode=0o600,
                max_dbs=MOST_TABLES,
                lib_version=_LMDB_0_9,
            ) as handle,
            handle.begin(write=True) as txn,
        ):
            made = {name: handle.open_db(name.encode(), txn=txn) for name in tables}
            describe(txn, made[META.decode()], made, layout)
            txn.put(KIND, text_record(KIND, kind), db=made[META.decode()])
    except lmdb.Error as error:
        raise refusal_of(path, error) from error
    new.rename(path / DATA_FILE)
    new_lock.unlink()
    make_names_durable(path)


def describe(txn: Transaction, meta: Table, tables: Iterable[str], layout: int) -> None:
    """Write down what the store is now: a name that rots would hide its table."""
    txn.put(LAYOUT, text_record(LAYOUT, str(layout)), db=meta)
    txn.put(NAMES, text_record(NAMES, " ".join(sorted(tables))), db=meta)
    sign(txn, meta)


def sign(txn: Transaction, meta: Table) -> None:
    """Write the transaction's own number into it, so that a head that rots is found out."""
    txn.put(TXN, text_record(TXN, str(txn.id())), db=meta)


def make_names_durable(folder: Path) -> None:
    """Sync a folder, so that its files keep their names."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
