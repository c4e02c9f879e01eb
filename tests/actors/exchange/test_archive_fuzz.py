"""Whatever bytes a file of market data holds, its reader ends in values or in one clear error."""

import gzip
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.archive import Asked, survey
from benthic.actors.exchange.archive.read import read_candles, read_records
from benthic.actors.exchange.tape import Columns, Tape, TapeError
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.runtime import Millis
from benthic.storage.marketdata.export import write_candles, write_trades

START = 1_600_000_020_000
COUNT = 30
NOW = Millis(START + 60_000 * COUNT)
TIMES = START + 60_000 * np.arange(COUNT)
ASKED = Asked(Symbol("BTC", "USDT"), TimeFrame(1, "m"))
IN_A_CHILD = {".feather", ".parquet"}  # a process for each look: few examples
DEPTH = "symbol,timestamp,first_update_id,last_update_id,side,update_type,price,qty,pu\n"


def candles(path: Path) -> None:
    prices = np.linspace(1.0, 2.0, COUNT)
    columns = Columns(TIMES, prices, prices, prices, prices, prices)
    write_candles(path, Tape("BTC/USDT", TimeFrame(1, "m"), columns))


def trades(path: Path) -> None:
    made = [
        Trade(str(at), "BTC/USDT", "buy", Decimal("1.5"), Decimal(2), Millis(at))
        for at in TIMES.tolist()
    ]
    write_trades(path, made)


def quotes(path: Path) -> None:
    sides = {name: np.ones(COUNT) for name in ("bid", "bid_size", "ask_size")}
    table = pl.DataFrame({"timestamp": TIMES, **sides, "ask": 2 * np.ones(COUNT)})
    table.write_parquet(path)


def funding(path: Path) -> None:
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), [0.001] * COUNT)
    pl.DataFrame({"date": TIMES, **columns}).write_ipc(path)


def depth(path: Path) -> None:
    rows = [f"BTCUSDT,{START},1,1,{side},snap,{price},1,-1\n" for side, price in ("b1", "a2")]
    path.write_text(DEPTH + "".join(rows), "ascii")


