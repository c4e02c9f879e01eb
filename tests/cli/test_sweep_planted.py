"""What `benthic sweep planted` does, and says to people and scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benthic.benchmarks.chunks import Report
from benthic.benchmarks.planted import CAUGHT
from benthic.cli.sweep_planted import plain, tell
from benthic.scenarios.running.hunting import Catch

Benthic = Callable[..., Any]

FOUND = Catch(
    bug="writes_late",
    tried=4,
    seed=3,
    code="P2",
    is_expected=True,
    words="P2 bot1: one is missing",
    at=1_234.5,
    asked=12,
    left=1,
    faults=("K1",),
    tries=9,
    is_same=True,
)
LOST = Catch(bug="rounds_through_float", tried=300)


def report(*found: Catch) -> Report:
    figures = {CAUGHT + msgspec.json.encode(each).decode(): 1.0 for each in found}
    problems = tuple(each.problem for each in found if each.problem)
    return Report("planted", len(found), problems, figures, 9.0)


@pytest.mark.parametrize(
    ("catch", "problem"),
    [
        (FOUND, ""),
        (LOST, "rounds_through_float was not found in 300 seeds"),
        (msgspec.structs.replace(FOUND, left=6), "writes_late needs 6 faults, of seed 3"),
        (msgspec.structs.replace(FOUND, is_same=False), "writes_late came to something else"),
    ],
    ids=["found", "not found", "too many faults", "another replay"],
)
def test_what_is_wrong_with_a_hunt_is_one_sentence(catch: Catch, problem: str) -> None:
    assert catch.problem.startswith(problem)
    assert bool(catch.problem) == bool(problem)


def test_each_bug_is_a_row_and_what_was_not_found_a_violation(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    tell(report(FOUND, LOST))

    told = capsys.readouterr().out
    row = next(line for line in told.splitlines() if "writes_late" in line)
    assert row.split() == [
        "writes_late",
        "3",
        "4",
        "1,234",
        "s",
        "P2",
        "yes",
        "12",
        "1",
        "K1",
        "9",
        "yes",
    ]
    assert "violation: rounds_through_float was not found in 300 seeds" in told
    assert "1 of 2 bugs found" in told


def test_scripts_are_told_the_bugs_in_the_order_of_the_registry() -> None:
    told = plain(report(FOUND, LOST))

    assert [each["bug"] for each in told["bugs"]] == ["rounds_through_float", "writes_late"]
    assert told["bugs"][1]["faults"] == ("K1",)
    assert not told["ok"]


def test_a_bug_is_hunted_in_a_process_kept_and_not_hunted_again(
    benthic: Benthic, tmp_path: Path
) -> None:
    words = ("--bug", "rounds_through_float", "--seeds", 2, "--resume", tmp_path / "kept", "--json")
    first = benthic("sweep", "planted", *words, "--artefacts", tmp_path)
    again = benthic("sweep", "planted", *words, "--artefacts", tmp_path)
    (caught,) = first.json["bugs"]
    shown = benthic("scenario", "show", caught["artefact"])

    assert (first.code, again.code) == (0, 0)
    assert (caught["code"], caught["left"], caught["is_same"]) == ("F5", 0, True)
    assert again.json["bugs"] == first.json["bugs"]
    assert "planted: rounds_through_float: An amount and its price" in shown.out


def test_a_folder_that_cannot_be_made_is_told_before_the_hunt(
    benthic: Benthic, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")

    ran = benthic("sweep", "planted", "--artefacts", tmp_path / "taken" / "in")

    assert ran.code == 7
    assert f"{tmp_path / 'taken'}" in ran.complaint


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--bug", "write_late"], "there is no bug 'write_late' to be planted; did you mean"),
        (["--bug", "writes_late", "--count", "2"], "--bug is one bug and --count are the first"),
        (["--seeds", "0"], "Must be >= 1"),
    ],
    ids=lambda value: "" if isinstance(value, str) else " ".join(value),
)
def test_a_wrong_hunt_is_refused_in_one_line(
    benthic: Benthic, words: list[str], complaint: str
) -> None:
    ran = benthic("sweep", "planted", *words)

    assert ran.code == 2
    assert complaint in ran.complaint
