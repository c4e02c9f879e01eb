"""What `benthic sweep ambiguity` says to people and scripts, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from benthic.benchmarks.ambiguity.run import AmbiguityReport, Certainty, Took
from benthic.cli.sweep_ambiguity import tell

Benthic = Callable[..., Any]

LOST = Certainty(
    orders=1_234,
    struck=1_230,
    filled=700,
    partly=30,
    cancelled=400,
    refused=104,
    duplicated=0,
    forgotten=0,
    wrong=0,
    certain=Took(1_000, 11_000, 29_000),
    settled=Took(600, 10_000, 31_500),
)
CLEAN = AmbiguityReport(
    orders=1_234,
    codes={"A2": LOST, "all": LOST},
    streams={"silent": LOST},
    violations=(),
    virtual_hours=2.5,
    seconds=30.0,
)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_each_code_is_a_row_of_ends_and_one_of_times(capsys: pytest.CaptureFixture[str]) -> None:
    tell(CLEAN)

    told = capsys.readouterr().out
    ends, times = (line.split() for line in told.splitlines() if line.startswith(" A2 "))
    assert ends == ["A2", "1,234", "1,230", "700", "30", "400", "104", "0", "0", "0"]
    assert times == ["A2", "1.000", "11.000", "29.000", "0.600", "10.000", "31.500"]
    assert "stream silent" in told
    assert told.rstrip().endswith("no violation")


def test_violations_are_counted_though_not_all_are_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = attrs.evolve(CLEAN, violations=tuple(f"seed 1, A2: {n}" for n in range(25)))
    tell(found)

    told = capsys.readouterr().out
    assert not found.ok
    assert told.count("violation: seed 1") == 20
    assert "and 5 more" in told
    assert told.rstrip().endswith("25 violations")


def test_a_short_sweep_ends_well_and_tells_scripts_all_of_it(benthic: Benthic) -> None:
    ran = benthic("sweep", "ambiguity", "--orders", 15, "--seed", 2, "--jobs", 1, "--json")

    assert ran.code == 0
    assert (ran.json["ok"], ran.json["orders"], ran.json["violations"]) == (True, 15, [])
    assert ran.json["codes"]["A1"]["refused"] == 1
    assert ran.json["codes"]["all"]["certain"]["longest"] >= 19_000


@pytest.mark.parametrize("words", [("--orders", 0), ("--jobs", 0), ("--seed", -1)], ids=str)
def test_a_number_that_cannot_be_is_refused_in_one_line(
    benthic: Benthic, words: tuple[str, int]
) -> None:
    ran = benthic("sweep", "ambiguity", *words)

    assert ran.code == 2
    assert "Must be >=" in ran.complaint
