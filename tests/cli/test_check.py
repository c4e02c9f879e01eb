"""`benthic check`: what is wrong with a store in one line each, and never a traceback (K7, P5)."""

import os
import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from benthic.actors.exchange.bans import Ban, RememberBan
from benthic.benchmarks.orders import START
from benthic.runtime import Millis
from benthic.storage import StoreUnusable, open_store, read_orders
from benthic.storage.codec import text_record
from benthic.storage.environment import Durability, Table, Transaction, open_environment
from benthic.storage.inspection import DATA_FILE, LAYOUT, META
from benthic.storage.tables import TABLES
from benthic.storage.verification import inspect_here

from ..storage.test_folding import a_life
from ..storage.test_repair import change, empty, rot
from .conftest import Benthic

POSITIONS = 60  # of each record, at which a bit is flipped


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """One that has a row in every table."""
    path = tmp_path / "store"
    with open_store(path, inspector=inspect_here) as order_store:
        order_store.load("main")
        order_store.write([RememberBan(Ban("binance/live", Millis(100_000), "banned"))])
        order_store.write(a_life(7, count=60))
        order_store.compact(Millis(START + 30))
    return path


def test_a_whole_store_is_told_to_be_whole(benthic: Benthic, store: Path) -> None:
    ran = benthic("check", store)
    told = benthic("check", store, "--json").json

    assert ran.code == 0
    assert ran.out.endswith("everything adds up\n")
    assert (told["ok"], told["violations"], told["layout"]) == (True, [], 3)
    assert told["folded"] > 0
    assert set(told["records"]) == set(TABLES)
    assert all(told["records"].values())


def test_a_running_bots_store_is_checked_beside_it(benthic: Benthic, store: Path) -> None:
    with open_store(store):
        assert benthic("check", store).code == 0
        ran = benthic("check", store, "--repair")
    assert ran.code == 0  # nothing had to be rebuilt


def test_a_table_that_does_not_add_up_is_named_and_rebuilt(benthic: Benthic, store: Path) -> None:
    before = read_orders(store)
    change(store, empty, "balances")
    ran = benthic("check", store)
    told = benthic("check", store, "--json").json
    repaired = benthic("check", store, "--repair")

    assert ran.code == 1
    assert "violation P3: account main: the balances are not those of the journal" in ran.out
    assert "--repair" in ran.out
    assert {found["code"] for found in told["violations"]} == {"P3"}
    assert repaired.code == 0
    assert f"before: {store / 'before-repair-1'}" in repaired.out
    assert read_orders(store) == before


def test_a_rotten_record_is_named_with_its_place_and_rebuilt(benthic: Benthic, store: Path) -> None:
    change(store, rot, "live")
    ran = benthic("check", store)
    repaired = benthic("check", store, "--repair", "--json")

    assert (ran.code, ran.out) == (5, "")
    assert "of table live has rotted; try `benthic check --repair`" in ran.complaint
    assert repaired.code == 0
    assert repaired.json["repaired"]["lost"] == []
    assert benthic("check", store).code == 0


def test_what_cannot_be_rebuilt_is_one_clear_error(benthic: Benthic, store: Path) -> None:
    change(store, rot, "journal")
    ran = benthic("check", store, "--repair")

    assert ran.code == 5
    assert "cannot be rebuilt: record" in ran.err.splitlines()[-1]
    assert "put a backup in its place" in ran.err.splitlines()[-1]


def test_each_bit_of_each_record_is_missed_by_none(store: Path) -> None:
    data, records = store / DATA_FILE, dict(one_of_each(store))
    whole = data.read_bytes()
    assert set(records) == set(TABLES)
    for table, (key, record) in records.items():
        row = key + record
        places = [found.start() for found in re.finditer(re.escape(row), whole)]
        assert places, table  # where it lies, and in free pages of before
        for position in {*range(0, len(row), -(-len(row) // POSITIONS)), len(row) - 1}:
            image = bytearray(whole)
            for start in places:
                image[start + position] ^= 1 << position % 8
            data.write_bytes(image)
            reason = why_not(store)
            assert reason.startswith(f"{store}: "), (table, position)
            assert "; " in reason  # and what to do


def why_not(store: Path) -> str:
    """Why the store cannot be read; nothing where it can."""
    try:
        read_orders(store, inspector=inspect_here)
    except StoreUnusable as unusable:
        return str(unusable)
    return ""


def first_row(table: Table, txn: Transaction) -> tuple[bytes, bytes]:
    return next(iter(txn.cursor(table)))


def one_of_each(store: Path) -> Iterator[tuple[str, tuple[bytes, bytes]]]:
    """A row of every table."""
    with open_environment(store, Durability.FULL, lambda _: None) as environment:
        for name, table in environment.tables.items():
            yield name, environment.read(partial(first_row, table))


def newer(store: Path) -> str:
    with open_environment(store, Durability.FULL, lambda _: None) as environment:
        table = environment.tables[META.decode()]
        environment.write(lambda txn: txn.put(LAYOUT, text_record(LAYOUT, "99"), db=table))
    return "has layout 99, this benthic knows up to 3; install the benthic that wrote it"


def foreign(store: Path) -> str:
    shutil.rmtree(store)
    store.mkdir()
    (store / DATA_FILE).write_bytes(b"SQLite format 3\0" + bytes(8192))
    return "not an order store"


def missing(store: Path) -> str:
    shutil.rmtree(store)
    return "there is no store here"


@pytest.mark.parametrize("spoil", [newer, foreign, missing], ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("options", [(), ("--repair",)], ids=["look", "repair"])
def test_what_is_no_store_of_ours_is_one_clear_error(
    benthic: Benthic, store: Path, spoil: object, options: tuple[str, ...]
) -> None:
    words = spoil(store)  # type: ignore[operator]  # one of the three above
    before = (store / DATA_FILE).read_bytes() if store.exists() else None
    ran = benthic("check", store, *options)

    assert (ran.code, ran.out) == (5, "")
    assert words in ran.complaint
    assert before is None or (store / DATA_FILE).read_bytes() == before


WITHOUT_RIGHTS = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
"""Root without its right to pass over permissions; of anybody else nothing need be taken."""


@pytest.mark.parametrize("command", ["check", "orders", "compact"])
def test_a_read_only_folder_is_one_clear_error(benthic: Benthic, store: Path, command: str) -> None:
    is_root = os.geteuid() == 0
    if is_root and shutil.which("setpriv") is None:
        pytest.skip("root may write everywhere, and there is no setpriv to take that from it")
    (store / "lock.mdb").unlink()
    store.chmod(0o500)
    options = ("--keep-days", "1") if command == "compact" else ()
    ran = benthic(command, store, *options, under=WITHOUT_RIGHTS if is_root else ())
    store.chmod(0o700)

    assert ran.code == 5
    assert "this user may not use it: permission denied; run this as the user" in ran.complaint
