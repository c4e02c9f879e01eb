"""`benthic sweep deaths` tells people what a bot had open as it died, and what came of it."""

from __future__ import annotations

import pytest

from benthic.benchmarks.deaths.run import DeathReport, Deaths
from benthic.cli.sweep_deaths import tell

SOME = Deaths(
    kills=1_200,
    missed=1,
    unsettled=700,
    doubled=0,
    lost=1,
    disagreeing=0,
    positions=1_101,
    stops=1_102,
    profits=1_103,
    chains=1_104,
    groups=1_105,
    trailing=1_106,
    triggers=1_107,
    opened_median=2.0,
    opened_longest=32.5,
)


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    report = DeathReport(
        sweep="deaths",
        trials=1_200,
        orders=9_000,
        placed=12_000,
        freed=3_000,
        renewed=400,
        deaths={"all": SOME},
        violations=("seed 0, kill 3 (before fill, before_fill): lost: x",),
        seconds=61.0,
    )
    tell(report)
    return capsys.readouterr().out.splitlines()


def test_what_was_open_is_counted_by_kind(lines: list[str]) -> None:
    (row,) = (line for line in lines if "1,101" in line)

    counts = [cell for cell in row.replace("│", " ").split() if cell[0].isdigit()]
    assert counts == [f"{number:,}" for number in (1_200, *range(1_101, 1_108))]


def test_orders_and_violations_are_told(lines: list[str]) -> None:
    assert lines[-4:] == [
        "deaths: 1,200 kills, 61.0 s",
        (
            "orders: 12,000 placed, 9,000 at the exchanges, 3,000 set free by others, "
            "400 sent again under another name"
        ),
        "violation: seed 0, kill 3 (before fill, before_fill): lost: x",
        "1 violations",
    ]
