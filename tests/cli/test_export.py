"""`benthic export`: every row of a store, digit for digit, in files that appear whole."""

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.orders.journal import Commit
from benthic.benchmarks.orders import START
from benthic.runtime import Millis
from benthic.storage import open_store, read_closed_orders, read_orders
from benthic.storage.exporting import COLUMNS
from benthic.storage.verification import inspect_here

from ..storage.test_folding import a_life
from .conftest import Benthic
from .test_bad_input import LIMITED

KINDS = tuple(COLUMNS)
COMMITS = 60


@pytest.fixture(scope="module")
def written() -> list[Commit]:
    return a_life(7, count=COMMITS)


@pytest.fixture
def store(tmp_path: Path, written: list[Commit]) -> Path:
    with open_store(tmp_path / "store", inspector=inspect_here) as order_store:
        order_store.write(written)
    return tmp_path / "store"


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: value or None for name, value in row.items()} for row in csv.DictReader(file)
        ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_every_row_of_the_store_is_in_the_files_with_every_digit(
    benthic: Benthic, store: Path, written: list[Commit], tmp_path: Path, form: str
) -> None:
    ran = benthic("export", store, "--to", tmp_path / "out", "--format", form, "--json")
    found = {kind: rows_of(tmp_path / "out" / f"{kind}.{form}") for kind in KINDS}
    (account,) = read_orders(store, inspector=inspect_here)
    closed = read_closed_orders(store, inspector=inspect_here)["main"]
    fills = [fill for commit in written for fill in commit.fills]
    entries = [entry for commit in written for entry in commit.entries]

    assert ran.code == 0
    assert {kind: told["rows"] for kind, told in ran.json["files"].items()} == {
        kind: len(rows) for kind, rows in found.items()
    }
    assert all(set(row) == set(COLUMNS[kind]) for kind in KINDS for row in found[kind])
    assert [(row["id"], row["status"], row["filled"]) for row in found["orders"]] == [
        (order.id, order.status, f"{order.filled:f}") for order in (*closed, *account.orders)
    ]
    assert [(row["trade_id"], row["price"], row["fee"]) for row in found["trades"]] == [
        (fill.trade_id, f"{fill.price:f}", f"{fill.fee:f}") for fill in fills
    ]
    assert all(row["order_id"] for row in found["trades"])
    assert [(row["part"], row["delta"]) for row in found["ledger"]] == [
        (entry.account, f"{entry.delta:f}") for entry in entries
    ]
    assert sum(Decimal(row["delta"]) for row in found["ledger"]) == 0
    assert {row["after"] for row in found["history"]} >= {"intent", "accepted", "chained", "due"}


def test_nested_plans_are_json_in_either_format(
    benthic: Benthic, store: Path, tmp_path: Path
) -> None:
    for form in ("csv", "jsonl"):
        benthic("export", store, "--orders", tmp_path / f"o.{form}", "--format", form)
    as_csv = [row for row in rows_of(tmp_path / "o.csv") if row["plan"]]
    as_json = [row for row in rows_of(tmp_path / "o.jsonl") if row["plan"]]

    assert as_csv
    assert [json.loads(row["plan"]) for row in as_csv] == [row["plan"] for row in as_json]
    assert {row["plan"]["profile"]["type"] for row in as_json if row["plan"]["profile"]} == {
        "distance"
    }


def test_a_file_of_the_name_is_replaced_once_the_new_one_is_whole(
    benthic: Benthic, store: Path, tmp_path: Path
) -> None:
    target = tmp_path / "trades.csv"
    target.write_text("old")
    with open_store(store):  # beside its bot
        ran = benthic("export", store, "--trades", target)

    assert ran.code == 0
    assert target.read_text("utf-8").startswith("account,commit,at,symbol,trade_id")
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_what_was_folded_away_is_said_to_be_missing(
    benthic: Benthic, store: Path, tmp_path: Path
) -> None:
    with open_store(store, inspector=inspect_here) as opened:
        opened.compact(Millis(START + 1_000))
    ran = benthic("export", store, "--ledger", tmp_path / "l.csv", "--orders", tmp_path / "o.csv")

    assert rows_of(tmp_path / "l.csv") == []
    assert rows_of(tmp_path / "o.csv")
    assert f"{COMMITS} commits were folded away" in ran.complaint


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        pytest.param([], 2, "nothing to write: name a folder with --to", id="nothing"),
        pytest.param(["--orders", "x", "--trades", "x"], 2, "is to hold two things", id="twice"),
        pytest.param(["--orders", "store/data.mdb"], 2, "lies in the store", id="the store"),
        pytest.param(["--to", "store"], 2, "lies in the store", id="into the store"),
        pytest.param(["--orders", "."], 2, "is a folder", id="folder"),
        pytest.param(["--orders", "no/x.csv"], 7, "no/x.csv: no such file or dir", id="missing"),
        pytest.param(["--to", "x", "--format", "xml"], 2, "--format", id="format"),
    ],
)
def test_what_cannot_be_written_is_one_clear_error_and_changes_nothing(
    benthic: Benthic, store: Path, options: list[str], code: int, words: str
) -> None:
    before = sorted(path.name for path in store.parent.rglob("*"))
    ran = benthic("export", "store", *options)

    assert (ran.code, ran.out) == (code, "")
    assert words in ran.err
    assert sorted(path.name for path in store.parent.rglob("*")) == before


def test_a_full_disk_is_named_with_its_file_and_leaves_nothing(
    benthic: Benthic, store: Path, tmp_path: Path
) -> None:
    target = tmp_path / "history.csv"
    ran = benthic("export", store, "--history", target, under=(*LIMITED, "4096"))

    assert ran.code == 7
    assert f"{target}: file too large" in ran.complaint
    assert not target.exists()
    assert not target.with_name("history.csv.part").exists()
