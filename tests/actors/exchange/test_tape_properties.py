"""Whatever is in a file, reading it gives a sound tape or one error that names the place."""

import json
import random
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.tape import (
    Columns,
    Gap,
    Gaps,
    ImpossibleCandle,
    Tape,
    TapeError,
    TimeDisorder,
    WrongTimeFrame,
    read_tape,
)
from benthic.actors.exchange.tape.times import time_format
from benthic.actors.market.candle import Candle, fault_of
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import Millis

START = 1_609_459_200_000  # 2021-01-01
MINUTE = 60_000
ONE_MINUTE = TimeFrame.parse("1m")
HEADERS = ["", "timestamp,open,high,low,close,volume\n", "date,close,low,high,open,volume,note\n"]
SOUND = "timestamp,open,high,low,close,volume\n" + "".join(
    f"{START + MINUTE * index},1.25,2.5,0.5,1.75,1e3\n" for index in range(8)
)
SNIPPETS = [
    b"",
    b",",
    b"\n",
    b"\r",
    b'"',
    b"_",
    b"-",
    b"e",
    b" ",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"nan",
    b"inf",
    b"1e400",
    b"0",
    b"9" * 30,
    b"2021-01-01 00:00:00",
    "\u0661\u2028".encode(),
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "candles.csv"


def tape_or_error(path: Path, data: bytes, *, gaps: Gaps = Gaps.REFUSE) -> Tape | TapeError:
    """What reading gives; any error but a TapeError passes through and fails the test."""
    path.write_bytes(data)
    try:
        return read_tape(path, symbol="BTC/USDT", frame=ONE_MINUTE, gaps=gaps)
    except TapeError as error:
        return error


def check_outcome(path: Path, data: bytes, outcome: Tape | TapeError) -> None:
    if isinstance(outcome, Tape):
        for block in outcome.blocks():
            assert not any(map(fault_of, block))
        assert (np.diff(outcome.open_times) == MINUTE).all()
        return
    line_ends = len(re.findall(rb"\r\n|\r|\n", data))
    assert outcome.path == str(path)
    assert outcome.line is None or 1 <= outcome.line <= line_ends + 1
    assert str(outcome).startswith(str(path))
    assert str(outcome).removeprefix(str(path)).isprintable()


@given(header=st.sampled_from(HEADERS), data=st.binary(max_size=300))
def test_no_bytes_break_the_reader(path: Path, header: str, data: bytes) -> None:
    whole = header.encode() + data

    check_outcome(path, whole, tape_or_error(path, whole))


@settings(max_examples=300)
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(SNIPPETS)),
        min_size=1,
        max_size=4,
    )
)
def test_no_damage_to_a_sound_file_breaks_the_reader(
    path: Path, changes: list[tuple[int, int, bytes]]
) -> None:
    data = SOUND.encode()
    for start, length, snippet in changes:
        data = data[:start] + snippet + data[start + length :]

    check_outcome(path, data, tape_or_error(path, data))


@given(
    header=st.permutations(["ts", "open", "high", "low", "close", "volume"]),
    rows=st.lists(
        st.lists(
            st.sampled_from(["1", "2.5", " 3", "", "nan", "-1", "1_0", "x", "1e-3", "0"]),
            min_size=5,
            max_size=6,
        ),
        min_size=1,
        max_size=6,
    ),
    own_time=st.booleans(),
)
def test_the_fast_and_the_careful_way_of_reading_agree(
    path: Path, header: list[str], rows: list[list[str]], own_time: object
) -> None:
    for index, row in enumerate(rows):
        if own_time and len(row) == len(header):
            row[header.index("ts")] = str(START + MINUTE * index)
    fast = "".join(",".join(row) + "\n" for row in (header, *rows))
    careful = "".join(",".join(f'"{field}"' for field in row) + "\n" for row in (header, *rows))
    one, other = (tape_or_error(path, text.encode()) for text in (fast, careful))

    if isinstance(one, Tape) and isinstance(other, Tape):
        assert [list(block) for block in one.blocks()] == [list(block) for block in other.blocks()]
    else:
        assert (type(one), getattr(one, "line", 0)) == (type(other), getattr(other, "line", 0))


