"""Reading CSV: the ways in which files write columns, times and numbers, and what they give."""

import re
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from benthic.actors.exchange.tape import Columns, Gaps, Tape, read_tape
from benthic.actors.market.timeframe import TimeFrame

START = 1_609_459_200_000  # 2021-01-01
MINUTE = 60_000
HEADER = "timestamp,open,high,low,close,volume"
VALUES = "1.25,2.5,0.5,1.75,1e3"


def read(folder: Path, text: str | bytes, frame: str = "1m", *, gaps: Gaps = Gaps.REFUSE) -> Tape:
    """The tape in a file with this text."""
    path = folder / "candles.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_tape(path, symbol="BTC/USDT", frame=TimeFrame.parse(frame), gaps=gaps)


def lines(*times: object, header: str = HEADER) -> str:
    return "\n".join((header, *(f"{time},{VALUES}" for time in times), ""))


def dump_line(opened: int) -> str:
    return f"{opened},{VALUES},{opened + 59_999},12.5,79,19.5,0.5,0"


def columns_of(tape: Tape) -> Columns:
    return Columns(tape.open_times, tape.opens, tape.highs, tape.lows, tape.closes, tape.volumes)


def text_of(tape: Tape) -> str:
    rows = zip(*(column.tolist() for column in columns_of(tape)), strict=True)
    return "\n".join((HEADER, *(",".join(map(repr, row)) for row in rows), ""))


def test_a_plain_file_gives_its_numbers_exactly(tmp_path: Path) -> None:
    tape = read(tmp_path, lines(START, START + MINUTE))

    assert tape.open_times.tolist() == [START, START + MINUTE]
    assert [column[0] for column in columns_of(tape)[1:]] == [1.25, 2.5, 0.5, 1.75, 1000.0]
    assert (tape.symbol, str(tape.frame)) == ("BTC/USDT", "1m")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (START, START + MINUTE),
        (START // 1000, START // 1000 + 60),
        (f"{START // 1000}.0", f"{START // 1000 + 60}.000"),
        (START * 1000, (START + MINUTE) * 1000),
        (START * 1_000_000, (START + MINUTE) * 1_000_000),
        ("2021-01-01 00:00:00", "2021-01-01 00:01:00"),
        ("2021-01-01 00:00", "2021-01-01 00:01"),
        ("2021-01-01T00:00:00Z", "2021-01-01T00:01:00Z"),
        ("2021-01-01 00:00:00+00:00", "2021-01-01 00:01:00+00:00"),
        ("2021-01-01 00:00:00 UTC", "2021-01-01 00:01:00 UTC"),
        ("2021-01-01 00:00:00.000000", "2021-01-01 00:01:00.000000"),
        ("2021-01-01 00:00:00.000000000", "2021-01-01 00:01:00.000000000"),
        ("2021-01-01 00:00:00", "2021-01-01 00:01:00.000"),
        ("2021-01-01", "2021-01-01 00:01"),
        (" 2021-01-01 00:00:00", "2021-01-01 00:01:00 "),
    ],
    ids=str,
)
def test_each_way_of_writing_a_time_gives_the_same_instants(
    tmp_path: Path, first: object, second: object
) -> None:
    tape = read(tmp_path, lines(first, second))

    assert tape.open_times.tolist() == [START, START + MINUTE]


def test_parts_of_a_second_are_kept_to_the_millisecond(tmp_path: Path) -> None:
    in_text = read(tmp_path, lines("2021-01-01 00:00:00.250000", "2021-01-01 00:01:00.250000"))
    in_seconds = read(tmp_path, lines(f"{START // 1000}.25", f"{START // 1000 + 60}.25"))

    assert in_text.open_times.tolist() == [START + 250, START + 60_250]
    assert in_seconds.open_times.tolist() == in_text.open_times.tolist()


@pytest.mark.parametrize("name", ["timestamp", "TIME", "Date", "datetime", "Open time", "ts"])
def test_the_time_may_bear_any_of_its_usual_names(tmp_path: Path, name: str) -> None:
    assert len(read(tmp_path, lines(START, header=HEADER.replace("timestamp", name)))) == 1


def test_columns_may_come_in_any_order_case_and_company(tmp_path: Path) -> None:
    text = (
        f"symbol, Volume ,CLOSE,low,note,High,Open,TS\n"
        f"BTC_USDT,1e3,1.75,0.5,caf\xe9,2.5,1.25,{START}\n"
    )
    tape = read(tmp_path, text)

    assert [float(column[0]) for column in columns_of(tape)] == [START, 1.25, 2.5, 0.5, 1.75, 1e3]


