"""The order store beside plain LMDB: group commit, and how fast 10,000 open orders come back.

Ours and the other take turns in one run, on the same disk, and the figures are medians of the
rounds. A disk in memory would make every sync free and the figures worthless, so the folder lies
in the current directory where the folder for temporary files is such a disk.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

import msgspec
import trio

from ..actors.orders.journal import Commit
from ..actors.orders.model import Order
from ..actors.portfolio.model import Balance
from ..runtime import Actor, Ask, Child, LiveClock, Supervisor, System, on
from ..storage.environment import Environment, Transaction, open_to_read
from ..storage.folder import file_system_of
from ..storage.graph import Graph, graph_of
from ..storage.inspection import CHECKSUM_BYTES
from ..storage.opening import open_store
from ..storage.store import Store
from ..storage.tables import Tables, read_accounts, read_snapshot
from ..storage.verification import inspect_here
from .intents import intent
from .measurement import Measurement, cost, rate
from .orders import Scribe, open_brackets, open_orders
from .raw_records import raw_type
from .restarting import time_restart

ROUNDS: Final = 5
WRITERS: Final = 64
GROUP_BAR: Final = 10.0
OPEN_ORDERS: Final = 10_000
RELOAD_BAR: Final = 1 / 3  # at most three times the time of the other
RESTART_BAR: Final = 1 / 10  # likewise, at most ten times

_IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})


def measure(
    *, rounds: int = ROUNDS, commits: int = 150, orders: int = OPEN_ORDERS
) -> Iterator[Measurement]:
    """All figures. commits: of each writer in one round; orders: open ones to reload."""
    here = Path(tempfile.gettempdir())
    home = Path.cwd() if file_system_of(here) in _IN_MEMORY else here
    with tempfile.TemporaryDirectory(dir=home, prefix="benthic-bench-") as name:
        folder = Path(name)
        yield group_commit(folder, rounds, commits)
        yield clients(folder, rounds, commits)
        yield intent(folder, rounds, commits * 2)
        yield from reload(folder, rounds, orders)
        yield restart(folder, rounds, orders)


def clients(folder: Path, rounds: int, commits: int) -> Measurement:
    """Commits per second of 64 actors that ask one Store, and of one that does."""
    ours, other = list[float](), list[float]()
    for number in range(rounds):
        ours.append(_together(folder / f"many-{number}", _intents(WRITERS, commits)))
        other.append(_together(folder / f"one-{number}", _intents(1, commits)))
    name = f"store.clients.{WRITERS}"
    return rate(name, median(ours), median(other), "commits/s", bar=GROUP_BAR)


def group_commit(folder: Path, rounds: int, commits: int) -> Measurement:
    """Commits per second of 64 actors that ask one Store, and of a loop that commits one by one."""
    ours, other = list[float](), list[float]()
    for number in range(rounds):
        ours.append(_together(folder / f"together-{number}", _intents(WRITERS, commits)))
        other.append(_one_by_one(folder / f"alone-{number}", max(commits // 15, 2)))
    name = f"store.group_commit.{WRITERS}"
    return rate(name, median(ours), median(other), "commits/s", bar=GROUP_BAR)


def _intents(writers: int, each: int) -> list[list[Commit]]:
    """What each writer commits: deposits and intents in an account of its own, as a desk does."""
    scribes = [Scribe(f"account-{number}", chance=number) for number in range(writers)]
    return [[s.deposit(), *(s.place() for _ in range(each - 1))] for s in scribes]


def _one_by_one(path: Path, each: int) -> float:
    commits = list(chain.from_iterable(zip(*_intents(WRITERS, each), strict=True)))  # by turns
    with open_store(path, inspector=inspect_here) as store:
        began = perf_counter()
        for commit in commits:
            store.write([commit])
        return len(commits) / (perf_counter() - began)


class _Go(msgspec.Struct, Ask[int], frozen=True):
    """Commit all that you have, one after the other."""


class _Writer(Actor):
    """Asks the store to commit, waits for the answer, and asks again."""

    def __init__(self, commits: list[Commit]) -> None:
        self._commits = commits

    @on(_Go)
    async def go(self, _: _Go) -> int:
        store = self.lookup("store")
        for commit in self._commits:
            await self.ask(store, commit)
        return len(self._commits)


def _together(path: Path, intents: list[list[Commit]]) -> float:
    with open_store(path, inspector=inspect_here) as store:
        names = [f"writer-{number}" for number in range(len(intents))]
        writers = [
            Child(name, partial(_Writer, intents[number])) for number, name in enumerate(names)
        ]
        root = Supervisor("bot", (Child("store", partial(Store, store)), *writers))
        system = System(root, clock=LiveClock(), seed=0)
        return sum(map(len, intents)) / trio.run(_time_writers, system, names)


async def _time_writers(system: System, names: list[str]) -> float:
    async with trio.open_nursery() as nursery:
        await nursery.start(system.run)
        began = perf_counter()
        async with trio.open_nursery() as asking:
            for name in names:
                ask = system.lookup(f"/bot/{name}").ask
                asking.start_soon(partial(ask, _Go(), timeout=600_000))
        seconds = perf_counter() - began
        await system.stop()
    return seconds


def reload(folder: Path, rounds: int, orders: int) -> Iterator[Measurement]:
    """Time until an account is ready again, beside a scan that decodes the same rows."""
    path = folder / "reload"
    with open_store(path, inspector=inspect_here) as store:
        commits = open_orders("main", orders)
        for start in range(0, len(commits), 500):
            store.write(commits[start : start + 500])
    with open_to_read(path) as environment:
        ready = partial(environment.read, partial(_ready_graph, environment))
        scan = partial(environment.read, partial(_scan, environment))
        ours, other = _alternate(ready, scan, rounds)
    yield cost(f"store.reload.{orders}", ours, other, "ms", bar=RELOAD_BAR)
    opened, other = _alternate(partial(_cold_start, path), partial(_cold_scan, path), rounds)
    yield cost(f"store.verify_and_reload.{orders}", opened, other, "ms", bar=None)


def restart(folder: Path, rounds: int, orders: int) -> Measurement:
    """Time until a desk can reconcile with a graph of open orders, beside the same scan.

    In it are the account's load with its commit of the epoch, the desk's register with the index of
    chains and groups, and the opening of the portfolio with all reservations, asked for by actors
    of a running System. The verification of the file is measured apart.
    """
    path = folder / "restart"
    with open_store(path, inspector=inspect_here) as store:
        commits = open_brackets("main", orders)
        for start in range(0, len(commits), 500):
            store.write(commits[start : start + 500])
    ours, other = list[float](), list[float]()
    for number in range(rounds + 1):
        gc.collect()
        with open_store(path, inspector=inspect_here) as store:
            seconds = time_restart(store)
        gc.collect()
        with open_to_read(path) as environment:
            began = perf_counter()
            rows = environment.read(partial(_scan, environment))
            scanned = perf_counter() - began
            del rows
        if number:
            ours.append(seconds * 1000)
            other.append(scanned * 1000)
    name = f"store.restart.{orders}"
    return cost(name, median(ours), median(other), "ms", bar=RESTART_BAR)


def _alternate(
    ours: Callable[[], object], other: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Median times of both, ms, after one turn that is not counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for work, taken in zip((ours, other), times, strict=True):
            gc.collect()
            began = perf_counter()
            result = work()
            if number:
                taken.append((perf_counter() - began) * 1000)
            del result
    return median(times[0]), median(times[1])


def _ready_graph(environment: Environment, txn: Transaction) -> Graph:
    tables = Tables(environment.tables)
    account = read_accounts(txn, tables)["main"]
    return graph_of(read_snapshot(txn, tables, "main", account))


def _scan(environment: Environment, txn: Transaction) -> list[object]:
    tables, end = environment.tables, -CHECKSUM_BYTES
    rows: list[object] = []
    kinds = (("live", Order), ("balances", Balance), ("partial", str), ("reported", str))
    for name, kind in kinds:
        decode: Callable[[bytes], object] = msgspec.msgpack.Decoder(raw_type(kind)).decode
        rows += [decode(record[1:end]) for _, record in txn.cursor(tables[name])]
    return rows


def _cold_start(path: Path) -> Graph:
    """As a bot does it: look at the whole store in a child process, open it, load the account."""
    with open_store(path) as store:
        return graph_of(store.load("main"))


def _cold_scan(path: Path) -> list[object]:
    with open_to_read(path) as environment:
        return environment.read(partial(_scan, environment))
