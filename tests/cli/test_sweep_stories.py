"""What `benthic sweep stories` says to people and scripts, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from benthic.benchmarks.stories.run import StoriesReport, StorySums
from benthic.cli.sweep_stories import tell

Benthic = Callable[..., Any]

SUMS = StorySums(commits=10, points=20, tellings=1_060, deaths=98, in_recovery=39, violations=0)
CLEAN = StoriesReport(
    stories={"ladder_climbed": SUMS, "all": SUMS}, violations=(), virtual_hours=2.5, seconds=30.0
)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_each_story_is_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    tell(CLEAN)

    told = capsys.readouterr().out
    row = next(line.split() for line in told.splitlines() if " ladder_climbed " in line)
    assert row == ["ladder_climbed", "10", "20", "1,060", "98", "39", "0"]
    assert "stories: 1, 20 points, 98 deaths, 39 of them in recovery" in told
    assert told.rstrip().endswith("no violation")


def test_a_violation_is_told_with_the_way_to_see_it_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = tuple(f"ladder_climbed, seed 0 --at {n}:before: wrong" for n in range(25))
    tell(attrs.evolve(CLEAN, violations=found))

    told = capsys.readouterr().out
    assert told.count("violation: ladder_climbed") == 20
    assert "and 5 more" in told
    assert "benthic sweep stories --only STORY --at COMMIT:PHASE" in told
    assert told.rstrip().endswith("25 violations")


def test_one_point_of_one_story_is_told_to_scripts(benthic: Benthic) -> None:
    place = ("--only", "price_never_comes", "--at", "1:before+0:after")
    ran = benthic("sweep", "stories", *place, "--jobs", 1, "--json")

    assert ran.code == 0
    assert (ran.json["ok"], ran.json["violations"]) == (True, [])
    assert ran.json["stories"]["all"]["deaths"] == 2


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--only", "bought_and_gaind"), "did you mean bought_and_gained?"),
        (("--at", "7:before"), "name that with --only"),
        (("--only", "bought_and_held", "--count", 3), "give one of them"),
        (("--only", "bought_and_held", "--at", "noon"), "write 7:before"),
        (("--jobs", 0), "Must be >="),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_told_is_refused_in_one_line(
    benthic: Benthic, words: tuple[Any, ...], complaint: str
) -> None:
    ran = benthic("sweep", "stories", *words)

    assert ran.code == 2
    assert complaint in ran.complaint
