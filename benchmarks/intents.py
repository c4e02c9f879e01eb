"""What one intent costs until it is durable, beside a bare LMDB commit of the same bytes.

Both take turns on the same disk, some commits at a time, so that a slow moment of the disk strikes
both. The bare one is handed keys and records that were encoded before: it puts them and commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import lmdb
import trio

from ..actors.orders.journal import Commit
from ..runtime import Child, LiveClock, Ref, Supervisor, System
from ..storage.codec import BALANCE, COMMIT, ORDER, text_record
from ..storage.inspection import TXN
from ..storage.keys import account_head, journal_key, name_key, order_key
from ..storage.opening import open_store
from ..storage.store import Store
from ..storage.verification import inspect_here
from .measurement import Measurement, cost
from .orders import Scribe

BAR: Final = 1 / 2  # at most twice the time of the other
TURN: Final = 10  # commits
TABLES: Final = ("meta", "journal", "live", "balances")

Put = tuple[str, bytes, bytes]
"""Table, key and record."""


def intent(folder: Path, rounds: int, commits: int) -> Measurement:
    """How long one client waits for the commit of an intent; medians of the medians."""
    ours, other = list[float](), list[float]()
    for number in range(rounds):
        found = trio.run(_round, folder / f"intent-{number}", commits)
        ours.append(found[0])
        other.append(found[1])
    return cost("store.intent", median(ours), median(other), "us", bar=BAR)


async def _round(path: Path, count: int) -> tuple[float, float]:
    bare = path.with_name(path.name + "-bare")
    scribe = Scribe("main")
    first = scribe.deposit()
    commits = [scribe.place() for _ in range(count)]
    with open_store(path, inspector=inspect_here) as opened, _open_bare(bare) as handle:
        tables = {name: handle.open_db(name.encode()) for name in TABLES}
        root = Supervisor("bot", [Child("store", partial(Store, opened))])
        system = System(root, clock=LiveClock(), seed=0)
        ours, other = list[float](), list[float]()
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            store = system.lookup("/bot/store")
            await store.ask(first)
            rows = iter([list(_rows(number, each)) for number, each in enumerate(commits, 2)])
            asked = iter(commits)
            while some := list(islice(asked, TURN)):
                ours += [await _ask(store, commit) for commit in some]
                other += [_commit(handle, tables, each) for each in islice(rows, len(some))]
            await system.stop()
    return median(ours), median(other)


async def _ask(store: Ref, commit: Commit) -> float:
    began = perf_counter()
    await store.ask(commit)
    return (perf_counter() - began) * 1e6


def _commit(handle: lmdb.Environment, tables: dict[str, Any], rows: list[Put]) -> float:
    began = perf_counter()
    with handle.begin(write=True) as txn:
        for table, key, record in rows:
            txn.put(key, record, db=tables[table])
    return (perf_counter() - began) * 1e6


def _open_bare(path: Path) -> lmdb.Environment:
    return lmdb.open(str(path), map_size=1 << 30, max_dbs=len(TABLES))


def _rows(number: int, commit: Commit) -> Iterator[Put]:
    """What the store writes for an intent."""
    head = account_head(1)
    yield "meta", TXN, text_record(TXN, str(number))
    for order in commit.orders:
        key = order_key(order.created_at, 1, order.id)
        yield "live", key, ORDER.record(key, order)
    for balance in commit.balances:
        key = name_key(head, balance.asset)
        yield "balances", key, BALANCE.record(key, balance)
    key = journal_key(number, 1, number)
    yield "journal", key, COMMIT.record(key, commit)
