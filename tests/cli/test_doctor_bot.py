"""`benthic doctor BOT.toml`: a line for each thing that a bot needs, with what to do about it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from benthic.actors.exchange.bans import Ban, RememberBan
from benthic.runtime import LiveClock, Millis
from benthic.storage import open_store
from benthic.storage.creation import create_file
from benthic.storage.folder import take
from benthic.storage.migrations import KIND
from benthic.storage.tables import TABLES

from .running import Served, a_free_port, a_venue

LOOKS = ["file", "secrets", "store", "ccxt", "rate budget", "line", "clock", "key", "market"]


@pytest.fixture(scope="module")
def venue() -> Iterator[Served]:
    with a_venue() as served:
        yield served


def look(file: Path, environment: Mapping[str, str]) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit code, and what was found by name."""
    child = subprocess.run(
        [sys.executable, "-m", "benthic", "doctor", str(file), "--json"],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
        text=True,
    )
    assert child.stderr == ""
    return child.returncode, {each["name"]: each for each in json.loads(child.stdout)["checks"]}


def test_a_bot_that_has_all_it_needs_is_told_so(venue: Served, tmp_path: Path) -> None:
    code, found = look(venue.bot(tmp_path), venue.environment)

    assert code == 0
    assert list(found) == LOOKS
    assert {each["state"] for each in found.values()} <= {"ok", "warning"}
    assert not (tmp_path / "first.store").exists()  # it changes nothing


def test_a_wrong_key_and_a_differing_step_are_found(venue: Served, tmp_path: Path) -> None:
    file = venue.bot(tmp_path)
    code, found = look(file, {**venue.environment, "BENTHIC_API_SECRET": "x" * 20})
    assert (code, found["line"]["state"], found["line"]["remedy"]) == (1, "bad", "see to the key")

    text = file.read_text("utf-8").replace('"1s"', '"1s"\nprice_step = "7"')
    file.write_text(text, "utf-8")
    code, found = look(file, venue.environment)
    assert (code, found["market"]["state"]) == (1, "bad")
    assert "market.price_step is 7 in the file" in found["market"]["text"]


def test_what_is_wrong_on_this_side_is_found_without_the_venue(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{a_free_port()}"
    served = Served(f"http://{nowhere}", f"ws://{nowhere}", "", "")
    file = served.bot(tmp_path)

    code, found = look(file, {})
    assert (code, found["secrets"]["state"]) == (1, "bad")
    assert "line" not in found
    code, found = look(file, {"BENTHIC_API_KEY": "k" * 20, "BENTHIC_API_SECRET": "s" * 20})
    assert (code, found["line"]["state"]) == (1, "bad")
    assert found["line"]["remedy"] == "see to the network, or wait"


def test_a_ban_that_the_store_remembers_is_told_and_obeyed(venue: Served, tmp_path: Path) -> None:
    store = tmp_path / "first.store"
    until = Millis(LiveClock().now() + 3_600_000)
    with open_store(store) as opened:
        opened.write([RememberBan(Ban("binance/live", until, "banned for asking too much"))])

    code, found = look(venue.bot(tmp_path), venue.environment)  # L2: the venue would answer

    assert (code, found["rate budget"]["state"]) == (1, "bad")
    assert "banned for asking too much" in found["rate budget"]["text"]
    assert found["rate budget"]["remedy"] == "wait until then"
    assert found["line"]["text"].split(": ")[1] in {"barred", "away"}
    assert found["store"]["state"] == "ok"


def test_a_store_that_a_bot_writes_is_looked_into_all_the_same(
    venue: Served, tmp_path: Path
) -> None:
    file = venue.bot(tmp_path)
    with open_store(tmp_path / "first.store"):
        _, found = look(file, venue.environment)

    assert found["store"]["state"] == "ok"
    assert f"process {os.getpid()} writes it now" in found["store"]["text"]


def test_a_store_of_an_older_layout_will_be_migrated_and_is_not_bad(
    venue: Served, tmp_path: Path
) -> None:
    lock = take(tmp_path / "first.store")
    create_file(
        tmp_path / "first.store",
        KIND,
        1,
        [n for n in TABLES if n not in {"bans", "folded"}],
        1 << 20,
    )
    lock.release()

    code, found = look(venue.bot(tmp_path), venue.environment)

    assert (code, found["store"]["state"]) == (0, "warning")
    assert "has layout 1: it will be migrated at start to 3" in found["store"]["text"]
    assert not (tmp_path / "first.store" / "layout-1").exists()  # it changes nothing
