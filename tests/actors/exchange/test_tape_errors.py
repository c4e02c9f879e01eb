"""Every way in which a file of candles can be wrong: which error, where, and what to do."""

import os
import socket
from pathlib import Path

import pytest

from benthic.actors.exchange.tape import (
    BadHeader,
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
    UnreadableFile,
    WrongTimeFrame,
    read_tape,
)
from benthic.actors.exchange.tape.csvfile import read_csv
from benthic.actors.exchange.tape.detect import unreadable
from benthic.actors.exchange.tape.progress import unseen
from benthic.actors.market.timeframe import TimeFrame
from benthic.runtime import UsageError

START = 1_609_459_200_000  # 2021-01-01
MINUTE = 60_000
HEADER = "timestamp,open,high,low,close,volume"
VALUES = "1.25,2.5,0.5,1.75,1e3"


def read(path: Path, data: str | bytes, frame: str = "1m", *, gaps: Gaps = Gaps.REFUSE) -> Tape:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_tape(path, symbol="BTC/USDT", frame=TimeFrame.parse(frame), gaps=gaps)


def text_with(row: str, *, at: int = 5, count: int = 9) -> str:
    """A sound file but for its line `at`, which is `row`."""
    rows = [HEADER, *(f"{START + MINUTE * index},{VALUES}" for index in range(count))]
    rows[at - 1] = row
    return "\n".join(rows) + "\n"


