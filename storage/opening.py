"""Opening a store: lock it, look at it in a child process, migrate it, open it. In this order."""

from __future__ import annotations

from pathlib import Path

from .creation import create_file
from .environment import FIRST_MAP, Durability, Environment, open_environment, open_to_read
from .errors import StoreDamaged
from .folder import marked, require_local, take
from .inspection import DATA_FILE, LOCK_FILE, Findings, State
from .migrations import KIND, LAYOUT, check, check_current, migrate
from .order_store import OrderStore
from .tables import TABLES
from .verification import Inspector, inspect_in_child


def open_store(
    path: Path,
    *,
    inspector: Inspector = inspect_in_child,
    map_size: int = FIRST_MAP,
    durability: Durability = Durability.FULL,
) -> OrderStore:
    """Open the store at `path` to write it, and make it where there is none.

    map_size: bytes that a new store starts with; it grows by itself. Raises StoreUnusable,
    StoreFull or StoreFailed. Blocks for as long as it takes to read the whole store.
    """
    if (path / DATA_FILE).exists() and not (path / LOCK_FILE).exists():
        inspector(path, "running")  # perhaps a foreign one: then nothing of ours is put there
    lock = take(path)
    try:
        if not (path / DATA_FILE).exists():
            create_file(path, KIND, LAYOUT, TABLES, map_size)
        found = inspected(path, inspector, "resting")
        check(path, found)
        environment = open_environment(path, durability, lock.mark)
        try:
            migrate(environment, found.layout)
            return OrderStore(environment, lock)
        except BaseException:
            environment.close()
            raise
    except BaseException:
        lock.release()
        raise


def open_for_reading(path: Path, *, inspector: Inspector = inspect_in_child) -> Environment:
    """Open the store at `path` to read it, while its bot runs or after it has died.

    Raises StoreUnusable, or StoreFailed.
    """
    require_local(path)
    check_current(path, inspected(path, inspector, "running"))
    return open_to_read(path)


def inspected(path: Path, inspector: Inspector, state: State) -> Findings:
    """What a look at the store found. Raises StoreUnusable, also where it is behind its lock."""
    durable = marked(path)  # before the inspection: a running bot goes on meanwhile
    found = inspector(path, state)
    if found.txn < durable:
        raise StoreDamaged(
            path,
            damage=f"transaction {durable} was durable and it ends with {found.txn}: its head has "
            f"rotted, or it is an old copy (if you put that here on purpose, delete {LOCK_FILE})",
        )
    return found
