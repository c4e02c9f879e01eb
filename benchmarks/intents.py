"""What one intent costs until it is durable, beside a bare LMDB commit of the same bytes.

Both take turns on the same disk, some commits at a time, so that a slow moment of the disk strikes
both. The bare one is handed keys and records that were encoded before: it puts them and commits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import lmdb
import msgspec
import trio

from ..actors.orders.journal import Commit
from ..runtime import Actor, Ask, Child, LiveClock, Supervisor, System, on
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
        found = _round(folder / f"intent-{number}", commits)
        ours.append(found[0])
        other.append(found[1])
    return cost("store.intent", median(ours), median(other), "us", bar=BAR)


def _round(path: Path, count: int) -> tuple[float, float]:
    """Both medians, us, of so many commits each."""
    scribe = Scribe("main")
    first, commits = scribe.deposit(), [scribe.place() for _ in range(count)]
    rows = [list(_rows(number, each)) for number, each in enumerate(commits, 2)]
    bare = path.with_name(path.name + "-bare")
    with open_store(path, inspector=inspect_here) as opened, _open_bare(bare) as handle:
        opened.commit(first)
        tables = {name: handle.open_db(name.encode()) for name in TABLES}
        work = partial(_Client, commits, [partial(_commit, handle, tables, each) for each in rows])
        children = (Child("store", partial(Store, opened)), Child("client", work))
        system = System(Supervisor("bot", children), clock=LiveClock(), seed=0)
        return trio.run(_run, system)


async def _run(system: System) -> tuple[float, float]:
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        found: tuple[float, float]
        found = await system.lookup("/bot/client").ask(_Go(), timeout=600_000)
        await system.stop()
    return found


class _Go(msgspec.Struct, Ask[tuple[float, float]], frozen=True):
    """Take turns until all is committed."""


class _Client(Actor):
    """Asks a store as a desk does, and in turns lets the other commit."""

    def __init__(self, commits: list[Commit], others: list[Callable[[], float]]) -> None:
        self._commits = iter(commits)
        self._others = iter(others)

    @on(_Go)
    async def go(self, _: _Go) -> tuple[float, float]:
        store = self.lookup("store")
        ours, other = list[float](), list[float]()
        while some := list(islice(self._commits, TURN)):
            for commit in some:
                began = perf_counter()
                await self.ask(store, commit)
                ours.append((perf_counter() - began) * 1e6)
            other += [each() for each in islice(self._others, len(some))]
        return median(ours), median(other)


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
