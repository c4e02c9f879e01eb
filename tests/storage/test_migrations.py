"""An older store is copied, then brought up to date; a crash in between leaves it (C15, P4)."""

import gzip
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from benthic.actors.orders.journal import Commit
from benthic.actors.orders.lifecycle import cancelled
from benthic.actors.orders.plan import TrailingDistance
from benthic.benchmarks.orders import Scribe
from benthic.runtime import Millis
from benthic.storage import StoreOlder, audit_store, graph_hash, open_store, read_orders
from benthic.storage.codec import ORDER, TRADE, seal
from benthic.storage.environment import (
    Durability,
    Environment,
    Transaction,
    open_environment,
    open_to_read,
)
from benthic.storage.folder import take
from benthic.storage.inspection import DATA_FILE, Findings
from benthic.storage.keys import HEAD
from benthic.storage.migrations import KIND, LAYOUT, check_current, migrate
from benthic.storage.reading import read_commits
from benthic.storage.verification import inspect_here


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path, scribe = tmp_path / "store", Scribe("main")
    with open_store(path, inspector=inspect_here) as order_store:
        order_store.load("main")
        order_store.write([scribe.deposit(), *(scribe.place() for _ in range(5))])
    return path


def mark_all(txn: Transaction, environment: Environment) -> None:
    """A step as a real one is: every live order is written anew, and a table is added."""
    live = environment.tables["live"]
    for key, record in list(txn.cursor(live)):
        order = replace(ORDER.read(record), evidence="by an older benthic")
        txn.put(key, ORDER.record(key, order), db=live)
    added = environment.add_table(txn, "notes")
    txn.put(b"n", seal(b"n", b"\x7f"), db=added)


def stop_half_way(txn: Transaction, environment: Environment) -> None:
    mark_all(txn, environment)
    raise KeyboardInterrupt


def bring_up(path: Path, steps: Mapping[int, object]) -> Path | None:
    environment = open_environment(path, Durability.FULL, lambda _: None)
    with environment:
        return migrate(environment, 1, steps=steps, layout=2)  # type: ignore[arg-type]  # ours


def test_an_older_store_is_copied_and_then_migrated(store: Path) -> None:
    (before,) = read_orders(store)
    copy = bring_up(store, {1: mark_all})

    assert copy == store / "layout-1"
    assert copy is not None
    assert read_orders(copy) == (before,)
    found = inspect_here(store, "resting")
    assert found.layout == 2


def test_a_migration_that_is_broken_off_leaves_the_old_store(store: Path) -> None:
    before = read_orders(store)
    with pytest.raises(KeyboardInterrupt):
        bring_up(store, {1: stop_half_way})

    assert read_orders(store) == before
    assert bring_up(store, {1: mark_all}) == store / "layout-1"
    assert read_orders(store / "layout-1") == before


def test_a_copy_that_was_broken_off_is_made_anew(store: Path) -> None:
    unfinished = store / "layout-1.new"
    unfinished.mkdir()
    (unfinished / "data.mdb").write_bytes(b"half")
    before = read_orders(store)
    bring_up(store, {1: mark_all})

    assert not unfinished.exists()
    assert read_orders(store / "layout-1") == before


def test_a_store_of_this_layout_is_left_alone(store: Path) -> None:
    environment = open_environment(store, Durability.FULL, lambda _: None)
    with environment:
        assert migrate(environment, LAYOUT) is None
    assert not (store / "layout-1").exists()


