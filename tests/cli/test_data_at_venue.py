"""`benthic data download` and `record` as processes, against `benthic venue` on loopback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benthic.actors.exchange.archive.series import Kind, Series
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.timeframe import TimeFrame
from benthic.cli.main import main
from benthic.storage.marketdata import MarketStore

from .running import Served, a_free_port, a_venue

PATIENCE = 60.0
MINUTES = Series("binance", Symbol("BTC", "USDT"), Kind.CANDLES, TimeFrame.parse("1m"))
SINCE = (datetime.now(UTC) - timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M")
UNTIL = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture(scope="module")
def venue() -> Iterator[Served]:
    with a_venue() as served:
        yield served


def test_a_killed_download_goes_on_and_ends_as_one_in_one_go(
    venue: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("binance", "BTC/USDT", "--frames", "1m,5m", "--since", SINCE, "--until", UNTIL,
             "--url", venue.rest, "--json")  # fmt: skip
    command = [sys.executable, "-m", "benthic", "data", "download", *asked, "--store", "killed"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        _wait_for(tmp_path / "killed" / "benthic-data.json")
        process.kill()

    for name in ("killed", "whole"):
        assert main(["data", "download", *asked, "--store", str(tmp_path / name)]) == 0

    killed, at_once = (MarketStore(tmp_path / name) for name in ("killed", "whole"))
    assert killed.series() == at_once.series()
    for series in at_once.series():
        columns = [store.tape(series).columns for store in (killed, at_once)]
        assert all((one == other).all() for one, other in zip(*columns, strict=True))
    assert killed.held(MINUTES).rows == 20 * 60 - 5
    assert '"missing": 0' in capsys.readouterr().out


def test_a_recording_that_is_interrupted_has_written_what_it_heard(
    venue: Served, tmp_path: Path
) -> None:
    asked = ["binance", "BTC/USDT", "--topics", "candles,book", "--frames", "1s"]
    asked += ["--url", venue.rest, "--store", "store", "--json"]
    command = [sys.executable, "-m", "benthic", "data", "record", *asked]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        _wait_for(tmp_path / "store" / "binance" / "BTC-USDT" / "1s")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0
    assert '"series": "1s"' in out
    store = MarketStore(tmp_path / "store")
    assert {each.name for each in store.series()} >= {"1s"}


def test_what_cannot_be_downloaded_ends_with_a_code_and_a_remedy(
    venue: Served, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--since", SINCE, "--url", venue.rest)
    away = ("--since", SINCE, "--url", f"http://127.0.0.1:{a_free_port()}")
    for arguments, code, words in (
        (("binanc", "BTC/USDT", *here), 2, "did you mean binance"),
        (("binance", "BTC/USD", *here), 8, "did you mean BTC/USDT?"),
        (("binance", "BTC/USDT", *here, "--frames", "7m"), 8, "1m, 3m, 5m"),
        (("binance", "BTC/USDT", *here, "--until", "2020-01-01"), 2, "--since is not before"),
        (("binance", "BTC/USDT", "--since", "soon"), 2, "write one such as 2026-01-01"),
        (("binance", "BTC/USDT", "--since", SINCE, "--url", "here"), 2, "http://HOST:PORT"),
        (("binance", "BTC/USDT", *away), 7, "binance does not answer"),
    ):
        ended = main(["data", "download", *arguments, "--store", str(tmp_path / "store")])
        said = capsys.readouterr().err
        assert (ended, words in said, said.count("\n")) == (code, True, 1), said
    assert not (tmp_path / "store").exists()


def _wait_for(path: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.01)
