"""What a transaction keeps, what it refuses, and what a full disk leaves (F4, K3, K4, P3)."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from benthic.actors.orders.graph import Graph as OrderGraph
from benthic.actors.orders.journal import Commit, DuplicateTrade, GetDigest, Load, digest
from benthic.benchmarks.orders import Scribe, open_brackets
from benthic.storage import OrderStore, Unstorable, audit_store, open_store, read_orders
from benthic.storage.environment import open_to_read
from benthic.storage.keys import HEAD
from benthic.storage.tables import RECENT_TRADES, keys_of
from benthic.storage.verification import inspect_here


@pytest.fixture
def store(tmp_path: Path) -> Iterator[OrderStore]:
    with open_store(tmp_path / "store", inspector=inspect_here) as order_store:
        yield order_store


def test_commits_are_numbered_within_their_account(store: OrderStore) -> None:
    one, other = Scribe("one"), Scribe("other")

    assert store.write([one.deposit(), other.deposit(), one.place()]) == [1, 1, 2]
    assert store.commit(other.place()) == 2


def test_every_load_counts_the_epoch_up_even_over_a_restart(tmp_path: Path) -> None:
    with open_store(tmp_path, inspector=inspect_here) as store:
        epochs = [store.load("main").epoch, store.load("main").epoch, store.load("new").epoch]
    with open_store(tmp_path, inspector=inspect_here) as store:
        epochs.append(store.load("main").epoch)

    assert epochs == [1, 2, 1, 3]


def test_a_load_gives_live_orders_oldest_first_and_only_those(store: OrderStore) -> None:
    scribe = Scribe("main")
    store.write([scribe.deposit(), *(scribe.place() for _ in range(12))])
    first, second, third, *_ = list(scribe.orders)
    store.write([scribe.accept(first), scribe.trade(second), scribe.cancel(third)])
    snapshot = store.load("main")

    assert list(snapshot.orders) == list(scribe.orders.values())
    assert {b.asset: b for b in snapshot.balances} == scribe.balances
    assert len(snapshot.orders) == 10


def test_a_load_sees_the_commits_before_it_in_its_batch(store: OrderStore) -> None:
    scribe = Scribe("main")
    _, _, snapshot, _ = store.write(
        [scribe.deposit(), scribe.place(), Load("main"), scribe.place()]
    )

    assert len(snapshot.orders) == 1  # type: ignore[union-attr]  # it is the answer to the load


def test_a_trade_that_comes_twice_is_refused_with_all_of_its_commit(store: OrderStore) -> None:
    scribe = Scribe("main")
    store.write([scribe.deposit(), scribe.place()])
    (order_id,) = scribe.orders
    trade = scribe.trade(order_id, Decimal("0.5"))
    store.commit(trade)
    before = store.load("main")

    again = store.write([scribe.place(), trade, msgspec.structs.replace(trade, orders=())])
    assert [type(answer) for answer in again] == [int, DuplicateTrade, DuplicateTrade]
    after = store.load("main")
    assert len(after.orders) == len(before.orders) + 1
    assert after.trades == before.trades


def test_a_trade_that_comes_twice_in_one_transaction_is_taken_once(store: OrderStore) -> None:
    scribe = Scribe("main")
    store.write([scribe.deposit(), scribe.place()])
    trade = scribe.trade(next(iter(scribe.orders)))
    first, second = store.write([trade, trade])

    assert first == 3
    assert isinstance(second, DuplicateTrade)
    with pytest.raises(DuplicateTrade):
        store.commit(msgspec.structs.replace(trade, fills=trade.fills * 2))


def test_the_same_trade_id_in_another_account_is_another_trade(store: OrderStore) -> None:
    one, other = Scribe("one"), Scribe("other")
    for scribe in (one, other):
        store.write([scribe.deposit(), scribe.place(), scribe.trade(next(iter(scribe.orders)))])

    assert store.load("one").trades == store.load("other").trades


def test_trades_of_live_orders_and_the_latest_ones_are_remembered(
    store: OrderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benthic.storage.tables.RECENT_TRADES", 3)
    assert RECENT_TRADES >= 1000
    scribe = Scribe("main")
    store.write([scribe.deposit(), *(scribe.place() for _ in range(6))])
    resting, *others = list(scribe.orders)
    store.write([scribe.trade(resting, Decimal("0.5"))])
    store.write([scribe.trade(order_id) for order_id in others])

    assert store.load("main").trades == {f"BTC/USDT:1{n:09}" for n in (1, 4, 5, 6)}
    store.commit(scribe.trade(resting))
    assert store.load("main").trades == {f"BTC/USDT:1{n:09}" for n in (5, 6, 7)}


def test_trades_stay_with_their_order_through_all_of_its_names(tmp_path: Path) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write([scribe.deposit(), scribe.place()])
        (order_id,) = scribe.orders
        first = scribe.orders[order_id].client_id
        store.write([scribe.accept(order_id), scribe.trade(order_id, Decimal("0.25"))])
        store.write([scribe.edit(order_id), scribe.take_back(order_id)])
        late = scribe.trade(order_id, Decimal("0.25"))  # under its name of before
        (fill,) = late.fills
        store.commit(replace(late, fills=(replace(fill, client_id=first),)))
        store.write([scribe.send(order_id), scribe.trade(order_id, Decimal("0.5"))])
        order = scribe.orders[order_id]
    assert first in order.names[1:]
    assert partial_keys(tmp_path) == {(order_id, f"BTC/USDT:1{n:09}") for n in (1, 2, 3)}
    assert audit_store(tmp_path) == []
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.commit(scribe.trade(order_id))

    assert partial_keys(tmp_path) == set()
    assert audit_store(tmp_path) == []


def partial_keys(path: Path) -> set[tuple[str, ...]]:
    """Order and trade in the keys of the trades of live orders."""
    with open_to_read(path) as environment:
        keys = environment.read(lambda txn: keys_of(txn, environment.tables["partial"], b""))
    return {tuple(part.decode() for part in key[HEAD:].split(b"\0")) for key in keys}


def test_a_graph_of_orders_comes_back_whole(tmp_path: Path) -> None:
    with open_store(tmp_path, inspector=inspect_here) as store:
        store.write(open_brackets("main", 40))
        orders = store.load("main").orders

    assert len(orders) == 40
    assert {order.status for order in orders} >= {"chained", "due", "accepted"}
    assert list(OrderGraph.of(orders).faults()) == []
    assert audit_store(tmp_path) == []


def test_the_digest_is_that_of_the_same_commits_in_memory(store: OrderStore) -> None:
    scribe, other = Scribe("main"), Scribe("other")
    commits = [scribe.deposit(), scribe.place(), scribe.place()]
    commits.append(scribe.trade(next(iter(scribe.orders))))
    store.write([*commits, other.deposit()])

    assert store.write([GetDigest("main")]) == [digest("main", commits)]


def test_what_cannot_be_stored_is_refused_and_the_rest_of_the_batch_is_not(
    store: OrderStore,
) -> None:
    scribe = Scribe("main")
    bad = Commit("a" * 600, (), (), (), ())
    worse = Commit("main", (), (), (), ())
    worse = msgspec.structs.replace(worse, account="\ud800")
    answers = store.write([scribe.deposit(), bad, worse, scribe.place()])

    assert [type(answer) for answer in answers] == [int, Unstorable, Unstorable, int]
    with pytest.raises(Unstorable, match="longer than 511 bytes"):
        store.load("a" * 600)


def test_a_map_that_is_too_small_grows_and_loses_nothing(tmp_path: Path) -> None:
    scribe = Scribe("main")
    with open_store(tmp_path, inspector=inspect_here, map_size=160 << 10) as store:
        store.commit(scribe.deposit())
        for _ in range(40):
            store.write([scribe.place() for _ in range(20)])
        room = store.room()

        assert room.growths >= 2
        assert room.used <= room.map_size
    with open_store(tmp_path, inspector=inspect_here) as store:
        assert store.room().map_size == room.map_size
        assert list(store.load("main").orders) == list(scribe.orders.values())
    assert audit_store(tmp_path) == []


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from benthic.benchmarks.orders import Scribe
from benthic.storage import StoreFull, audit_store, open_store
from benthic.storage.verification import inspect_here

path, limit = Path(sys.argv[1]), int(sys.argv[2])
scribe, stored, refused = Scribe("main"), 0, 0
with open_store(path, inspector=inspect_here) as store:
    store.commit(scribe.deposit())
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    while refused < 3:
        commits = [scribe.place() for _ in range(20)]
        try:
            stored = store.write(commits)[-1]
        except StoreFull as full:
            refused += 1
            message = str(full)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    again = store.commit(Scribe("other").deposit())
print(stored, again, message)
"""


