"""What is not as the journal says is made anew from it, with a copy aside (P3, K7)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benthic.actors.orders.journal import Digest, GetDigest, Snapshot
from benthic.benchmarks.orders import START
from benthic.runtime import Millis
from benthic.storage import (
    StoreBeyondRepair,
    StoreBusy,
    StoreDamaged,
    StoreMissing,
    open_store,
    read_closed_orders,
)
from benthic.storage.checking import check_store
from benthic.storage.creation import sign
from benthic.storage.environment import Durability, Environment, Transaction, open_environment
from benthic.storage.inspection import DATA_FILE
from benthic.storage.repair import repair_store
from benthic.storage.verification import inspect_here

from .test_folding import a_life

Plant = Callable[[Transaction, Environment, str], None]


def lose(txn: Transaction, environment: Environment, name: str) -> None:
    table = environment.tables[name]
    txn.delete(next(iter(txn.cursor(table)))[0], db=table)


def rot(txn: Transaction, environment: Environment, name: str) -> None:
    table = environment.tables[name]
    key, record = next(iter(txn.cursor(table)))
    txn.put(key, record[:-6] + bytes((record[-6] ^ 1,)) + record[-5:], db=table)


def empty(txn: Transaction, environment: Environment, name: str) -> None:
    txn.drop(environment.tables[name], delete=False)


def change(path: Path, plant: Plant, name: str) -> None:
    with open_environment(path, Durability.FULL, lambda _: None) as environment:
        environment.write(lambda txn: plant(txn, environment, name))
        environment.write(lambda txn: sign(txn, environment.tables["meta"]))


def a_store(path: Path, *, folded: Millis) -> None:
    with open_store(path, inspector=inspect_here) as store:
        store.load("main")
        store.load("other")
        store.write(a_life(7, count=80))
        store.compact(folded)


def state(path: Path) -> tuple[Snapshot, Digest, object]:
    with open_store(path, inspector=inspect_here) as store:
        (digest,) = store.write([GetDigest("main")])
        assert isinstance(digest, Digest)
        snapshot = store.load("main")
    return snapshot, digest, read_closed_orders(path, inspector=inspect_here)


REBUILT = ("live", "closed", "balances", "trades", "reported", "partial")


@pytest.mark.parametrize("plant", [lose, rot], ids=lambda plant: plant.__name__)
@pytest.mark.parametrize("name", REBUILT)
def test_a_table_that_is_not_as_the_journal_says_is_found_and_made_anew(
    tmp_path: Path, name: str, plant: Plant
) -> None:
    a_store(tmp_path, folded=Millis(0))
    before, digest, closed = state(tmp_path)
    change(tmp_path, plant, name)
    broken = (tmp_path / DATA_FILE).read_bytes()
    if plant is rot:
        with pytest.raises(StoreDamaged, match=f"of table {name} has rotted; try `benthic check"):
            check_store(tmp_path)
    else:
        assert not check_store(tmp_path).ok

    repaired = repair_store(tmp_path)

    assert check_store(tmp_path).ok
    assert (repaired.commits, repaired.lost) == (80, ())
    assert (repaired.copy / DATA_FILE).read_bytes() == broken
    after, after_digest, after_closed = state(tmp_path)
    assert (after_digest, after_closed) == (digest, closed)
    assert after.epoch == before.epoch + 1
    assert (after.orders, after.balances, after.trades) == (
        before.orders,
        before.balances,
        before.trades,
    )
    assert not (tmp_path / "repair.new").exists()


def test_what_was_folded_is_taken_over_where_it_is_whole(tmp_path: Path) -> None:
    a_store(tmp_path, folded=Millis(START + 40))
    before, digest, closed = state(tmp_path)
    for name in ("live", "balances"):
        change(tmp_path, empty, name)
    repaired = repair_store(tmp_path)

    assert repaired.lost == ()
    assert check_store(tmp_path).ok
    after, *rest = state(tmp_path)
    assert rest == [digest, closed]
    assert (after.orders, after.trades) == (before.orders, before.trades)


def test_what_was_folded_and_is_lost_is_named(tmp_path: Path) -> None:
    a_store(tmp_path, folded=Millis(1 << 62))
    change(tmp_path, empty, "closed")
    change(tmp_path, lose, "trades")
    repaired = repair_store(tmp_path)

    assert any("whose commits were folded" in what for what in repaired.lost)
    assert any("1 of " in what and "trade keys of folded" in what for what in repaired.lost)
    assert not check_store(tmp_path).ok


def test_an_account_whose_row_has_rotted_never_gives_an_epoch_twice(tmp_path: Path) -> None:
    a_store(tmp_path, folded=Millis(0))
    change(tmp_path, rot, "accounts")
    assert repair_store(tmp_path).lost == ()
    assert check_store(tmp_path).ok
    with open_store(tmp_path) as store:
        assert store.load("main").epoch == 2  # the orders in the journal are of epoch 1


@pytest.mark.parametrize("plant", [lose, rot], ids=lambda plant: plant.__name__)
def test_a_journal_that_is_not_whole_leaves_everything_as_it_was(
    tmp_path: Path, plant: Plant
) -> None:
    a_store(tmp_path, folded=Millis(0))
    change(tmp_path, plant, "journal")
    before = (tmp_path / DATA_FILE).read_bytes()

    with pytest.raises(StoreBeyondRepair, match=r"journal.*put a backup in its place"):
        repair_store(tmp_path)
    assert (tmp_path / DATA_FILE).read_bytes() == before
    assert not (tmp_path / "repair.new").exists()


def test_a_store_in_use_or_none_at_all_is_not_rebuilt(tmp_path: Path) -> None:
    a_store(tmp_path / "store", folded=Millis(0))
    with open_store(tmp_path / "store"), pytest.raises(StoreBusy):
        repair_store(tmp_path / "store")
    with pytest.raises(StoreMissing):
        repair_store(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_store_of_garbage_is_told_to_be_beyond_repair(tmp_path: Path) -> None:
    a_store(tmp_path, folded=Millis(0))
    with (tmp_path / DATA_FILE).open("r+b") as file:
        file.seek(8192)
        file.write(bytes(range(256)) * 1_000)

    with pytest.raises((StoreBeyondRepair, StoreDamaged)):
        repair_store(tmp_path)