def at_times(*minutes: float) -> str:
    return "\n".join((HEADER, *(f"{START + int(MINUTE * at)},{VALUES}" for at in minutes), ""))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "candles.csv"


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (f"{START + 180_000},1,2,0.5,1.5", None, "5 fields where there should be 6"),
        (f"{START + 180_000},1,2,0.5,1.5,10,11", None, "7 fields where there should be 6"),
        ("oops", None, "1 fields where there should be 6: 'oops'"),
        (f'{START + 180_000},1,2,0.5,"1.5,10', None, "cannot be split"),
        (f"{START + 180_000},1,2,abc,1.5,10", "low", "low 'abc' is not a number"),
        (f"{START + 180_000},1,2,,1.5,10", "low", "low is empty"),
        (f"{START + 180_000},1_000,2,1,1.5,10", "open", "open '1_000' is not a number"),
        (f"{START + 180_000},1,2,0x1,1.5,10", "low", "low '0x1' is not a number"),
        (f"{START + 180_000},1,2,0.5,1.5,\u0661", "volume", "is not a number"),
        (f"{START + 180_000},1,\x1b[31m2,1,1,1", "high", r"high '\x1b[31m2' is not a number"),
        (f"{START + 180_000},1,{'9' * 50}x,1,1,1", "high", f"high '{'9' * 37}...' is not"),
        (f"{START // 1000 + 180},1,2,0.5,1.5,10", "timestamp", "is not a time in ms since 1970"),
        (f"{START + 180_000}.5,1,2,0.5,1.5,10", "timestamp", "to the whole ms"),
        (f"{START + 180_000}_0,1,2,0.5,1.5,10", "timestamp", "is not a time"),
        ("2021-01-01 00:03:00,1,2,0.5,1.5,10", "timestamp", "is not a time in ms since 1970"),
        ("nan,1,2,0.5,1.5,10", "timestamp", "timestamp 'nan' is not a time"),
        (",1,2,0.5,1.5,10", "timestamp", "timestamp '' is not a time"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_row_that_cannot_be_read_is_named_with_its_text(
    path: Path, row: str, column: str | None, problem: str
) -> None:
    with pytest.raises(BrokenRow) as caught:
        read(path, text_with(row))

    assert str(caught.value).startswith(f"{path}:5: ")
    assert problem in str(caught.value)
    assert (caught.value.path, caught.value.line, caught.value.column) == (str(path), 5, column)


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ("nan,2,0.5,1.5,10", "open", "open nan is not a finite number"),
        ("1,inf,0.5,1.5,10", "high", "high inf is not a finite number"),
        ("1,2,0.5,1.5,nan", "volume", "volume nan is not a finite number"),
        ("1,2,0.5,1e999,10", "close", "close inf is not a finite number"),
        ("1,2,-0.5,1.5,10", "low", "low -0.5 is not above 0"),
        ("0,2,0.5,1.5,10", "open", "open 0.0 is not above 0"),
        ("1,2,0.5,1.5,-10", "volume", "volume -10.0 is below 0"),
        ("1,0.4,0.5,1.5,10", "high", "high 0.4 is below the low 0.5"),
        ("1,2,0.5,2.5,10", "close", "close 2.5 is above the high 2.0"),
        ("1,2,0.5,0.25,10", "close", "close 0.25 is below the low 0.5"),
        ("3,2,0.5,1.5,10", "open", "open 3.0 is above the high 2.0"),
        ("0.1,2,0.5,1.5,10", "open", "open 0.1 is below the low 0.5"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_numbers_that_no_market_gives_are_refused(
    path: Path, row: str, column: str, problem: str
) -> None:
    with pytest.raises(ImpossibleCandle) as caught:
        read(path, text_with(f"{START + 180_000},{row}"))

    assert str(caught.value).startswith(f"{path}:5: {problem}; ")
    assert (caught.value.line, caught.value.column) == (5, column)


@pytest.mark.parametrize(
    ("minutes", "line", "problem"),
    [
        ((0, 1, 2, 1, 4), 5, "backwards, from 2021-01-01 00:02:00 to 2021-01-01 00:01:00"),
        ((0, 1, 2, 2, 3), 5, "a second candle of 2021-01-01 00:02:00"),
        ((4, 3, 2, 1, 0), 3, "time goes backwards"),
        ((0, 0), 3, "a second candle"),
        ((0, 1, 2, 3.5, 4), 5, "90s after the one before, and that is no multiple of 1m"),
    ],
    ids=["back", "twice", "newest first", "two rows", "off the grid"],
)
def test_times_out_of_order_are_refused(
    path: Path, minutes: tuple[float, ...], line: int, problem: str
) -> None:
    for gaps in Gaps:
        with pytest.raises(TimeDisorder, match=problem) as caught:
            read(path, at_times(*minutes), gaps=gaps)
        assert caught.value.line == line


def test_times_outside_the_calendar_are_refused(path: Path) -> None:
    with pytest.raises(TimeDisorder, match="outside the years 1970 to 9998"):
        read(path, f"{HEADER}\n1969-12-31 23:59,{VALUES}\n1970-01-01 00:00,{VALUES}\n")


def at_minutes() -> str:
    rows = (f"2021-01-01 00:0{minute}:00,{VALUES}" for minute in range(9))
    return "\n".join((HEADER, *rows, ""))


@pytest.mark.parametrize(
    "time",
    [
        "2021-01-01 00:02:60",
        "2021-13-01 00:02:00",
        "2021-02-29 00:02:00",
        "2021-01-01 00:02:00Z",
        "2021-01-01 00:02:000",
        "2021/01/01 00:02:00",
        "01.01.2021 00:02:00",
        "2021-01-01 00:02:0x",
        "now",
        "1609459320000",
        "",
    ],
)
def test_a_text_that_is_no_time_is_named_whatever_its_neighbours(path: Path, time: str) -> None:
    rows = at_minutes()
    with pytest.raises(BrokenRow, match=r":4: timestamp '.*' is not a time like '2021-01-01 00:00"):
        read(path, rows.replace("2021-01-01 00:02:00", time))


@pytest.mark.parametrize(
    "time", ["20210101", "3", "-1", "1e30", "2021-01-01 00:0000", "01.01.2021", "12:00", "now"]
)
def test_a_first_time_that_tells_no_way_of_writing_is_refused(path: Path, time: str) -> None:
    with pytest.raises(BrokenRow, match=f":2: timestamp '{time}' is not a time; write UTC as"):
        read(path, f"{HEADER}\n{time},{VALUES}\n")


def test_a_gap_names_the_line_after_it_the_count_and_the_way_out(path: Path) -> None:
    with pytest.raises(Gap) as caught:
        read(path, at_times(0, 1, 2, 6, 7))

    assert str(caught.value) == (
        f"{path}:5: 3 candles of 1m are missing between 2021-01-01 00:02:00 and "
        "2021-01-01 00:06:00; record the missing time, or accept gaps (gaps=Gaps.ALLOW)"
    )
    assert (caught.value.line, caught.value.missing) == (5, 3)


def test_one_missing_candle_is_counted_in_the_singular(path: Path) -> None:
    with pytest.raises(Gap, match=r":3: 1 candle of 1m is missing"):
        read(path, at_times(0, 2, 3, 4))


@pytest.mark.parametrize(
    ("minutes", "asked", "found"),
    [
        ((0, 5, 10, 15), "1m", "5m"),
        ((0, 5, 10, 25, 30), "1m", "5m"),
        ((0, 1, 2, 3), "1h", "1m"),
        ((0, 1.5, 3), "1m", "90s"),
        ((0, 60, 120), "1M", "1h"),
        ((0, 0.001, 0.002), "1s", "60ms"),
    ],
    ids=str,
)
def test_a_wrong_time_frame_says_which_one_it_looks_like(
    path: Path, minutes: tuple[float, ...], asked: str, found: str
) -> None:
    for gaps in Gaps:
        with pytest.raises(WrongTimeFrame, match=f"looks like {found}") as caught:
            read(path, at_times(*minutes), asked, gaps=gaps)
        assert (caught.value.asked, caught.value.found, caught.value.line) == (asked, found, 3)


def test_candles_of_months_are_told_from_days(path: Path) -> None:
    with pytest.raises(WrongTimeFrame, match="looks like 1M"):
        read(path, at_times(0, 44_640, 84_960), "1d")


def test_two_candles_far_apart_show_a_frame_unless_gaps_are_allowed(path: Path) -> None:
    with pytest.raises(WrongTimeFrame, match="looks like 5m"):
        read(path, at_times(0, 5))

    assert len(read(path, at_times(0, 5), gaps=Gaps.ALLOW)) == 2


def test_the_first_line_that_is_wrong_is_the_one_that_is_named(path: Path) -> None:
    text = text_with(f"{START + 180_000},-1,2,0.5,1.5,10")
    with pytest.raises(ImpossibleCandle, match=":5: "):
        read(path, text.replace(f"{START + 7 * MINUTE}", f"{START}"))
    with pytest.raises(TimeDisorder, match=":4: "):
        read(path, text.replace(f"{START + 2 * MINUTE}", f"{START}"))


def test_blank_lines_and_blocks_do_not_shift_the_line_that_is_named(path: Path) -> None:
    rows = [f"{START + MINUTE * index},{VALUES}" for index in range(15_000)]
    rows[1] += "\n"
    rows[12_000] = f"{START + MINUTE * 12_000},1,2,3,1.5,10"
    text = "\n".join((HEADER, *rows, ""))
    with pytest.raises(ImpossibleCandle, match=":12003: high"):
        read(path, text)
    with pytest.raises(BrokenRow, match=":14003: open 'x'"):
        read(path, text.replace(f"{START + MINUTE * 14_000},1.25", f"{START + MINUTE * 14_000},x"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("\n \n", "the file is blank"),
        (HEADER, "has no candles"),
        (f"{HEADER}\n\n\n", "has no candles"),
        ("\ufeff", "the file is blank"),
        ("\ufeff\n", "the file is blank"),
    ],
    ids=[
        "empty",
        "blank",
        "header only",
        "header and blank lines",
        "only a byte order mark",
        "mark and line",
    ],
)
def test_a_file_without_candles_is_refused(path: Path, text: str, problem: str) -> None:
    with pytest.raises(EmptyTape) as caught:
        read(path, text)

    assert str(caught.value).startswith(f"{path}: {problem}; ")
    assert (caught.value.line, caught.value.row) == (None, None)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("timestamp,open,high,low,klose,volume", "has no column close"),
        ("timestamp,open,high,low,open,close,volume", "has more than one column open"),
        ("open,high,low,close,volume", "has no column for the time"),
        ("timestamp,date,open,high,low,close,volume", "several columns for the time"),
        (HEADER.replace(",", ";"), "not separated by commas"),
        (f"{START},{VALUES}", "data without a header, in 6 columns"),
        ('timestamp,"open', "cannot be split"),
        ("hello world", "has no column for the time"),
        ("x" * 70_000, "has no column for the time"),
    ],
    ids=lambda value: value[:30],
)
def test_a_header_that_does_not_tell_the_columns_is_refused(
    path: Path, header: str, problem: str
) -> None:
    with pytest.raises(BadHeader) as caught:
        read(path, f"{header}\n{START},{VALUES}\n")

    assert str(caught.value).startswith(f"{path}:1: ")
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 400 + len(str(path))


