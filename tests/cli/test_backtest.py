"""`benthic backtest`: the object it prints, its hashes, its journal and its trace."""

import json
from collections.abc import Callable
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from benthic.benchmarks.engines import BOT
from benthic.benchmarks.market import candles, write_csv

Benthic = Callable[..., Any]

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = ("candles", "fills", "buys", "sells", "engine_seconds", "orders", "trades")
TEXTS = ("equity", "fees", "journal_hash", "symbol", "frame", "schedule")


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    """The bot of the common backtest, but early up."""
    path = tmp_path / "bot.toml"
    path.write_text(BOT.replace("warm_up = 1_000", "warm_up = 50"))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """2,000 candles of the common market."""
    path = tmp_path / "candles.csv"
    write_csv(candles(2_000), path)
    return path


def test_two_runs_print_one_object_with_the_same_hash(
    benthic: Benthic, bot: Path, data: Path
) -> None:
    one, other = (benthic("backtest", bot, "--data", data, "--json") for _ in range(2))

    assert (one.code, one.err) == (0, "")
    assert [name for name in NUMBERS if not isinstance(one.json[name], int | float)] == []
    assert [name for name in TEXTS if not isinstance(one.json[name], str)] == []
    assert one.json["candles"] == 2_000
    assert one.json["fills"] == one.json["buys"] + one.json["sells"] > 10
    assert Decimal(one.json["equity"]) < 1_000_000_000
    assert one.json["journal_hash"] == other.json["journal_hash"]


@pytest.mark.parametrize("schedule", ["fifo", "shuffle"])
def test_the_schedule_changes_nothing_but_the_speed(
    benthic: Benthic, bot: Path, data: Path, schedule: str
) -> None:
    direct = benthic("backtest", bot, "--data", data, "--json").json
    other = benthic("backtest", bot, "--data", data, "--json", "--schedule", schedule).json

    for changing in ("schedule", "engine_seconds", "engine_cpu_seconds", "candles_per_second"):
        assert direct.pop(changing) != other.pop(changing)
    assert direct == other


def test_the_seed_of_the_command_line_takes_the_place_of_the_file_s(
    benthic: Benthic, bot: Path, data: Path
) -> None:
    hashes = {
        benthic("backtest", bot, "--data", data, "--json", *seed).json["journal_hash"]
        for seed in ((), ("--seed", 42), ("--seed", 43))
    }

    assert len(hashes) == 2


def test_the_report_shows_the_figures_and_says_what_sharpe_means(
    benthic: Benthic, bot: Path, data: Path
) -> None:
    ran = benthic("backtest", bot, "--data", data)
    figures = benthic("backtest", bot, "--data", data, "--json").json

    assert ran.code == 0
    for words in ("return", "max drawdown", "exposure", "market change", "risk-free", "candles/s"):
        assert words in ran.out
    assert f"{Decimal(figures['equity']):,.2f} USDT" in ran.out
    assert figures["journal_hash"] in ran.out


def test_a_journal_on_disk_holds_what_the_journal_in_memory_held(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    in_memory = benthic("backtest", bot, "--data", data, "--json").json
    on_disk = benthic("backtest", bot, "--data", data, "--json", "--journal", store).json
    (account,) = benthic("orders", store, "--json").json["accounts"]

    assert on_disk["journal_hash"] == in_memory["journal_hash"]
    assert account["commits"] == in_memory["commits"]
    assert account["balances"] == in_memory["balances"]


def test_a_journal_that_holds_something_is_only_added_to_when_asked(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    run = ("backtest", bot, "--data", data, "--json", "--journal", store)
    first = benthic(*run).json
    refused = benthic(*run)
    added = benthic(*run, "--append").json

    assert refused.code == 5
    assert "give the path of a new folder, or --append" in refused.complaint
    assert added["fills"] > 0
    assert added["commits"] > first["commits"]
    assert Decimal(added["equity"]) < Decimal(first["equity"])  # went on from what was left


def test_the_trace_of_two_runs_is_the_same_to_the_bit(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("one.jsonl", "other.jsonl")]
    one, other = (
        benthic("backtest", bot, "--data", data, "--json", "--trace", path).json for path in paths
    )
    lines = paths[0].read_bytes().splitlines()
    hashed = blake2b(digest_size=16)
    for record in map(json.loads, lines):
        words = (record[name] for name in ("number", "at", "path", "message", "cause"))
        hashed.update(("|".join(map(str, words)) + "\n").encode())

    assert one["trace_hash"] == other["trace_hash"] == hashed.hexdigest()
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert len(lines) > 2_000


@pytest.mark.parametrize("name", ["common_backtest.toml", "btc_perp.toml"])
def test_a_bot_file_of_the_examples_has_a_tree(benthic: Benthic, name: str) -> None:
    ran = benthic("tree", ROOT / "examples" / name)

    assert ran.code == 0
    assert "desk" in ran.out


def test_the_common_bot_is_the_one_of_the_examples() -> None:
    from benthic.actors.bot.reading import load_config, parse_config

    assert load_config(ROOT / "examples" / "common_backtest.toml") == parse_config(BOT)


def test_a_month_of_real_candles_comes_to_the_same_figures_every_time(benthic: Benthic) -> None:
    data = ROOT.parent / "shared" / "data" / "candles" / "btc-perp-20211231-20220201_1m.csv"
    if not data.exists():
        pytest.skip(f"{data} is not here: real market data lie beside the checkout")
    one, other = (
        benthic(
            "backtest", ROOT / "examples" / "btc_perp.toml", "--data", data, "--json", *schedule
        ).json
        for schedule in ((), ("--schedule", "shuffle"))
    )

    assert one["candles"] == 45_031
    assert one["journal_hash"] == other["journal_hash"]
    assert (one["fills"], one["equity"]) == (other["fills"], other["equity"])
