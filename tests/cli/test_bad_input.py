"""Each bad input ends with one clear line, the documented code, and nothing else changed."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lmdb
import pytest

from benthic.benchmarks.engines import BOT
from benthic.benchmarks.market import candles, write_csv
from benthic.storage.codec import text_record
from benthic.storage.inspection import DATA_FILE, LAYOUT, META
from benthic.storage.opening import open_store
from benthic.storage.reading import audit_store, read_orders

Benthic = Callable[..., Any]

LIMIT = """
import os, resource, sys
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
os.execv(sys.argv[2], sys.argv[2:])
"""
LIMITED = (sys.executable, "-c", LIMIT)
"""Runs a program that may write no file beyond so many bytes."""


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    path = tmp_path / "bot.toml"
    path.write_text(BOT.replace("warm_up = 1_000", "warm_up = 20"))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "candles.csv"
    write_csv(candles(500), path)
    return path


@pytest.fixture
def store(benthic: Benthic, bot: Path, data: Path, tmp_path: Path) -> Path:
    """A store with a run in it."""
    path = tmp_path / "store"
    assert benthic("backtest", bot, "--data", data, "--journal", path).code == 0
    return path


def row(data: Path, number: int, **columns: str) -> None:
    """Change fields of a line of the file; the header is line 1."""
    lines = data.read_text().splitlines()
    names = lines[0].split(",")
    fields = lines[number - 1].split(",")
    for name, value in columns.items():
        fields[names.index(name)] = value
    lines[number - 1] = ",".join(fields)
    data.write_text("\n".join(lines) + "\n")


def without(data: Path, *numbers: int) -> None:
    lines = data.read_text().splitlines(keepends=True)
    data.write_text("".join(x for at, x in enumerate(lines, 1) if at not in numbers))


def empty(data: Path) -> None:
    data.write_text("")


def every_fifth(data: Path) -> None:
    without(data, *(at for at in range(2, 502) if at % 5))


BAD_DATA: dict[str, tuple[Callable[[Path], None], str]] = {
    "broken row": (lambda data: row(data, 100, close="12,5,6"), ":100: "),
    "text for a number": (lambda data: row(data, 100, close="abc"), ":100: "),
    "nan": (lambda data: row(data, 100, close="nan"), ":100: "),
    "negative price": (lambda data: row(data, 100, low="-1.5"), ":100: "),
    "time backwards": (lambda data: row(data, 100, ts="1609459200000"), ":100: "),
    "gap": (lambda data: without(data, 100, 101), ":100: "),
    "empty": (empty, "the file is empty"),
    "wrong frame": (every_fifth, "5m"),
}


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_are_named_with_file_and_line(
    benthic: Benthic, bot: Path, data: Path, name: str
) -> None:
    spoil, words = BAD_DATA[name]
    spoil(data)

    ran = benthic("backtest", bot, "--data", data, "--json")

    assert ran.code == 4
    assert ran.out == ""
    assert ran.complaint.startswith(f"error: {data}")
    assert words in ran.complaint
    assert "; " in ran.complaint  # what to do comes after what is wrong


def test_a_gap_is_run_over_when_asked(benthic: Benthic, bot: Path, data: Path) -> None:
    without(data, 100, 101)

    ran = benthic("backtest", bot, "--data", data, "--json", "--allow-gaps")

    assert ran.code == 0
    assert ran.json["candles"] == 498


def test_a_gap_names_the_option_that_runs_over_it(benthic: Benthic, bot: Path, data: Path) -> None:
    without(data, 100, 101)

    assert "--allow-gaps" in benthic("backtest", bot, "--data", data).complaint


def test_data_that_are_not_there_are_named(benthic: Benthic, bot: Path, tmp_path: Path) -> None:
    ran = benthic("backtest", bot, "--data", tmp_path / "nothing.csv")

    assert ran.code == 4
    assert "there is no such file" in ran.complaint


BAD_BOTS = {
    "unknown key": ('name = "common', 'nmae = "common', "did you mean name?"),
    "unknown section": ("[account]", "[acount]", "did you mean account?"),
    "wrong type": ("fast = 10", 'fast = "ten"', "mode.fast: "),
    "float for money": ('maker = "0.001"', "maker = 0.001", "market.fees.maker: "),
    "negative deposit": ("1_000_000_000", "-1", "account.deposits"),
    "unknown mode": ('"ema_cross"', '"ema_corss"', "did you mean ema_cross?"),
    "not toml": ("[bot]", "[bot", "is not TOML"),
}


@pytest.mark.parametrize("name", BAD_BOTS)
def test_a_bad_bot_file_is_named_with_its_key(
    benthic: Benthic, bot: Path, data: Path, name: str
) -> None:
    old, new, words = BAD_BOTS[name]
    bot.write_text(bot.read_text().replace(old, new))

    ran = benthic("backtest", bot, "--data", data, "--json")

    assert ran.code == 3
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert [line for line in lines if not line.startswith(f"benthic: error: {bot}: ")] == []
    assert words in ran.err


def test_every_fault_of_a_bot_file_has_a_line_of_its_own(
    benthic: Benthic, bot: Path, data: Path
) -> None:
    bot.write_text(bot.read_text().replace("fast = 10", "fast = 1.5").replace("seed =", "sed ="))

    ran = benthic("backtest", bot, "--data", data)

    assert ran.code == 3
    assert len(ran.err.splitlines()) == 2


def newer(path: Path) -> None:
    with lmdb.open(str(path), max_dbs=64) as handle, handle.begin(write=True) as txn:
        meta = handle.open_db(META, txn=txn)
        txn.put(LAYOUT, text_record(LAYOUT, "99"), db=meta)


def truncated(path: Path) -> None:
    os.truncate(path / DATA_FILE, 3 * 4096)


def of_another_program(path: Path) -> None:
    shutil.rmtree(path)
    with lmdb.open(str(path)) as handle, handle.begin(write=True) as txn:
        txn.put(b"somebody", b"else's")


def overwritten(path: Path) -> None:
    (path / DATA_FILE).write_bytes(b"\x00" * 50_000)


BAD_STORES = {
    "newer": (newer, "has layout 99, this benthic knows up to"),
    "truncated": (truncated, "is damaged"),
    "foreign": (of_another_program, "not an order store"),
    "overwritten": (overwritten, "is damaged"),
}


@pytest.mark.parametrize("name", BAD_STORES)
def test_a_store_that_cannot_be_used_is_named_and_left_as_it_is(
    benthic: Benthic, bot: Path, data: Path, store: Path, name: str
) -> None:
    spoil, words = BAD_STORES[name]
    spoil(store)
    before = (store / DATA_FILE).read_bytes()

    runs = (
        benthic("orders", store),
        benthic("backtest", bot, "--data", data, "--journal", store, "--append"),
    )

    for ran in runs:
        assert ran.code == 5
        assert ran.out == ""
        assert ran.complaint.startswith(f"error: {store}: ")
        assert words in ran.complaint
    assert (store / DATA_FILE).read_bytes() == before


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_place_that_holds_something_else_is_not_made_a_store(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path, kind: str
) -> None:
    place = tmp_path / "mine"
    if kind == "file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "diary.txt").write_text("mine")

    ran = benthic("backtest", bot, "--data", data, "--journal", place)

    assert ran.code == 5
    assert "not an order store" in ran.complaint
    assert [path.read_text() for path in (place, *place.glob("*")) if path.is_file()] == ["mine"]


def test_a_second_writer_is_told_who_writes_the_store(
    benthic: Benthic, bot: Path, data: Path, store: Path
) -> None:
    with open_store(store):
        ran = benthic("backtest", bot, "--data", data, "--journal", store, "--append")
        beside = benthic("orders", store, "--json")

    assert ran.code == 5
    assert f"process {os.getpid()} writes this store" in ran.complaint
    assert beside.code == 0
    assert beside.json["accounts"][0]["commits"] > 10


@pytest.mark.parametrize("size", [8 << 10, 70_000, 80 << 10], ids=["at once", "soon", "later"])
def test_a_full_disk_ends_the_run_and_keeps_what_was_acknowledged(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path, size: int
) -> None:
    store = tmp_path / "store"

    ran = benthic(
        *("backtest", bot, "--data", data, "--json", "--journal", store),
        under=(*LIMITED, str(size)),
    )

    assert ran.code == 5
    assert ran.out == ""
    assert ran.complaint.startswith(f"error: {store}: ")
    assert "disk" in ran.complaint  # a write that is cut short is told from a fault by nobody
    if (store / DATA_FILE).exists():
        assert audit_store(store) == []
        assert [account.name for account in read_orders(store)] in ([], ["main"])


def test_a_store_that_is_not_there_is_named(benthic: Benthic, tmp_path: Path) -> None:
    ran = benthic("orders", tmp_path / "nothing")

    assert ran.code == 5
    assert "there is no store here" in ran.complaint


def test_a_trace_that_cannot_be_written_is_named(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path
) -> None:
    ran = benthic("backtest", bot, "--data", data, "--trace", tmp_path / "no" / "trace.jsonl")

    assert ran.code == 7
    assert ran.complaint.endswith("trace.jsonl: no such file or directory")


def test_a_socket_where_no_bot_answers_is_named(benthic: Benthic, tmp_path: Path) -> None:
    ran = benthic("tree", "--live", tmp_path / "bot.sock")

    assert ran.code == 7
    assert "no bot answers here" in ran.complaint