def test_a_line_without_an_end_is_refused_before_it_fills_the_memory(path: Path) -> None:
    with pytest.raises(BrokenRow, match="a line of more than 65536 characters: 'xxx"):
        read(path, f"{HEADER}\n" + "x" * 400_000)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x7fELF\x02\x01\x01\0\0", "the file is binary"),
        (b"time,\x02open\nrest", "the file is binary"),
        (b'\n{"candles": 1}', "the file is JSON"),
        (HEADER.encode("utf-16"), "the text is in UTF-16"),
        (HEADER.encode("utf-16-le"), "the file is binary"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_file_of_another_kind_is_told_apart(path: Path, data: bytes, problem: str) -> None:
    with pytest.raises(ForeignFile) as caught:
        read(path, data)

    assert str(caught.value).startswith(f"{path}: ")
    assert problem in str(caught.value)


def test_text_that_is_not_utf8_is_refused_where_it_matters(path: Path) -> None:
    with pytest.raises(BadHeader, match=r"'caf\\xe9,t.* is not in UTF-8; save the file as UTF-8"):
        read(path, f"caf\xe9,{HEADER}\n".encode("latin-1"))
    with pytest.raises(BrokenRow, match=r":5: high '2\\xa0000' is not a number"):
        read(path, text_with(f"{START + 180_000},1,2\xa0000,1,1,1").encode("latin-1"))


def test_what_cannot_be_opened_is_named_as_the_user_wrote_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusal(path: str) -> str:
        with pytest.raises(UnreadableFile) as caught:
            read_tape(path, symbol="BTC/USDT", frame=TimeFrame.parse("1m"))
        assert caught.value.path == path
        return str(caught.value)

    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")

        assert refusal("none.csv") == "none.csv: there is no such file; check the name"
        assert refusal(".") == ".: this is a directory; name one file in it"
        assert refusal("pipe").startswith("pipe: this is a device or a pipe; save")
        assert refusal("socket").startswith("socket: this is a device or a pipe; save")
        assert refusal("/dev/null").startswith("/dev/null: this is a device or a pipe")
        assert "it cannot be read (Input/output error)" in refusal("/proc/self/mem")
        assert "it cannot be read (File name too long)" in refusal("x" * 300)
        assert "it cannot be read (embedded null byte)" in refusal("a\0b")
        assert "it cannot be read (Not a directory)" in refusal("/dev/null/x")


@pytest.mark.parametrize(
    ("path", "problem"),
    [("none.csv", "there is no such file"), ("/proc/self/mem", "it cannot be read (Input/output")],
    ids=["gone", "failing disk"],
)
def test_a_file_may_fail_after_it_was_recognised(path: str, problem: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read_csv(path, unseen)

    assert str(caught.value).startswith(f"{path}: {problem}")


def test_a_file_that_may_not_be_read_says_so() -> None:
    error = unreadable("candles.csv", PermissionError(13, "Permission denied"))

    assert str(error).startswith("candles.csv: reading it is not allowed; give this user the right")


@pytest.mark.parametrize("kind", TapeError.__subclasses__())
def test_each_error_is_an_error_of_usage(kind: type[TapeError]) -> None:
    assert issubclass(kind, UsageError)
    assert kind.__doc__


@pytest.mark.parametrize("cut", range(1, len(VALUES) + 1))
def test_a_file_that_is_cut_in_its_last_line_is_refused(path: Path, cut: int) -> None:
    text = at_times(0, 1, 2)
    with pytest.raises(DamagedFile, match=r"candles\.csv:4: the last line does not end") as caught:
        read(path, text[:-cut])

    assert "end the line with a newline if it is whole" in str(caught.value)
