"""Is this folder a whole store? A program of its own, since looking at a damaged one may kill it.

LMDB trusts its file: a torn page can end the process that reads it with SIGABRT or SIGBUS. So a
bot does not open a store that a child process has not walked to its end (`verification` starts
this very file by its path, which is why it imports nothing of ours). It changes nothing, knows
nothing of orders, and checks what is true of every store: the header, the page tree, the order and
number of keys, and the checksum that ends every record.
"""

import errno
import json
import os
import struct
import sys
import zlib
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

import lmdb
from lmdb.verify import VerifyError, verify

DATA_FILE = "data.mdb"
LOCK_FILE = "benthic.lock"  # lies in every folder that benthic made a store of
META = b"meta"  # the table that says what the file is
KIND, LAYOUT, NAMES, TXN = b"kind", b"layout", b"tables", b"transaction"

CHECKSUM_BYTES = 4
RESIDUE = 0x2144DF1C  # the CRC-32 of anything followed by its own CRC-32, least byte first
BYTE_WALK_LIMIT = 32 << 20  # bytes; the walk over raw pages takes 20 times as long as LMDB's own

NEWEST = 3  # the latest layout that this program knows

FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

State = Literal["resting", "running"]
"""Whether the caller has locked the store, or a bot may be writing it meanwhile."""

_MAGIC = 0xBEEFC0DE
_FORMAT = 1  # of LMDB 0.9
_META_PAGE = struct.Struct("=16xII8xQI92xQQ")  # magic, format, map, page size, last page, txn
_SMALLEST_PAGE, _LARGEST_PAGE = 512, 65536