def test_a_binance_dump_needs_no_header(tmp_path: Path) -> None:
    tape = read(tmp_path, "".join(dump_line(START + MINUTE * index) + "\n" for index in range(3)))

    assert tape.open_times.tolist() == [START, START + MINUTE, START + 2 * MINUTE]
    assert tape.volumes.tolist() == [1000.0] * 3


CHANGES: dict[str, Callable[[str], str]] = {
    "dos": lambda text: text.replace("\n", "\r\n"),
    "old mac": lambda text: text.replace("\n", "\r"),
    "blank end": lambda text: text + "\n \n\n",
    "blank lines": lambda text: "\n\n" + text.replace("\n", "\n\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "quotes": lambda text: re.sub(r"[^,\n]+", r'"\g<0>"', text),
    "spaces": lambda text: text.replace(",", " ,\t"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_line_ends_blanks_and_quotes_do_not_matter(
    tmp_path: Path, change: Callable[[str], str]
) -> None:
    plain = lines(START, START + MINUTE, START + 2 * MINUTE)

    assert text_of(read(tmp_path, change(plain))) == text_of(read(tmp_path, plain))


def test_a_file_of_many_blocks_keeps_every_row(tmp_path: Path) -> None:
    times = [START + MINUTE * index for index in range(20_000)]
    tape = read(tmp_path, lines(*times))

    assert tape.open_times.tolist() == times
    assert (tmp_path / "candles.csv").stat().st_size > 2 * (1 << 18)


def test_reading_what_a_tape_wrote_gives_the_same_tape(tmp_path: Path) -> None:
    chance = np.random.default_rng(7)
    closes = 100 * np.exp(np.cumsum(chance.normal(0, 0.01, 9_000)))
    opens = np.concatenate(([100.0], closes[:-1]))
    columns = Columns(
        np.arange(9_000) * MINUTE + START,
        opens,
        np.maximum(opens, closes) * 1.001,
        np.minimum(opens, closes) / 1.001,
        closes,
        chance.lognormal(1, 2, 9_000),
    )
    tape = Tape("BTC/USDT", TimeFrame.parse("1m"), columns)
    again = read(tmp_path, text_of(tape))

    for ours, theirs in zip(columns_of(tape), columns_of(again), strict=True):
        assert ours.tolist() == theirs.tolist()


def test_text_times_of_a_long_file_agree_with_the_calendar(tmp_path: Path) -> None:
    times = [1_709_164_800_000 + 3_600_000 * index for index in range(48)]  # from 2024-02-29
    texts = [datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M") for time in times]

    assert read(tmp_path, lines(*texts), "1h").open_times.tolist() == times


def test_a_file_may_have_more_rows_than_its_first_lines_promise(tmp_path: Path) -> None:
    rows = [f"{START + MINUTE * index},{VALUES}," for index in range(9_000)]
    rows[:40] = [row + "note " * 2_000 for row in rows[:40]]
    tape = read(tmp_path, "\n".join((f"{HEADER},note", *rows, "")))

    assert tape.open_times.tolist() == [START + MINUTE * index for index in range(9_000)]


def test_gaps_are_kept_where_they_are_allowed(tmp_path: Path) -> None:
    times = [START, START + MINUTE, START + 9 * MINUTE, START + 10 * MINUTE]
    tape = read(tmp_path, lines(*times), gaps=Gaps.ALLOW)

    assert tape.open_times.tolist() == times


def test_progress_rises_to_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv"
    path.write_text(lines(*(START + MINUTE * index for index in range(20_000))))
    seen: list[tuple[int, int]] = []
    read_tape(
        str(path),
        symbol="BTC/USDT",
        frame=TimeFrame.parse("1m"),
        progress=lambda done, total: seen.append((done, total)),
    )

    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_reading_holds_little_more_than_the_columns(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv"
    path.write_text(lines(*(START + MINUTE * index for index in range(100_000))))
    tracemalloc.start()
    tape = read_tape(path, symbol="BTC/USDT", frame=TimeFrame.parse("1m"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert len(tape) == 100_000
    assert peak < 100_000 * 48 + 8_000_000  # bytes; as Python numbers the rows would be 24 MB
