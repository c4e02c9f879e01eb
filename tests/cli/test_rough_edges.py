"""Odd files, odd streams and odd paths end with one clear line, and destroy nothing."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benthic.benchmarks.engines import BOT
from benthic.benchmarks.market import candles, write_csv

Benthic = Callable[..., Any]


@pytest.fixture
def bot(tmp_path: Path) -> Path:
    path = tmp_path / "bot.toml"
    path.write_text(BOT.replace("warm_up = 1_000", "warm_up = 20"))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "candles.csv"
    write_csv(candles(500), path)
    return path


def shell(line: str, **env: str) -> subprocess.CompletedProcess[str]:
    """What came of a line of the shell, where `$B` is the command."""
    command = f"{sys.executable} -m benthic"
    return subprocess.run(
        ["sh", "-c", line.replace("$B", command)],  # noqa: S607 - the machine's own shell
        capture_output=True,
        check=False,
        env={**os.environ, "COLUMNS": "100", "PYTHONUNBUFFERED": "", **env},
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", ["bot.toml", "candles.csv", "notes.txt", "link"])
def test_a_trace_never_overwrites_what_is_no_trace(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "link").symlink_to(data)
    path = tmp_path / name
    before = path.read_bytes()

    ran = benthic("backtest", bot, "--data", data, "--trace", path)

    assert ran.code == 2
    assert str(path) in ran.complaint
    assert "give the path of a new one" in ran.complaint
    assert path.read_bytes() == before


def test_a_trace_replaces_an_older_one(
    benthic: Benthic, bot: Path, data: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        assert benthic("backtest", bot, "--data", data, "--trace", tmp_path / "t").code == 0


@pytest.mark.parametrize(
    ("path", "remedy"), [("/dev/full", "make room"), ("/usr", "give the path of a file")]
)
def test_a_trace_that_cannot_be_written_is_named_with_a_remedy(
    benthic: Benthic, bot: Path, data: Path, path: str, remedy: str
) -> None:
    ran = benthic("backtest", bot, "--data", data, "--trace", path)

    assert ran.code == 7
    assert f"{path}: " in ran.complaint
    assert remedy in ran.complaint


def test_a_device_or_a_pipe_is_no_bot_file(benthic: Benthic, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in ("/dev/zero", pipe):
        ran = benthic("tree", path)
        assert ran.code == 3
        assert "a device or a pipe; save the bot file to a file" in ran.complaint


def test_a_tree_is_drawn_in_ascii_where_nothing_else_can_be_printed(bot: Path) -> None:
    ran = shell(f"$B tree {bot}", PYTHONIOENCODING="ascii")

    assert ran.returncode == 0
    assert "`- " in ran.stdout
    assert "?" not in ran.stdout


def test_closed_streams_do_not_stop_a_command(bot: Path, data: Path) -> None:
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        ran = shell(f"$B backtest {bot} --data {data} {closed}")
        assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize("arguments", ["tree {bot}", "tree {bot} --json", "--help"])
def test_a_full_standard_output_is_named_with_a_remedy(bot: Path, arguments: str) -> None:
    ran = shell(f"$B {arguments.format(bot=bot)} > /dev/full")

    assert ran.returncode == 7
    (line,) = ran.stderr.splitlines()
    assert "standard output: no space left on device; make room" in line


@pytest.mark.parametrize("option", ["--journal", "--trace", "--data"])
def test_an_empty_path_is_said_to_be_empty(
    benthic: Benthic, bot: Path, data: Path, option: str
) -> None:
    others = () if option == "--data" else ("--data", data)

    ran = benthic("backtest", bot, *others, option, "")

    assert ran.code == 2
    assert f"{option}: the path is empty" in ran.complaint


def test_a_file_that_is_no_socket_is_said_to_be_none(benthic: Benthic, bot: Path) -> None:
    ran = benthic("tree", "--live", bot)

    assert ran.code == 7
    assert "this is no socket" in ran.complaint


def test_orders_of_what_is_no_store_ask_for_a_store(
    benthic: Benthic, bot: Path, tmp_path: Path
) -> None:
    for path in (bot, tmp_path, tmp_path / "nowhere"):
        ran = benthic("orders", path)
        assert ran.code == 5
        assert ran.complaint.endswith(
            "give the folder of a store, which `benthic backtest --journal` makes"
        )
