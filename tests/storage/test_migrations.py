"""An older store is copied, then brought up to date; a crash in between leaves it (C15, P4)."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from benthic.benchmarks.orders import Scribe
from benthic.storage import StoreOlder, graph_hash, open_store, read_orders
from benthic.storage.codec import ORDER, seal
from benthic.storage.creation import describe
from benthic.storage.environment import Durability, Environment, Transaction, open_environment
from benthic.storage.inspection import Findings
from benthic.storage.migrations import KIND, LAYOUT, check_current, migrate
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


def test_a_store_of_the_first_layout_keeps_every_record(store: Path) -> None:
    before = read_orders(store)
    environment = open_environment(store, Durability.FULL, lambda _: None)
    with environment:
        environment.write(
            lambda txn: describe(txn, environment.tables["meta"], environment.tables, 1)
        )
    with pytest.raises(StoreOlder):
        read_orders(store)
    with open_store(store, inspector=inspect_here) as opened:
        assert opened.load("main").orders == before[0].orders

    assert read_orders(store)[0].orders == before[0].orders
    assert inspect_here(store, "resting").layout == LAYOUT == 2
    assert inspect_here(store / "layout-1", "resting").layout == 1


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
