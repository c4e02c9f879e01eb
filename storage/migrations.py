"""From one layout of the store to the next. What a layout is stands in `tables` and `codec`.

A store of an older layout is copied aside and then changed step by step, all in one transaction:
a crash in the middle leaves the old store as it was. A store of a newer layout is not touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from .bans import add_bans
from .creation import describe, make_names_durable
from .environment import Environment, Transaction
from .errors import StoreForeign, StoreNewer, StoreOlder
from .inspection import DATA_FILE, NEWEST, Findings
from .rekeying import add_plans

KIND: Final = "benthic order store"
LAYOUT: Final = NEWEST

Step = Callable[[Transaction, Environment], None]
"""Changes all records of one layout into those of the next."""

# From 1 to 2: bans are remembered, and an entry of the ledger may be of the account `external`.
# An order has a purpose at its end, and without one it is an entry: the old ones stay as they are.
# Every other record is as it was; a program of layout 1 would take the new ones for damage.
#
# From 2 to 3: an order may have a plan at its end, be held back here, and have had several client
# ids; so the trades of live orders are found by the order's own id. What is told of commits that
# are kept no more lies in a table of its own.
STEPS: Final[Mapping[int, Step]] = MappingProxyType({1: add_bans, 2: add_plans})
"""By the layout that a step starts from."""


def check(path: Path, found: Findings, *, layout: int = LAYOUT) -> None:
    """Raise StoreForeign or StoreNewer unless the store is one that `migrate` can bring here."""
    if found.kind != KIND:
        raise StoreForeign(path, found=f"a {found.kind}")
    if found.layout > layout:
        raise StoreNewer(path, found=found.layout, known=layout)


def check_current(path: Path, found: Findings) -> None:
    """Raise unless the store can be read as it is."""
    check(path, found)
    if found.layout < LAYOUT:
        raise StoreOlder(path, found=found.layout, known=LAYOUT)


def migrate(
    environment: Environment,
    found: int,
    *,
    steps: Mapping[int, Step] = STEPS,
    layout: int = LAYOUT,
) -> Path | None:
    """Bring a store from the layout `found` to `layout`; the copy of the old one, if it was old."""
    if found == layout:
        return None
    copy = _copy(environment, found)

    def work(txn: Transaction) -> None:
        for number in range(found, layout):
            steps[number](txn, environment)
        describe(txn, environment.tables["meta"], environment.tables, layout)

    environment.write(work)
    return copy


def _copy(environment: Environment, found: int) -> Path:
    """The old store beside the new one, as a folder that can be opened as a store itself."""
    copy = environment.path / f"layout-{found}"
    unfinished = environment.path / f"layout-{found}.new"
    if copy.exists():
        return copy  # the bot died after it had copied and before it had migrated
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    environment.copy_to(unfinished)
    _sync(unfinished / DATA_FILE)
    unfinished.rename(copy)
    make_names_durable(environment.path)
    return copy


def _sync(file: Path) -> None:
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