@given(
    texts=st.lists(
        st.from_regex(
            r"20[0-2]\d-(0\d|1[0-3])-[0-3]\d"
            r"([ T][0-2]\d:[0-6]\d(:[0-6]\d(\.\d{1,7})?)?(Z|\+00:00)?)?",
            fullmatch=True,
        ),
        min_size=2,
        max_size=3,
    )
)
def test_times_are_read_alike_together_and_one_by_one(texts: list[str]) -> None:
    form = time_format(texts[0])
    if form is None:
        return
    try:
        together = form.parse(texts).tolist()
    except ValueError:
        together = None
    try:
        singly = [int(form.parse([f" {text}"])[0]) for text in texts]
    except ValueError:
        singly = None

    assert together == singly


values = st.sampled_from([1.0, 2.0, 3.0, 0.0, -1.0, float("nan"), float("inf")])


@given(rows=st.lists(st.tuples(*[values] * 5), min_size=1, max_size=6))
def test_columns_are_judged_as_candles_are(rows: list[tuple[float, ...]]) -> None:
    times = START + MINUTE * np.arange(len(rows))
    columns = Columns(times, *(np.array(column) for column in zip(*rows, strict=True)))
    wrong = [index for index, row in enumerate(rows) if fault_of(Candle(Millis(START), *row))]
    if not wrong:
        assert len(Tape("BTC/USDT", ONE_MINUTE, columns)) == len(rows)
        return
    with pytest.raises(ImpossibleCandle) as caught:
        Tape("BTC/USDT", ONE_MINUTE, columns)
    assert caught.value.row == wrong[0] + 1


@given(steps=st.lists(st.sampled_from([1, 1, 1, 1, 1, 2, 5, 0, -1, 0.5]), min_size=9, max_size=20))
def test_times_are_judged_as_by_walking_along_them(steps: list[float]) -> None:
    times = (START + MINUTE * np.cumsum([0, *steps])).astype(np.int64)
    columns = Columns(times, *(np.ones(len(times)) for _ in range(5)))
    forward = [step for step in steps if step > 0]
    is_mostly_minutes = all(forward.count(1) >= forward.count(step) for step in forward)
    expected: tuple[type[TapeError], int] | None = None
    goes_back = min(steps) <= 0  # told first: rows out of order look like gaps
    for row, step in enumerate(steps, start=2):
        if step <= 0 if goes_back else step != 1:
            kind: type[TapeError] = TimeDisorder if step <= 0 or step % 1 else Gap
            expected = (kind if step <= 0 or is_mostly_minutes else WrongTimeFrame), row
            break
    try:
        Tape("BTC/USDT", ONE_MINUTE, columns)
        found = None
    except TapeError as error:
        found = type(error), error.row

    assert found == expected


@given(seed=st.integers(0, 2**32), flips=st.integers(1, 40))
def test_no_damage_to_a_database_breaks_the_reader(path: Path, seed: int, flips: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    data = bytearray(a_database(path.with_name("sound.data")))
    for _ in range(flips):
        start = chance.choice([0, 100, chance.randrange(len(data)), len(data) - 600])
        data[min(start + chance.randrange(120), len(data) - 1)] = chance.randrange(256)
    outcome = tape_or_error(path, bytes(data), gaps=Gaps.ALLOW)

    if isinstance(outcome, TapeError):
        assert str(outcome).startswith(str(path))


def a_database(path: Path) -> bytes:
    """A sound OctoBot history of 40 candles, written once."""
    if not path.exists():
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("PRAGMA page_size = 1024")
            database.execute(
                "CREATE TABLE ohlcv "
                "(timestamp, exchange_name, cryptocurrency, symbol, time_frame, candle)"
            )
            database.executemany(
                "INSERT INTO ohlcv VALUES (?, 'binance', 'BTC', 'BTC/USDT', '1m', ?)",
                [
                    (opened + 60, json.dumps([opened, 1.25, 2.5, 0.5, 1.75, 3]))
                    for opened in range(START // 1000, START // 1000 + 2400, 60)
                ],
            )
    return path.read_bytes()
