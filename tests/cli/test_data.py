"""`benthic data`: files into the store, and what it says of them."""

import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.exchange.archive import Kind, Series
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.trade import Trade
from benthic.runtime import Millis
from benthic.storage.marketdata import MarketStore

Benthic = Callable[..., Any]

HEADER = "timestamp,open,high,low,close,volume\n"
START = 1_600_000_200_000  # on the grid of 5 minutes
NAMED = ("--venue", "binance", "--symbol", "BTC/USDT", "--frame", "1m")
ONE_MINUTE = "store:binance/BTC-USDT/1m"
BOT = """
[bot]
name = "first"
seed = 7

[market]
symbol = "BTC/USDT"
time_frame = "1m"
amount_step = "0.00001"
price_step = "0.01"
min_cost = "5"
fees = { maker = "0.001", taker = "0.001" }

[account]
deposits = { USDT = "10000" }

[mode]
name = "ema_cross"
fast = 2
slow = 4
warm_up = 5
"""


def row(minute: int, close: float) -> str:
    return f"{START + 60_000 * minute},{close},{close + 1},{close - 1},{close},1\n"


@pytest.fixture
def candles(tmp_path: Path) -> Path:
    """Twenty minutes of BTC/USDT that go up and down."""
    path = tmp_path / "btc.csv"
    rows = [row(minute, 100.0 + 5 * (minute % 7)) for minute in range(20)]
    path.write_text(HEADER + "".join(rows), "ascii")
    return path


def test_an_import_is_listed_and_twice_adds_nothing(benthic: Benthic, candles: Path) -> None:
    first, again = (benthic("data", "import", candles, *NAMED, "--json") for _ in range(2))
    listed = benthic("data", "list", "--json")

    assert first.code == again.code == listed.code == 0
    assert [each.json["imported"][0]["added"] for each in (first, again)] == [20, 0]
    assert listed.json["series"] == [
        {
            "venue": "binance",
            "symbol": "BTC/USDT",
            "series": "1m",
            "kind": "candles",
            "frame": "1m",
            "from": START,
            "to": START + 19 * 60_000,
            "rows": 20,
            "gaps": 0,
            "missing": 0,
        }
    ]
    assert "BTC/USDT" in benthic("data", "list").out