def bybit(path: Path) -> None:
    data = {"s": "BTCUSDT", "b": [["1", "2"]], "a": [["2", "3"]], "u": 1}
    lines = [json.dumps({"type": "snapshot", "ts": START + n, "data": data}) for n in range(9)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.data", "\n".join(lines))


SOUND: list[tuple[str, Callable[[Path], None]]] = [
    ("BTC_USDT-1m.csv", candles),
    ("BTC_USDT-1m.feather", candles),
    ("BTC_USDT-1m.parquet", candles),
    ("BTC_USDT-1m.json", candles),
    ("BTC_USDT-1m.json.gz", candles),
    ("BTC_USDT-trades.feather", trades),
    ("BTC_USDT-trades.parquet", trades),
    ("BTC_USDT-trades.json", trades),
    ("BTC_USDT-trades.json.gz", trades),
    ("quotes.parquet", quotes),
    ("BTC_USDT_USDT-8h-funding_rate.feather", funding),
    ("depth.csv", depth),
    ("2024-12-01_BTCUSDT_ob500.data.zip", bybit),
]


def rows_of(path: Path) -> int:
    rows = 0
    for found in survey(str(path), venue="file", asked=ASKED):
        if found.series.kind.is_candles:
            rows += len(read_candles(found, now=NOW))
        else:
            rows += sum(1 for _ in read_records(found, now=NOW))
    return rows


def error_of(path: Path) -> TapeError | None:
    try:
        rows_of(path)
    except TapeError as error:
        return error
    return None


@st.composite
def wounds(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A way of spoiling bytes: cut, overwrite, insert, take out; numbers that no market gives."""
    at = draw(st.floats(0, 1, exclude_max=True))
    piece = draw(
        st.binary(max_size=12)
        | st.sampled_from([b"NaN", b"-1", b"0", b"1e400", b"null", b"Infinity", b"\n", b"\xff\xfe"])
    )
    kept = draw(st.integers(0, 12))

    def spoil(content: bytes) -> bytes:
        start = int(at * len(content))
        if kept == 0:
            return content[:start]
        return content[:start] + piece + content[start + kept - 1 :]

    return spoil


@pytest.mark.parametrize(("name", "write"), SOUND, ids=[name for name, _ in SOUND])
def test_a_sound_file_is_read_and_no_spoilt_one_ends_in_a_traceback(
    name: str, write: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path)
    content = path.read_bytes()
    assert rows_of(path) in {1, 9, COUNT}

    @given(wounds())
    @settings(max_examples=4 if path.suffix in IN_A_CHILD else 80)
    def spoilt(spoil: Callable[[bytes], bytes]) -> None:
        path.write_bytes(spoil(content))
        error = error_of(path)
        assert error is None or (error.path == str(path) and "\n" not in str(error))

    spoilt()


@pytest.mark.parametrize(("name", "write"), [each for each in SOUND if each[0].endswith(".csv")])
def test_a_csv_that_is_cut_anywhere_in_its_last_line_is_refused(
    name: str, write: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path)
    content = path.read_bytes()
    for cut in range(1, len(content) - content.rindex(b"\n", 0, -1)):
        path.write_bytes(content[:-cut])
        if not path.read_bytes().endswith(b"\n"):
            with pytest.raises(TapeError, match="the last line does not end"):
                rows_of(path)


def test_bytes_of_chance_end_in_a_clear_error(tmp_path: Path) -> None:
    @given(st.binary(max_size=200), st.sampled_from([name for name, _ in SOUND]))
    def chance(content: bytes, name: str) -> None:
        path = tmp_path / name
        path.write_bytes(content)
        assert error_of(path) is not None

    chance()


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "error", "problem"),
    [
        (zipped(("../x.data", b"{}")), "ForeignFile", "which leads out of it"),
        (zipped(("/etc/x.data", b"{}")), "ForeignFile", "which leads out of it"),
        (zipped(("a", b"{}"), ("b", b"{}")), "ForeignFile", "has 2 members"),
        (zipped(("a", b"")), "EmptyTape", "there is not one update"),
        (zipped(("a", bytes(10_000_000))), "TooLarge", "a line of more than 1,048,576 bytes"),
        (zipped(("a", b"\n" * 100 + b"{}")), "BrokenRow", "the line '{}' is not"),
        (zipped(("a", b"{}"))[:-30], "DamagedFile", "the archive cannot be read"),
    ],
    ids=["up", "root", "two", "empty", "bomb", "blank", "cut"],
)
def test_an_archive_from_outside_may_hold_anything(
    content: bytes, error: str, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "2024-12-01_BTCUSDT_ob500.data.zip"
    path.write_bytes(content)

    with pytest.raises(TapeError, match=problem) as caught:
        rows_of(path)

    assert type(caught.value).__name__ == error


def test_a_few_kilobytes_of_gzip_do_not_fill_the_memory(tmp_path: Path) -> None:
    from benthic.actors.exchange.tape.jsonfile import unpacked
    from benthic.actors.exchange.tape.progress import unseen

    path = tmp_path / "BTC_USDT-1m.json.gz"
    path.write_bytes(gzip.compress(b"[" + b" " * 30_000_000))

    with pytest.raises(TapeError, match=r"more than 20,000,000 bytes long, unpacked"):
        unpacked(str(path), unseen, 20_000_000)


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        ('[1600000020000, "1", null, "buy", NaN, 1, 1]', "DamagedFile", "JSON cannot be read"),
        ('[1600000020000, "1", null, "buy", 0, 1, 1]', "ImpossibleRecord", "price '0' is not abo"),
        ('[1600000020000, "1", null, "buy", -1, 1, 1]', "ImpossibleRecord", "is not above 0"),
        ('[1600000020000, "1", null, "buy", 1, 0, 1]', "ImpossibleRecord", "amount '0' is not ab"),
        ('[1600000020000000, "1", null, "buy", 1, 1, 1]', "TimeDisorder", "is not in ms since"),
        ('[1600000020, "1", null, "buy", 1, 1, 1]', "TimeDisorder", "is not in ms since"),
        ('[4600000020000, "1", null, "buy", 1, 1, 1]', "FromTheFuture", "has not come yet"),
        ('[1600000020000, "1", null, "hold", 1, 1, 1]', "BrokenRow", "is neither buy nor sell"),
        ('[1600000020000, "1", null, "buy", 1, 1]', "BrokenRow", "is not .time in ms, id"),
        ('[1600000020000, "1", null, "buy", 1e-40, 1, 1]', "ImpossibleRecord", "more than 28 dig"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_trade_that_cannot_be_is_named_with_its_row(
    row: str, error: str, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "BTC_USDT-trades.json"
    path.write_text(f'[[1600000010000, "0", null, "sell", 1, 1, 1], {row}]', "ascii")

    with pytest.raises(TapeError, match=problem) as caught:
        rows_of(path)

    assert type(caught.value).__name__ == error
    assert caught.value.row in {2, None}


@pytest.mark.parametrize(
    ("row", "error", "problem"),
    [
        ("[1600000080000, 1, 1, 1, 1, null]", "BrokenRow", "row .* is not .time in ms, open"),
        ("[1600000080000, 1, 1, 1, 0, 1]", "ImpossibleCandle", "close 0.0 is not above 0"),
        ("[1600000080000, 1, 1, 1, 1e999, 1]", "BrokenRow|ImpossibleCandle|Damaged", "row 2|JSON"),
        ("[1600000080000000, 1, 1, 1, 1, 1]", "BrokenRow", "is not a time in ms"),
        ("[1600000080, 1, 1, 1, 1, 1]", "BrokenRow", "is not a time in ms"),
        ("[1600000020000, 1, 1, 1, 1, 1]", "TimeDisorder", "a second candle"),
        ("[4600000020000, 1, 1, 1, 1, 1]", "FromTheFuture", "has not closed yet"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_candle_that_cannot_be_is_named_with_its_row(
    row: str, error: str, problem: str, tmp_path: Path
) -> None:
    path = tmp_path / "BTC_USDT-1m.json"
    path.write_text(f"[[1600000020000, 1, 1, 1, 1, 1], {row}]", "ascii")

    with pytest.raises(TapeError, match=problem) as caught:
        rows_of(path)

    assert type(caught.value).__name__ in error.split("|")


@pytest.mark.parametrize("symbol", ["btc/usdt", "BTC-USDT", "BTC", "/", "BTC/BTC", ""])
def test_a_symbol_in_another_writing_is_refused_with_the_right_one(symbol: str) -> None:
    from benthic.actors.exchange.archive import parse_symbol
    from benthic.actors.market.errors import BadValue

    with pytest.raises(BadValue, match="BTC/USDT"):
        parse_symbol(symbol, place="--symbol")