@pytest.mark.parametrize("limit", [200 << 10, (300 << 10) + 1, 333_333])
def test_a_full_disk_refuses_commits_and_loses_none_that_was_answered(
    tmp_path: Path, limit: int
) -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    program = [sys.executable, "-c", FILL_THE_DISK, str(tmp_path), str(limit)]
    child = subprocess.run(program, capture_output=True, text=True, check=True)
    stored, again, message = child.stdout.split(" ", 2)
    main, other = read_orders(tmp_path)

    assert str(tmp_path) in message
    assert "make room on the disk: file too large" in message
    assert (main.commits, other.commits) == (int(stored), int(again))
    assert len(main.orders) == int(stored) - 1  # nothing of what was refused
    assert {found.code for found in audit_store(tmp_path)} <= {"F1"}  # the scribe was not told


MAKE_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from benthic.storage import StoreFull, open_store

path = Path(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    open_store(path)
except StoreFull as full:
    print(full)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
open_store(path).close()
"""


def test_a_store_that_has_no_room_to_begin_begins_once_there_is_some(tmp_path: Path) -> None:
    program = [sys.executable, "-c", MAKE_ON_A_FULL_DISK, str(tmp_path / "store")]
    child = subprocess.run(program, capture_output=True, text=True, check=True)

    assert "make room on the disk" in child.stdout
    assert read_orders(tmp_path / "store") == ()