class Unsound(Exception):
    """The folder holds no whole store. kind: `missing`, `foreign`, `forbidden` or `damaged`."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


class Findings(NamedTuple):
    """What a whole store says of itself."""

    kind: str
    layout: int
    records: dict[str, int]  # by table
    size: int  # bytes
    txn: int  # the latest transaction


class _Head(NamedTuple):
    """One of the two pages that a transaction is committed with, in turn."""

    page_size: int
    last_page: int
    txn: int


def is_whole(key: bytes, value: bytes) -> bool:
    """Whether a record is what was written under this key."""
    return zlib.crc32(value, zlib.crc32(key)) == RESIDUE


def inspect(folder: Path, state: State) -> Findings:
    """Walk the whole store. Raises Unsound, or ends the process where the file is bad enough."""
    data = folder / DATA_FILE
    if not folder.exists():
        raise Unsound("missing", "nothing")
    if not folder.is_dir():
        raise Unsound("foreign", "a file")
    if not data.exists():
        raise Unsound("missing", "a folder without a store")
    ours = (folder / LOCK_FILE).exists()
    try:
        needed, size = _check_header(data), data.stat().st_size
        if state == "resting" and (size <= BYTE_WALK_LIMIT or size < needed):
            _check_pages(data, needed)
        return _walk(folder, size)
    except lmdb.Error as error:
        if error.code in FORBIDDEN:  # of its lock, which a reader writes
            raise Unsound("forbidden", os.strerror(error.code).lower()) from error
        raise Unsound("damaged", str(error)) from error
    except Unsound as unsound:
        if unsound.kind == "foreign" and ours:
            raise Unsound("damaged", f"it lies in a store's folder but is {unsound}") from unsound
        raise


def _check_header(data: Path) -> int:
    """Compare the two head pages, which LMDB takes at their word; how many bytes they tell of."""
    for _ in range(10):  # a running writer may change them between two looks
        heads = _read_heads(data)
        if abs(heads[0].txn - heads[1].txn) == 1 or heads[0].txn == heads[1].txn == 0:
            break
    else:
        raise Unsound("damaged", "its two head pages do not follow each other")
    newest = max(heads, key=lambda head: head.txn)
    return (newest.last_page + 1) * newest.page_size


def _read_heads(data: Path) -> tuple[_Head, _Head]:
    with data.open("rb") as file:
        start = file.read(2 * _LARGEST_PAGE)
    first = _head(start)
    if first is None:
        # A whole second head tells a store whose start was overwritten from a foreign file.
        sizes = (1 << n for n in range(_SMALLEST_PAGE.bit_length() - 1, 17))
        if any(_head(start[size:]) is not None for size in sizes):
            raise Unsound("damaged", "its first page is overwritten")
        raise Unsound("foreign", "no LMDB 0.9 file" if start else "an empty file")
    second = _head(start[first.page_size :])
    if second is None:
        raise Unsound("damaged", "its second page is cut off or overwritten")
    return first, second


def _head(page: bytes) -> _Head | None:
    if len(page) < _META_PAGE.size:
        return None
    magic, format_, _, page_size, last_page, txn = _META_PAGE.unpack_from(page)
    if magic != _MAGIC or format_ != _FORMAT:
        return None
    if not _SMALLEST_PAGE <= page_size <= _LARGEST_PAGE or page_size & (page_size - 1):
        return None
    return _Head(page_size, last_page, txn)


def _check_pages(data: Path, needed: int) -> None:
    """Walk pages and free list without LMDB, which never looks at all of them."""
    try:
        problems = verify(str(data), subdir=False)  # type: ignore[no-untyped-call]  # it has no stub
    except VerifyError as error:
        problems = [str(error)]
    size = data.stat().st_size
    if problems and size < needed:  # pages at the end may be missing if they are free
        raise Unsound("damaged", f"it is cut off at {size} of {needed} bytes")
    if problems:
        raise Unsound("damaged", problems[0])


def _walk(folder: Path, size: int) -> Findings:
    with lmdb.open(
        str(folder), map_size=0, readonly=True, mode=0o600, create=False, max_dbs=64
    ) as environment:
        names = environment.dbs()
        if META not in names:
            raise Unsound("foreign", "an LMDB file of another program")
        tables = {name: environment.open_db(name, create=False) for name in names}
        with environment.begin() as txn:
            _walk_table(txn, META, tables[META])  # a layout that has rotted is none to go by
            meta = {key: text_of(record) for key, record in txn.cursor(tables[META])}
            if not {KIND, LAYOUT} <= meta.keys():
                raise Unsound("foreign", "an LMDB file of another program")
            kind, layout, number = meta[KIND], int(meta[LAYOUT]), txn.id()
            if layout > NEWEST:  # what else holds of it, only a newer program knows
                return Findings(kind, layout, {}, size, number)
            records = {_text(name): _walk_table(txn, name, tables[name]) for name in names}
    if meta[NAMES] != " ".join(sorted(records)):
        raise Unsound("damaged", f"its tables are {sorted(records)}, not {meta[NAMES]}")
    if meta[TXN] != str(number):
        raise Unsound("damaged", f"its head says transaction {number}, its records {meta[TXN]}")
    if any(any(table.flags().values()) for table in tables.values()):
        raise Unsound("damaged", "a table is sorted in another way")
    return Findings(kind, layout, records, size, number)


def text_of(record: bytes) -> str:
    """What a record of the meta table says; it starts with its tag and ends in its checksum."""
    return _text(record[1:-CHECKSUM_BYTES])


def _text(written: bytes) -> str:
    return written.decode(errors="replace")


def _walk_table(txn: Any, name: bytes, table: Any) -> int:
    table_name, count, before = _text(name), 0, b""
    find = txn.cursor(table).set_key
    for key, value in txn.cursor(table):
        if key <= before:
            raise Unsound("damaged", f"the keys of table {table_name} are out of order")
        if not is_whole(key, value):
            raise Unsound("damaged", f"record {key.hex()} of table {table_name} has rotted")
        if not find(key):  # a rotten signpost leads past it: the walk sees it, a look-up does not
            raise Unsound("damaged", f"record {key.hex()} of table {table_name} is not found")
        count, before = count + 1, key
    expected = txn.stat(table)["entries"]
    if count != expected:
        raise Unsound("damaged", f"table {table_name} has {count} of its {expected} records")
    return count


def main(folder: str, state: str) -> None:
    """Print what was found as one JSON object."""
    try:
        found = inspect(Path(folder), next(s for s in get_args(State) if s == state))._asdict()
    except Unsound as unsound:
        found = {"unsound": unsound.kind, "detail": unsound.detail}
    except OSError as error:
        kind = "forbidden" if error.errno in FORBIDDEN else "unreadable"
        found = {"unsound": kind, "detail": (error.strerror or str(error)).lower()}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
