"""Looks at the images of one recording, in a process of its own: a torn store may end it.

`python -m benthic.benchmarks.images.worker EVENTS SEED NUMBER…` prints a line when it begins an
image and one with what it found, so that whoever started it knows which image ended it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Final

from ...storage.audit import audit_tables
from ...storage.environment import Transaction
from ...storage.errors import StoreError
from ...storage.folder import file_system_of
from ...storage.graph import graph_hash
from ...storage.inspection import DATA_FILE, LOCK_FILE, Findings, State
from ...storage.opening import open_for_reading, open_store
from ...storage.reading import StoredAccount, stored_accounts
from ...storage.tables import Tables
from ...storage.verification import inspect_here
from .crash import Disk, first_cut
from .recording import read_events
from .workload import WRITERS, account_of, commits_of

THOROUGH: Final = 20  # every how many images the pages are walked and the store is written again
BEGUN, WHOLE = "begun", "whole"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - where there is one; an image needs no disk

Expected = list[list[str]]
"""The hash of each writer's graph after its n-th commit."""


def main(events_file: str, seed: str, *numbers: str) -> None:
    """Look at the images of these numbers, in the order of their moments."""
    events = list(read_events(Path(events_file)))
    start, end = first_cut(events), len(events) + 1
    cuts = {number: _chance(seed, number).randrange(start, end) for number in map(int, numbers)}
    disk, expected = Disk(events), _expected(int(seed))
    home = MEMORY if file_system_of(MEMORY) == "tmpfs" else None
    with tempfile.TemporaryDirectory(dir=home, prefix="benthic-image-") as folder:
        for number in sorted(cuts, key=lambda number: cuts[number]):
            disk.advance(cuts[number])
            image = disk.image(_chance(seed, -number - 1))
            _say(number, BEGUN)
            faults = list(look(Path(folder) / "store", image, disk.acked, expected, number))
            _say(number, "; ".join(faults) or WHOLE)


def _say(number: int, what: str) -> None:
    sys.stdout.write(f"{number} {what}\n")
    sys.stdout.flush()


def look(
    path: Path, image: bytes, acked: dict[int, int], expected: Expected, number: int
) -> Iterator[str]:
    """What is wrong with an image; nothing where all is well."""
    if path.exists():
        shutil.rmtree(path)
    path.mkdir()
    (path / LOCK_FILE).touch()
    (path / DATA_FILE).write_bytes(image)
    try:
        with open_for_reading(path, inspector=_inspect_quickly) as environment:
            tables = Tables(environment.tables)

            def read(txn: Transaction) -> tuple[list[str], tuple[StoredAccount, ...]]:
                torn = [f"torn: {found.detail}" for found in audit_tables(txn, tables)]
                return torn, stored_accounts(txn, tables)

            torn, accounts = environment.read(read)
        yield from torn
        yield from _compare(accounts, acked, expected)
        if number % THOROUGH == 0:
            yield from _go_on(path, accounts)
    except StoreError as error:
        yield f"unusable: {error}"


def _compare(
    accounts: tuple[StoredAccount, ...], acked: dict[int, int], expected: Expected
) -> Iterator[str]:
    by_name = {account.name: account for account in accounts}
    for writer, number in acked.items():
        account = by_name.get(account_of(writer))
        if account is None or account.epoch != 1:
            yield f"lost: account {writer} was loaded"
        elif account.commits < number:
            yield f"lost: commit {number} of account {writer}, it has {account.commits}"
        elif account.commits and account.graph_hash != expected[writer][account.commits - 1]:
            yield f"torn: account {writer} is not as commit {account.commits} left it"


def _go_on(path: Path, accounts: tuple[StoredAccount, ...]) -> Iterator[str]:
    """Open the image as a bot does, and load every account."""
    with open_store(path, inspector=inspect_here) as store:
        for account in accounts:
            snapshot = store.load(account.name)
            if graph_hash(snapshot.orders, snapshot.balances) != account.graph_hash:
                yield f"torn: {account.name} loads as another"


def _inspect_quickly(path: Path, _: State) -> Findings:
    return inspect_here(path, "running")


def _expected(seed: int) -> Expected:
    return [
        [
            graph_hash(scribe.orders.values(), scribe.balances.values())
            for _, scribe in commits_of(writer, seed)
        ]
        for writer in range(WRITERS)
    ]


def _chance(seed: str, number: int) -> Random:
    return Random(f"{seed}/{number}")  # noqa: S311 - seeded


if __name__ == "__main__":
    main(*sys.argv[1:])
