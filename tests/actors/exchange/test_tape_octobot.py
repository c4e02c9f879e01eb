"""Reading OctoBot's SQLite history: what it gives, and each way in which it can be wrong."""

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.exchange.tape import (
    BrokenRow,
    DamagedFile,
    EmptyTape,
    ForeignFile,
    Gap,
    Gaps,
    ImpossibleCandle,
    Tape,
    TapeError,
    TimeDisorder,
    UnknownSeries,
    read_tape,
)
from benthic.actors.market.timeframe import TimeFrame

START = 1_609_459_200  # s, 2021-01-01
HOUR = 3600
TABLE = (
    "CREATE TABLE ohlcv (timestamp datetime, exchange_name text, cryptocurrency text, "
    "symbol text, time_frame text, candle)"
)
Row = tuple[Any, Any, Any, Any, Any, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.data"


def a_row(
    hour: float,
    *,
    candle: object = None,
    stamp: object = None,
    symbol: object = "BTC/USDT",
    exchange: object = "binance",
) -> Row:
    opened = START + hour * HOUR
    if candle is None:
        candle = json.dumps([opened, 1.25, 2.5, 0.5, 1.75, 1000])
    return (opened + HOUR if stamp is None else stamp, exchange, "BTC", symbol, "1h", candle)


def write(path: Path, rows: Iterable[Row], *, table: str = TABLE) -> Path:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(table)
        database.executemany("INSERT INTO ohlcv VALUES (?, ?, ?, ?, ?, ?)", rows)
    return path


def read(path: Path, *, symbol: str = "BTC/USDT", frame: str = "1h", allow: str = "") -> Tape:
    gaps = Gaps.ALLOW if allow else Gaps.REFUSE
    return read_tape(path, symbol=symbol, frame=TimeFrame.parse(frame), gaps=gaps)


def test_a_series_is_read_in_time_order_whatever_its_rows_order(path: Path) -> None:
    other = a_row(0, symbol="ETH/USDT", candle="nonsense of another series")
    tape = read(write(path, [a_row(2), other, a_row(0), a_row(1.0)]))

    assert tape.open_times.tolist() == [(START + HOUR * hour) * 1000 for hour in range(3)]
    assert tape.candle(0).volume == 1000.0
    assert tape.candle(0).close == 1.75


def test_a_long_series_is_read_in_batches_with_progress(path: Path) -> None:
    write(path, (a_row(hour) for hour in range(9_000)))
    seen: list[tuple[int, int]] = []
    tape = read_tape(
        path,
        symbol="BTC/USDT",
        frame=TimeFrame.parse("1h"),
        progress=lambda done, total: seen.append((done, total)),
    )

    assert len(tape) == 9_000
    assert seen == [(4096, 9_000), (8192, 9_000), (9_000, 9_000)]


def test_to_octobot_every_month_ends_after_thirty_days(path: Path) -> None:
    opened = [START, START + 31 * 86_400]
    rows = [
        (at + 30 * 86_400, "binance", "BTC", "BTC/USDT", "1M", json.dumps([at, 1, 1, 1, 1, 0]))
        for at in opened
    ]
    tape = read(write(path, rows), frame="1M")

    assert tape.close_times.tolist()[0] == opened[1] * 1000


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (a_row(1, candle="[1, 2"), "candle", "candle '[1, 2' is not [opened in s, open, "),
        (a_row(1, candle="[1, 2, 3, 4, 5]"), "candle", "is not [opened in s"),
        (a_row(1, candle='["1", 2, 3, 4, 5, 6]'), "candle", "is not [opened in s"),
        (a_row(1, candle="[NaN, 2, 3, 4, 5, 6]"), "candle", "is not [opened in s"),
        (a_row(1, candle=7), "candle", "candle '7' is not [opened in s"),
        (a_row(1, candle=b"\xff\x00"), "candle", r"candle '\xff\x00' is not [opened in s"),
        (a_row(1, candle="[-1, 2, 3, 4, 5, 6]"), "timestamp", "has no time in s"),
        (a_row(1, candle=f"[{START}000, 2, 3, 4, 5, 6]"), "timestamp", "has no time in s"),
        (a_row(1, stamp="later"), "timestamp", "timestamp 'later' or candle"),
        (a_row(1, stamp=START + HOUR), "timestamp", "cannot have timestamp 2021-01-01 01:00:00"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_row_that_cannot_be_read_is_named_with_its_text(
    path: Path, row: Row, column: str, problem: str
) -> None:
    write(path, [a_row(0), row, a_row(2)])
    with pytest.raises(BrokenRow) as caught:
        read(path)

    assert str(caught.value).startswith(f"{path}, table ohlcv, row 2: ")
    assert problem in str(caught.value)
    assert (caught.value.table, caught.value.row, caught.value.column) == ("ohlcv", 2, column)


def test_a_row_without_a_candle_is_broken(path: Path) -> None:
    write(path, [(START + HOUR, "binance", "BTC", "BTC/USDT", "1h", None)])
    with pytest.raises(BrokenRow, match="candle 'None' is not"):
        read(path)


@pytest.mark.parametrize(
    ("rows", "error", "problem"),
    [
        ([a_row(0), a_row(1), a_row(1)], TimeDisorder, "row 3: a second candle of 2021-01-01 01"),
        ([a_row(0), a_row(1), a_row(3)], Gap, "row 3: 1 candle of 1h is missing"),
        (
            [a_row(0, candle=f"[{START}, 1, 2, 0.5, -1, 3]")],
            ImpossibleCandle,
            "row 1: close -1.0 is not above 0",
        ),
    ],
    ids=["twice", "gap", "negative"],
)
def test_what_holds_of_candles_holds_here_too(
    path: Path, rows: list[Row], error: type[TapeError], problem: str
) -> None:
    with pytest.raises(error, match=problem):
        read(write(path, rows))


@pytest.mark.parametrize(
    ("symbol", "frame"),
    [("DOGE/USDT", "1h"), ("BTC/USDT", "4h"), ("\udc80", "1h"), ("x'; DROP TABLE ohlcv", "1h")],
    ids=["symbol", "frame", "no text", "quotes"],
)
def test_a_series_that_is_not_there_lists_those_that_are(
    path: Path, symbol: str, frame: str
) -> None:
    write(path, [a_row(0), a_row(0, symbol="ETH/BTC"), a_row(0, symbol=b"\xff")])
    with pytest.raises(UnknownSeries, match="choose one of BTC/USDT 1h, ETH/BTC 1h, ") as caught:
        read(path, symbol=symbol, frame=frame)

    assert caught.value.available == ("BTC/USDT 1h", "ETH/BTC 1h", r"\xff 1h")


def test_a_series_of_two_exchanges_is_ambiguous(path: Path) -> None:
    write(path, [a_row(0), a_row(1, exchange="kraken"), a_row(2, exchange=None)])
    with pytest.raises(UnknownSeries, match="recorded at None and binance and kraken"):
        read(path)


def test_a_table_without_rows_is_an_empty_tape(path: Path) -> None:
    with pytest.raises(EmptyTape, match="table ohlcv: has no candles"):
        read(write(path, []))


@pytest.mark.parametrize(
    "table",
    ["CREATE TABLE trades (a, b)", "CREATE TABLE ohlcv (a, b, c, d, e, f)"],
    ids=["other table", "other columns"],
)
def test_a_database_of_another_program_is_told_apart(path: Path, table: str) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(table)
    with pytest.raises(ForeignFile, match="without OctoBot's table ohlcv"):
        read(path)


@pytest.mark.parametrize("kept", [17, 100, 4096, 0.5, 0.9], ids=str)
def test_a_file_that_was_cut_short_is_damaged(path: Path, kept: float) -> None:
    write(path, (a_row(hour) for hour in range(3_000)))
    data = path.read_bytes()
    path.write_bytes(data[: int(kept if kept > 1 else len(data) * kept)])
    with pytest.raises(DamagedFile, match=r"SQLite cannot read it .*copy it again, whole"):
        read(path)


def test_a_file_that_another_program_locks_says_so(path: Path) -> None:
    write(path, [a_row(0)])
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DamagedFile, match=r"database is locked.*being written"):
            read(path)


def test_reading_leaves_the_file_and_its_folder_as_they_were(path: Path) -> None:
    before = write(path, [a_row(0)]).read_bytes()
    read(path)

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_name_with_signs_of_an_address_is_only_a_name(tmp_path: Path) -> None:
    assert len(read(write(tmp_path / "a?b#c%20 d.data", [a_row(0)]))) == 1