def test_a_contradiction_is_refused_until_somebody_prefers(
    benthic: Benthic, candles: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.csv"
    other.write_text(HEADER + row(19, 50.0) + row(20, 51.0), "ascii")
    benthic("data", "import", candles, *NAMED)

    refused = benthic("data", "import", other, *NAMED)
    told = benthic("data", "import", other, *NAMED, "--json").json
    preferred = benthic("data", "import", other, *NAMED, "--prefer", "new", "--json").json

    assert refused.code == 4
    assert "say --prefer old or --prefer new" in refused.complaint
    assert told["refused"][0]["error"] == "Disagreement"
    assert (preferred["imported"][0]["added"], preferred["imported"][0]["replaced"]) == (1, 1)


def test_one_bad_file_stops_no_other(benthic: Benthic, candles: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")

    ran = benthic("data", "import", "empty.csv", candles, *NAMED, "--json")

    assert ran.code == 4
    assert [each["error"] for each in ran.json["refused"]] == ["EmptyTape"]
    assert ran.json["imported"][0]["rows"] == 20


def test_a_check_names_what_is_wrong_and_ends_with_1(
    benthic: Benthic, candles: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_text(HEADER + row(0, 9) + row(1, 9) + row(1, 9) + row(5, 9) + row(4, 0), "ascii")
    asked = ("--symbol", "BTC/USDT", "--frame", "1m")

    sound = benthic("data", "check", candles, *asked, "--json")
    ran = benthic("data", "check", broken, candles, *asked, "--json")
    found = {each["sort"]: each["count"] for each in ran.json["findings"]}

    assert (sound.code, sound.json["ok"]) == (0, True)
    assert (ran.code, ran.json["ok"]) == (1, False)
    assert found == {"impossible": 1, "duplicate": 1, "disorder": 1, "gap": 2, "disagreement": 4}
    assert "broken.csv:4" in json.dumps(ran.json["findings"])
    assert "nothing is wrong" in benthic("data", "check", candles, *asked).out
    assert "duplicate" in benthic("data", "check", broken, *asked).out


def test_the_whole_store_is_checked_where_nothing_is_named(benthic: Benthic, candles: Path) -> None:
    benthic("data", "import", candles, *NAMED)

    ran = benthic("data", "check", "--json")

    assert ran.code == 0
    assert ran.json["checked"][0]["rows"] == 20


@pytest.mark.parametrize("ending", ["feather", "parquet", "json", "json.gz", "csv"])
def test_a_conversion_says_the_same_in_another_format(
    benthic: Benthic, candles: Path, tmp_path: Path, ending: str
) -> None:
    asked = ("--symbol", "BTC/USDT", "--frame", "1m")
    made = tmp_path / f"BTC_USDT-1m.{ending}"

    assert benthic("data", "convert", candles, made, *asked, "--json").json["rows"] == 20
    together = benthic("data", "check", candles, made, *asked, "--json")

    assert together.json == {
        "ok": True,
        "checked": [
            {"source": str(path), "series": "file BTC/USDT 1m", "rows": 20}
            for path in (candles, made)
        ],
        "findings": [],
    }


def test_higher_frames_go_into_the_store_and_only_whole_ones(
    benthic: Benthic, candles: Path
) -> None:
    benthic("data", "import", candles, *NAMED)

    ran = benthic("data", "resample", ONE_MINUTE, "--to", "5m,15m", "--json")
    bad = benthic("data", "resample", ONE_MINUTE, "--to", "1h")
    names = [each["series"] for each in benthic("data", "list", "--json").json["series"]]

    assert [row["added"] for row in ran.json["made"]] == [4, 1]
    assert ran.json["made"][1]["incomplete"] == 1
    assert (bad.code, "no 1h candle is complete" in bad.complaint) == (2, True)
    assert names == ["15m", "1m", "5m"]


def test_a_backtest_on_the_store_is_that_on_the_file(
    benthic: Benthic, candles: Path, tmp_path: Path
) -> None:
    bot = tmp_path / "bot.toml"
    bot.write_text(BOT, "ascii")
    benthic("data", "import", candles, *NAMED)

    hashes = {
        benthic("backtest", bot, "--data", data, "--json").json["journal_hash"]
        for data in (candles, ONE_MINUTE, "market-data/binance/BTC-USDT/1m")
    }
    other = benthic("backtest", bot, "--data", "store:binance/ETH-USDT/1m")

    assert len(hashes) == 1
    assert other.code == 4
    assert "the series is of ETH/USDT, and the bot trades BTC/USDT" in other.complaint


def test_trades_that_are_missing_are_found_and_listed(benthic: Benthic, tmp_path: Path) -> None:
    known = [
        Trade(str(number), "BTC/USDT", "buy", Decimal(100), Decimal(1), Millis(10**12 + number))
        for number in (5, 6, 7, 8, 11, 12, 14)
    ]
    series = Series("binance", Symbol("BTC", "USDT"), Kind.TRADES)
    MarketStore(tmp_path / "market-data").add_records(series, known)

    checked = benthic("data", "check", "--json")
    listed = benthic("data", "list", "--json")

    (fault,) = checked.json["findings"]
    words = [place["words"] for place in fault["places"]]
    assert (checked.code, fault["sort"], fault["count"]) == (1, "gap", 3)
    assert words == ["trades 9 to 10 missing, by the ids", "trade 13 missing, by the ids"]
    assert (listed.json["series"][0]["gaps"], listed.json["series"][0]["missing"]) == (2, 3)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("list",), 4, "there is no store of market data here; `benthic data import` makes it"),
        (("import", "none.csv", *NAMED), 4, "there is no such file"),
        (
            ("import", "btc.csv", "--venue", "binance"),
            4,
            "of which pair it is; say so, as --symbol",
        ),
        (("import", "btc.csv", "--venue", "Binance", *NAMED[2:]), 2, "write a name in lower case"),
        (
            ("check", "btc.csv", "--symbol", "btc/usdt", "--frame", "1m"),
            2,
            'did you mean "BTC/USDT"',
        ),
        (("convert", "btc.csv", "x.xls", *NAMED[2:]), 2, "what ends so is not written; end it in"),
        (("convert", "btc.csv", "btc.csv", *NAMED[2:]), 2, "there is such a file already"),
        (("resample", "btc.csv", "--to", "5m", *NAMED[2:]), 2, "say where the candles go, with"),
        (("check", "store:binance/BTC-USDT", "--json"), 4, "write store:VENUE/PAIR/FRAME"),
        (("check", "--store", "nosuch"), 4, "nosuch: there is no store of market data here"),
        (("record", "binance", "BTC/USDT", "--for", "3"), 2, "write 90s, 30m, 1h or 2d"),
        (("record", "binance", "BTC/USDT", "--for", "0s"), 2, "write 90s, 30m, 1h or 2d"),
    ],
    ids=lambda value: str(value)[:24],
)
@pytest.mark.usefixtures("candles")
def test_what_cannot_be_done_is_said_in_one_line(
    benthic: Benthic, arguments: tuple[str, ...], code: int, words: str
) -> None:
    ran = benthic("data", *arguments)

    assert ran.code == code
    assert words in ran.complaint


def test_without_polars_csv_is_read_and_the_store_names_the_extra(
    benthic: Benthic, candles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    words = "raise ModuleNotFoundError(\"No module named 'polars'\", name='polars')\n"
    (hidden / "polars.py").write_text(words, "ascii")
    monkeypatch.setenv("PYTHONPATH", str(hidden))
    (tmp_path / "BTC_USDT-1m.feather").write_bytes(b"ARROW1\0\0")

    read = benthic("data", "check", candles, *NAMED[2:], "--json")
    stored = benthic("data", "import", candles, *NAMED)
    feather = benthic("data", "convert", "BTC_USDT-1m.feather", "out.csv")

    assert read.json["ok"] is True
    assert stored.code == feather.code == 7
    assert "needs the extra data: pip install 'benthic[data]'" in stored.complaint
    assert "an Arrow or feather file needs the extra data" in feather.complaint


def test_neither_the_face_nor_help_loads_polars() -> None:
    import subprocess

    program = (
        "import sys; import benthic; from benthic.cli.main import main\n"
        "import benthic.storage.marketdata, benthic.actors.exchange.archive\n"
        "main(['data', '--help']); assert 'polars' not in sys.modules"
    )

    child = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)

    assert child.returncode == 0, child.stderr
