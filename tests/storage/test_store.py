"""The actor: answers come after the disk, in groups; a disk that says no costs nobody else (P2)."""

import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
import trio

from benthic.actors.orders.journal import Commit, DuplicateTrade, GetDigest, Load, digest
from benthic.benchmarks.orders import Scribe
from benthic.runtime import (
    AT_ONCE,
    Actor,
    ActorCrashed,
    Ask,
    Child,
    LiveClock,
    Ref,
    RestartLimit,
    Supervisor,
    System,
    on,
    run_virtual,
)
from benthic.storage import (
    GetStoreStatistics,
    OrderStore,
    Store,
    StoreBroken,
    StoreFull,
    Writing,
    open_store,
    read_orders,
)
from benthic.storage.order_store import Answer, Request
from benthic.storage.verification import inspect_here


class Gate:
    """An order store whose disk waits, or fails, when it is told to."""

    def __init__(self, inner: OrderStore) -> None:
        self.inner = inner
        self.path = inner.path
        self.opened = threading.Event()
        self.opened.set()
        self.began = threading.Event()
        self.error: Exception | None = None
        self.sizes: list[int] = []

    def write(self, requests: Sequence[Request]) -> list[Answer]:
        self.began.set()
        assert self.opened.wait(30)
        if self.error is not None:
            raise self.error
        self.sizes.append(len(requests))
        return self.inner.write(requests)

    def require_sound(self) -> None:
        if isinstance(self.error, StoreBroken):
            raise self.error

    def room(self) -> object:
        return self.inner.room()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with open_store(tmp_path / "store", inspector=inspect_here) as order_store:
        yield Gate(order_store)


def run_live(gate: Gate, body: Callable[[Ref, System], Awaitable[None]]) -> None:
    """Run a live System with one store while `body` takes."""
    child = Child("store", partial(Store, gate))  # type: ignore[arg-type]  # as good as one
    system = System(Supervisor("bot", [child], backoff=AT_ONCE), clock=LiveClock(), seed=0)

    async def main() -> None:
        with trio.fail_after(60):
            async with trio.open_nursery() as nursery:
                await nursery.start(system.run)
                await body(system.lookup("/bot/store"), system)
                await system.stop()

    trio.run(main)


async def wait_for(event: threading.Event) -> None:
    await trio.to_thread.run_sync(event.wait, 30)


def test_a_commit_is_answered_only_once_it_is_durable(gate: Gate) -> None:
    scribe, answers = Scribe("main"), list[int]()

    async def body(store: Ref, _: System) -> None:
        async def ask(commit: Commit) -> None:
            answers.append(await store.ask(commit))

        gate.opened.clear()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, scribe.deposit())
            await wait_for(gate.began)
            await trio.testing.wait_all_tasks_blocked(0.01)
            assert answers == []
            assert gate.inner.write([]) == []
            gate.opened.set()
        assert answers == [1]

    run_live(gate, body)


def test_requests_that_come_while_a_commit_runs_go_together(gate: Gate) -> None:
    scribe = Scribe("main")
    commits = [scribe.deposit(), *(scribe.place() for _ in range(40))]

    async def body(store: Ref, _: System) -> None:
        gate.opened.clear()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(store.ask, commits[0])
            await wait_for(gate.began)
            for commit in commits[1:]:
                nursery.start_soon(store.ask, commit)
            await trio.testing.wait_all_tasks_blocked(0.01)
            gate.opened.set()
        assert gate.sizes == [1, 40]
        statistics = await store.ask(GetStoreStatistics())
        assert (statistics.requests, statistics.transactions, statistics.largest) == (41, 2, 40)

    run_live(gate, body)


class PlaceAll(Ask[int]):
    """Commit all of yours, one after the other."""


class Writer(Actor):
    def __init__(self, number: int) -> None:
        self._scribe = Scribe(f"account-{number}", chance=number)

    @on(PlaceAll)
    async def place_all(self, _: PlaceAll) -> int:
        store = self.lookup("store")
        number = await self.ask(store, self._scribe.deposit())
        while number < 10:
            number = await self.ask(store, self._scribe.place())
        return number


def test_actors_that_commit_at_the_same_time_share_transactions(gate: Gate) -> None:
    children = [Child(f"writer-{n}", partial(Writer, n)) for n in range(16)]
    store = Child("store", partial(Store, gate))  # type: ignore[arg-type]  # as good as one
    system = System(Supervisor("bot", [store, *children]), clock=LiveClock(), seed=0)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(system.run)
            async with trio.open_nursery() as asking:
                for child in children:
                    asking.start_soon(system.lookup(f"/bot/{child.name}").ask, PlaceAll())
            await system.stop()

    trio.run(main)
    assert sum(gate.sizes) == 160
    assert len(gate.sizes) <= 40