@pytest.mark.parametrize("layout", [1, 2])
def test_a_store_as_an_older_benthic_wrote_it_opens_with_every_digit(
    tmp_path: Path, layout: int
) -> None:
    golden(tmp_path, layout)
    with pytest.raises(StoreOlder, match=f"has layout {layout}, this benthic reads {LAYOUT}"):
        read_orders(tmp_path)
    with open_store(tmp_path) as opened:
        main, other = opened.load("main"), opened.load("other")

    assert (main.epoch, other.epoch) == (2, 2)
    assert [(order.id[-2:], order.status, str(order.filled)) for order in main.orders] == [
        ("01", "accepted", "0.04354378"),
        ("04", "accepted", "0"),
        ("05", "accepted", "0.00483513"),
        ("06", "intent", "0"),
    ]
    assert {order.plan for order in (*main.orders, *main.ended)} == {None}
    assert main.trades == {f"BTC/USDT:1{number:09}" for number in (1, 2, 3, 4)}
    assert audit_store(tmp_path) == []
    assert inspect_here(tmp_path, "resting").layout == LAYOUT == 3
    assert inspect_here(tmp_path / f"layout-{layout}", "resting").layout == layout


@pytest.mark.parametrize("layout", [1, 2])
def test_trades_of_live_orders_are_found_by_the_orders_id_after_a_migration(
    tmp_path: Path, layout: int
) -> None:
    golden(tmp_path, layout)
    with open_store(tmp_path, inspector=inspect_here) as opened:
        first, *_ = opened.load("main").orders
    kept = trades_of_live(tmp_path)
    with open_store(tmp_path, inspector=inspect_here) as opened:
        opened.commit(Commit("main", (cancelled(first, "ours", Millis(1)),), (), (), ()))

    assert len(kept) == 4
    assert [trade for order, trade in kept if order == first.id] == [
        "BTC/USDT:1000000001",
        "BTC/USDT:1000000002",
    ]
    assert trades_of_live(tmp_path) == [pair for pair in kept if pair[0] != first.id]


def test_a_store_of_this_layout_has_its_graph_and_what_was_folded_as_it_was_written(
    tmp_path: Path,
) -> None:
    golden(tmp_path, LAYOUT)
    (main, other) = read_orders(tmp_path)
    assert (main.commits, other.commits) == (17, 2)
    assert audit_store(tmp_path) == []
    with open_store(tmp_path) as opened:
        snapshot = opened.load("main")

    assert [(order.id[-2:], order.status, str(order.filled)) for order in snapshot.orders] == [
        ("01", "accepted", "0.05225254"),
        ("03", "accepted", "0.04483506"),
        ("04", "due", "0"),
        ("05", "due", "0"),
        ("06", "intent", "0"),
        ("07", "chained", "0"),
        ("08", "chained", "0"),
    ]
    assert len(snapshot.trades) == 4
    stop = snapshot.orders[3].plan
    assert stop is not None
    assert (stop.lives, len(stop.past), stop.profile) == (1, 1, TrailingDistance(Decimal("0.05")))
    assert len(read_commits(tmp_path, inspector=inspect_here)) == 13
    assert not (tmp_path / f"layout-{LAYOUT}").exists()


def golden(path: Path, layout: int) -> None:
    """Put a store there that a benthic of an older layout wrote."""
    lock = take(path)
    packed = (Path(__file__).parent / "golden" / f"layout_{layout}.mdb.gz").read_bytes()
    (path / DATA_FILE).write_bytes(gzip.decompress(packed))
    lock.release()


def trades_of_live(path: Path) -> list[tuple[str, str]]:
    """The trades that are kept for live orders: the order in the key, and the trade."""
    with open_to_read(path) as environment:
        return environment.read(
            lambda txn: [
                (key[HEAD:].partition(b"\0")[0].decode(), TRADE.read(record))
                for key, record in txn.cursor(environment.tables["partial"])
            ]
        )


def test_a_store_that_needs_migration_is_not_only_read(tmp_path: Path) -> None:
    with pytest.raises(StoreOlder, match="start its bot once, which migrates it"):
        check_current(tmp_path, Findings(KIND, 0, {}, 0, 1))


def test_the_hash_of_a_graph_knows_every_digit_and_no_order() -> None:
    scribe = Scribe("main")
    scribe.deposit()
    scribe.place()
    first, second = scribe.orders.values(), scribe.balances.values()
    whole = graph_hash(first, second)
    scribe.place()

    assert graph_hash(reversed(list(first)), second) == graph_hash(first, second) != whole
