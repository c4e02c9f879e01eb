"""`benthic venue record`: files of what happened, which are read again by all that read files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Benthic = Callable[..., Any]

BOT = """
[bot]
name = "reader"
seed = 1

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
fast = 5
slow = 12
warm_up = 20
"""


def recorded(benthic: Benthic, *arguments: object) -> Any:
    ran = benthic("venue", "record", "--symbols", "BTC/USDT", "--json", *arguments)
    assert ran.code == 0, ran.err
    return ran.json


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.csv")
    }


@pytest.fixture
def hour(benthic: Benthic, tmp_path: Path) -> Path:
    """What a spot market did in four hours of its own time."""
    folder = tmp_path / "hour"
    told = recorded(benthic, "--families", "spot", "--out", folder, "--for", "4h")
    assert told["candles"] == 240
    assert told["end"] - told["begin"] == 4 * 3_600_000
    assert [Path(file).name for file in told["files"]] == ["BTCUSDT-1m.csv", "BTCUSDT-trades.csv"]
    return folder


def test_a_bot_trades_on_recorded_candles(benthic: Benthic, tmp_path: Path, hour: Path) -> None:
    (tmp_path / "bot.toml").write_text(BOT)

    ran = benthic("backtest", "bot.toml", "--data", hour / "BTCUSDT-1m.csv", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["candles"] == 240
    assert ran.json["fills"] > 0


def test_the_same_seed_writes_the_same_files_and_another_writes_others(
    benthic: Benthic, tmp_path: Path
) -> None:
    found = []
    for number, seed in enumerate((3, 3, 4)):
        folder = tmp_path / str(number)
        recorded(benthic, "--seed", seed, "--out", folder, "--for", "20m")
        found.append(contents(folder))

    assert sorted(found[0]) == [
        "BTCUSDT-1m.csv", "BTCUSDT-trades.csv",
        "coinm/BTCUSD_PERP-1m.csv", "coinm/BTCUSD_PERP-trades.csv",
        "usdm/BTCUSDT-1m.csv", "usdm/BTCUSDT-trades.csv",
    ]  # fmt: skip
    assert found[0] == found[1]
    assert all(found[0][name] != found[2][name] for name in found[0])


def test_files_that_are_there_are_replaced_only_where_that_is_said(
    benthic: Benthic, tmp_path: Path
) -> None:
    options = ("venue", "record", "--symbols", "BTC/USDT", "--families", "spot", "--for", "5m")
    assert benthic(*options, "--out", "x").code == 0
    before = contents(tmp_path / "x")
    ran = benthic(*options, "--out", "x", "--seed", 8)

    assert (ran.code, ran.out) == (2, "")
    assert ran.complaint == (
        "error: --out: x/BTCUSDT-trades.csv and 1 more would be written over; "
        "give another folder, or --replace"
    )
    assert contents(tmp_path / "x") == before
    assert benthic(*options, "--out", "x", "--seed", 8, "--replace").code == 0
    assert contents(tmp_path / "x") != before


def test_what_a_recording_reads_is_never_written_over(benthic: Benthic, tmp_path: Path) -> None:
    options = ("venue", "record", "--symbols", "BTC/USDT", "--families", "spot", "--for", "5m")
    assert benthic(*options, "--out", "x").code == 0
    before = contents(tmp_path / "x")
    ran = benthic(
        *options, "--out", "x", "--replace", "--market", "replay", "--data", "x/BTCUSDT-trades.csv"
    )

    assert ran.code == 2
    assert "it is read by this very run" in ran.complaint
    assert contents(tmp_path / "x") == before


@pytest.mark.parametrize("kind", ["1m", "trades"])
def test_what_was_recorded_is_replayed_at_the_same_prices(
    benthic: Benthic, tmp_path: Path, hour: Path, kind: str
) -> None:
    again = tmp_path / "again"
    recorded(
        benthic, "--families", "spot", "--market", "replay",
        "--data", hour / f"BTCUSDT-{kind}.csv", "--out", again, "--for", "4h",
    )  # fmt: skip

    def prices(folder: Path) -> list[list[str]]:
        lines = (folder / "BTCUSDT-1m.csv").read_text().splitlines()
        return [line.split(",")[:5] for line in lines]

    assert prices(again) == prices(hour)


def test_faults_strike_while_it_is_recorded(benthic: Benthic, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[rule]]\nverb = "halt"\nsymbol = "BTCUSDT"\nwhen = { at = "10m" }\n')

    told = recorded(
        benthic, "--families", "spot", "--faults", plan, "--out", tmp_path / "out", "--for", "20m"
    )
    trades = (tmp_path / "out" / "BTCUSDT-trades.csv").read_text().splitlines()

    assert told["fired"] == 1
    assert max(int(line.split(",")[4]) for line in trades) <= told["begin"] + 600_000


def test_a_length_may_be_written_in_milliseconds(benthic: Benthic, tmp_path: Path) -> None:
    told = recorded(benthic, "--families", "spot", "--out", tmp_path / "x", "--for", "120000")

    assert told["candles"] == 2


@pytest.mark.parametrize("market", ["trend", "range", "gap", "crash", "thin"])
def test_every_kind_of_market_can_be_recorded(
    benthic: Benthic, tmp_path: Path, market: str
) -> None:
    told = recorded(
        benthic, "--families", "spot", "--market", market, "--out", tmp_path / "x", "--for", "10m"
    )

    assert told["candles"] == 10
    assert json.dumps(told["trades"]) != "0"
