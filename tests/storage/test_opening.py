"""What is opened as a store, what is not, and what the error then says (C15, K7, K8, K12, P5)."""

import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import lmdb
import pytest

from benthic.benchmarks.orders import Scribe
from benthic.storage import (
    StoreBusy,
    StoreDamaged,
    StoreForeign,
    StoreMisplaced,
    StoreMissing,
    StoreNewer,
    audit_store,
    open_store,
    read_orders,
)
from benthic.storage.checking import check_store
from benthic.storage.codec import text_record
from benthic.storage.folder import file_system_of
from benthic.storage.inspection import KIND, LAYOUT, TXN
from benthic.storage.verification import inspect_here


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with a few orders, closed."""
    path = tmp_path / "store"
    scribe = Scribe("main")
    with open_store(path, inspector=inspect_here) as order_store:
        order_store.load("main")
        order_store.commit(scribe.deposit())
        for _ in range(20):
            order_store.commit(scribe.place())
    return path


def set_meta(path: Path, key: bytes, text: str) -> None:
    with lmdb.open(str(path), max_dbs=64) as environment:
        table = environment.open_db(b"meta")
        with environment.begin(write=True) as txn:
            txn.put(key, text_record(key, text), db=table)
            txn.put(TXN, text_record(TXN, str(txn.id())), db=table)


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with (path / "data.mdb").open("r+b") as file:
        file.seek(offset)
        file.write(content)


def test_a_new_store_and_its_folder_belong_to_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "some" / "where"
    open_store(path).close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()} == {0o600}


def test_what_was_committed_is_there_after_the_store_was_closed(store: Path) -> None:
    (account,) = read_orders(store)

    assert (account.name, account.epoch, account.commits) == ("main", 1, 21)
    assert len(account.orders) == 20
    assert audit_store(store) == []


def test_a_store_of_a_newer_benthic_is_refused_and_not_touched(store: Path) -> None:
    set_meta(store, LAYOUT, "4")
    before = (store / "data.mdb").read_bytes()

    with pytest.raises(StoreNewer, match=r"layout 4, this benthic knows up to 3; install"):
        open_store(store)
    with pytest.raises(StoreNewer):
        read_orders(store)
    assert (store / "data.mdb").read_bytes() == before


def test_a_store_of_another_kind_is_refused(store: Path) -> None:
    set_meta(store, KIND, "benthic candle history")

    with pytest.raises(StoreForeign, match="is a benthic candle history, not an order store"):
        open_store(store)


def foreign_file(path: Path) -> None:
    path.write_text("symbol = 'BTC/USDT'\n")


def foreign_folder(path: Path) -> None:
    path.mkdir()
    (path / "bot.toml").touch()


def foreign_data(path: Path) -> None:
    path.mkdir()
    (path / "data.mdb").write_bytes(b"SQLite format 3\0" + bytes(8192))


def foreign_lmdb(path: Path) -> None:
    path.mkdir()
    with lmdb.open(str(path)) as environment, environment.begin(write=True) as txn:
        txn.put(b"somebody", b"else")


def newer_lmdb(path: Path) -> None:
    path.mkdir()
    lmdb.open(str(path), lib_version=1).close()


@pytest.mark.parametrize(
    ("make", "what"),
    [
        pytest.param(foreign_file, "is a file", id="a file"),
        pytest.param(foreign_folder, r"other files \(bot.toml\)", id="a folder"),
        pytest.param(foreign_data, "is no LMDB 0.9 file", id="SQLite"),
        pytest.param(foreign_lmdb, "LMDB file of another program", id="LMDB"),
        pytest.param(newer_lmdb, "is no LMDB 0.9 file", id="LMDB 1.0"),
    ],
)
def test_what_is_no_store_is_refused_by_name_and_not_touched(
    tmp_path: Path, make: Callable[[Path], None], what: str
) -> None:
    path = tmp_path / "other"
    make(path)
    before = contents(path)

    with pytest.raises(StoreForeign, match=what) as refused:
        open_store(path)
    assert str(path) in str(refused.value)
    assert "give the path of a new folder" in str(refused.value)
    assert contents(path) == before


def contents(path: Path) -> set[tuple[str, bytes]]:
    files = path.iterdir() if path.is_dir() else [path]
    return {(file.name, file.read_bytes()) for file in files if file.name != "lock.mdb"}


def test_a_missing_store_is_missing_for_a_reader_and_new_for_a_bot(tmp_path: Path) -> None:
    path = tmp_path / "store"

    with pytest.raises(StoreMissing, match="there is no store here"):
        read_orders(path)
    assert not path.exists()
    open_store(path).close()
    assert read_orders(path) == ()


def test_an_empty_folder_becomes_a_store_and_a_half_made_one_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data.mdb.new").write_bytes(b"the power went off here")
    open_store(tmp_path).close()

    assert read_orders(tmp_path) == ()
    assert not (tmp_path / "data.mdb.new").exists()


@pytest.mark.parametrize(
    ("size", "damage"),
    [
        pytest.param(0, "an empty file", id="nothing left"),
        pytest.param(100, "no LMDB 0.9 file", id="half a head"),
        pytest.param(5000, "cut off at 5000 of", id="one head"),
        pytest.param(8192, "cut off at 8192 of", id="two heads"),
        pytest.param(-12288, "cut off at", id="three pages less"),  # the last two are free
    ],
)
def test_a_truncated_store_is_named_damaged_and_left_as_it_is(
    store: Path, size: int, damage: str
) -> None:
    data = store / "data.mdb"
    with data.open("r+b") as file:
        file.truncate(size if size >= 0 else data.stat().st_size + size)
    before = data.read_bytes()

    with pytest.raises(StoreDamaged, match=damage) as refused:
        open_store(store)
    assert "move the folder away" in str(refused.value)
    assert data.read_bytes() == before


def test_orders_are_read_as_long_as_what_is_cut_off_is_none_of_theirs(store: Path) -> None:
    data = store / "data.mdb"
    with data.open("r+b") as file:
        file.truncate(data.stat().st_size - 4096)  # a free page, for the next writer

    assert len(read_orders(store)[0].orders) == 20
    with data.open("r+b") as file:
        file.truncate(8192)
    with pytest.raises(StoreDamaged):
        read_orders(store)


@pytest.mark.parametrize(
    ("offset", "length"),
    [
        pytest.param(0, 4096, id="the first page"),
        pytest.param(4096, 4096, id="the second page"),
        pytest.param(8192, 1 << 20, id="everything but the heads"),
    ],
)
def test_a_store_overwritten_with_garbage_is_named_damaged(
    store: Path, offset: int, length: int
) -> None:
    size = (store / "data.mdb").stat().st_size
    overwrite(store, offset, (bytes(range(256)) * 4096)[: min(length, size - offset)])

    with pytest.raises(StoreDamaged):
        open_store(store)


def test_a_second_writer_in_this_process_is_told_who_has_the_store(tmp_path: Path) -> None:
    with open_store(tmp_path), pytest.raises(StoreBusy, match=r"process \d+ writes this store"):
        open_store(tmp_path)
    open_store(tmp_path).close()


OPENED = "from benthic.storage import open_store; from pathlib import Path; import sys, os; "
HOLD = OPENED + "store = open_store(Path(sys.argv[1])); print(os.getpid(), flush=True); input()"


def test_a_second_writer_in_another_process_is_refused_until_the_first_dies(store: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())

        with pytest.raises(StoreBusy) as refused:
            open_store(store)
        assert refused.value.pid == pid
        assert str(store) in str(refused.value)
        assert len(read_orders(store)[0].orders) == 20  # reading beside it is no writing
        holder.kill()
    open_store(store).close()


def test_a_store_on_a_network_file_system_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
        "2 1 0:44 / /home/bot/my\\040files rw - nfs4 nas:/files rw\n"
        "3 1 0:45 / /home/bot/my\\040files/local rw - ext4 /dev/sdb1 rw\n"
    )

    assert file_system_of(Path("/home/bot/my files/store"), mounts) == "nfs4"
    assert file_system_of(Path("/home/bot/my files/local/store"), mounts) == "ext4"
    assert file_system_of(Path("/home/bot"), mounts) == "ext4"
    assert file_system_of(Path("/"), tmp_path / "no such file") is None
    monkeypatch.setattr("benthic.storage.folder.file_system_of", lambda _: "nfs4")
    with pytest.raises(StoreMisplaced, match="nfs4 is a network file system; give a path on"):
        open_store(tmp_path / "store")
    with pytest.raises(StoreMisplaced, match="nfs4 is a network file system"):
        read_orders(tmp_path / "store")
    with pytest.raises(StoreMisplaced, match="nfs4 is a network file system"):
        check_store(tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_store_below_a_file_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StoreMisplaced, match="not a directory"):
        open_store(tmp_path / "file" / "store")


def test_a_copied_data_file_alone_can_be_opened_as_a_store(store: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(store / "data.mdb", copy)
    open_store(copy).close()

    assert read_orders(copy) == read_orders(store)


STAY = """
import sys, lmdb
environment = lmdb.open(sys.argv[1], readonly=True)
reading = environment.begin() if sys.argv[2] == "reading" else None
print("opened", flush=True)
input()
"""


def stay(store: Path, how: str) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-c", STAY, str(store), how]
    child = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def test_a_reader_that_was_killed_does_not_keep_old_pages_for_ever(store: Path) -> None:
    with stay(store, "idle") as idle, stay(store, "reading") as reading:
        reading.kill()
        reading.wait()
        with open_store(store) as order_store:
            before = order_store.room().used
            for number in range(300):  # each takes the pages that the last but one gave back
                order_store.load(f"account-{number % 3}")

            assert order_store.room().used <= before + (64 << 10)
        idle.kill()