def test_a_refused_commit_leaves_those_beside_it_alone(gate: Gate) -> None:
    scribe = Scribe("main")

    async def body(store: Ref, _: System) -> None:
        await store.ask(scribe.deposit())
        await store.ask(scribe.place())
        trade = scribe.trade(next(iter(scribe.orders)))
        outcomes: list[object] = []

        async def ask(commit: Commit) -> None:
            try:
                outcomes.append(await store.ask(commit))
            except DuplicateTrade as duplicate:
                outcomes.append(type(duplicate))

        async with trio.open_nursery() as nursery:
            for commit in (trade, trade, scribe.place()):
                nursery.start_soon(ask, commit)
        assert sorted(map(str, outcomes)) == ["3", "4", str(DuplicateTrade)]

    run_live(gate, body)


def test_a_full_disk_refuses_all_who_wait_and_later_commits_work_again(gate: Gate) -> None:
    scribe, refusals = Scribe("main"), list[StoreFull]()

    async def body(store: Ref, _: System) -> None:
        async def ask(commit: Commit) -> None:
            with pytest.raises(StoreFull) as refused:
                await store.ask(commit)
            refusals.append(refused.value)

        await store.ask(scribe.deposit())
        gate.error = StoreFull(gate.path, reason="no space left on device")
        async with trio.open_nursery() as nursery:
            for commit in [scribe.place() for _ in range(5)]:
                nursery.start_soon(ask, commit)
        assert len({id(refusal) for refusal in refusals}) == 5
        assert "no space left on device" in str(refusals[0])
        gate.error = None
        assert await store.ask(scribe.place()) == 2
        assert (await store.ask(GetStoreStatistics())).refused == 5

    run_live(gate, body)


def test_a_failing_disk_ends_the_actor_and_then_the_system(gate: Gate) -> None:
    scribe = Scribe("main")

    async def body(store: Ref, _: System) -> None:
        await store.ask(scribe.deposit())
        gate.error = StoreBroken(gate.path, reason="mdb_txn_commit: Input/output error")
        with pytest.raises(ActorCrashed):
            await store.ask(scribe.place())
        await trio.sleep_forever()

    with pytest.raises(ExceptionGroup) as ended:
        run_live(gate, body)
    assert ended.group_contains(RestartLimit) or ended.group_contains(StoreBroken)
    assert gate.sizes == [1]


def test_what_waits_when_the_system_stops_is_written_before_it_ends(gate: Gate) -> None:
    scribe, answers = Scribe("main"), list[int]()

    async def body(store: Ref, system: System) -> None:
        async def ask(commit: Commit) -> None:
            answers.append(await store.ask(commit))

        gate.opened.clear()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, scribe.deposit())
            await wait_for(gate.began)
            nursery.start_soon(system.stop)
            await trio.testing.wait_all_tasks_blocked(0.01)
            gate.opened.set()

    run_live(gate, body)
    assert answers == [1]
    assert gate.inner.load("main").balances == tuple(scribe.balances.values())


def test_a_store_that_crashed_goes_on_with_the_same_file(gate: Gate) -> None:
    scribe = Scribe("main")

    async def body(store: Ref, _: System) -> None:
        await store.ask(scribe.deposit())
        gate.error = RuntimeError("a bug")
        with pytest.raises(ActorCrashed):
            await store.ask(scribe.place())
        gate.error = None
        assert await store.ask(scribe.place()) == 2

    run_live(gate, body)


def test_in_virtual_time_each_request_is_durable_before_anything_else_moves(
    tmp_path: Path,
) -> None:
    scribe = Scribe("main")
    commits = [scribe.deposit(), scribe.place(), scribe.place()]
    with open_store(tmp_path, inspector=inspect_here) as order_store:

        async def body(system: System) -> None:
            store = system.lookup("/bot/store")
            assert (await store.ask(Load("main"))).epoch == 1
            for number, commit in enumerate(commits, 1):
                assert await store.ask(commit) == number
            assert await store.ask(GetDigest("main")) == digest("main", commits)
            trade = scribe.trade(next(iter(scribe.orders)))
            await store.ask(trade)
            with pytest.raises(DuplicateTrade):
                await store.ask(trade)
            statistics = await store.ask(GetStoreStatistics())
            assert (statistics.requests, statistics.transactions) == (7, 7)
            assert statistics.refused == 1

        child = Child("store", partial(Store, order_store, Writing.INLINE))
        run_virtual(Supervisor("bot", [child]), body)
    assert list(read_orders(tmp_path)[0].orders) == list(scribe.orders.values())
